"""Which models are live: for anybody, since a suggestion is only as good as what made it. Whether they
still fit: for those who work with them."""

from fastapi import APIRouter, Request, Response

from portal.chrome import Chrome
from portal.desks.status import views
from portal.desks.status.pages import StatusPage, live_models
from portal.render import render
from portal.route import PageRoute
from records_api.core.auth import Anyone
from records_api.core.models import Models
from records_api.drift.permissions import READERS, Reader

router = APIRouter(route_class=PageRoute)


@router.get("/status")
def status(request: Request, ctx: Anyone, models: Models) -> Response:
    actor = Chrome.of(request).actor
    drift = views.newest(ctx)
    ctx.session.commit()  # nothing is held while the model service is asked
    reader = actor is not None and actor.has(*READERS)
    return render(request, StatusPage(live_models(models.ready()), drift, reader))


@router.get("/status/drift")
def drift(request: Request, ctx: Reader) -> Response:
    return render(request, views.page(ctx))
