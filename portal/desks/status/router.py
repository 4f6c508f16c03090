"""Which models are live: for anybody, since a suggestion is only as good as what made it."""

from fastapi import APIRouter, Request, Response

from portal.desks.status.pages import StatusPage, live_models
from portal.render import render
from portal.route import PageRoute
from records_api.core.auth import Anyone
from records_api.core.models import Models

router = APIRouter(route_class=PageRoute)


@router.get("/status")
def status(request: Request, _: Anyone, models: Models) -> Response:
    return render(request, StatusPage(live_models(models.ready())))
