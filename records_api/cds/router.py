from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response

from records_api.cds import service
from records_api.cds.permissions import Caller
from records_api.cds.schemas import Cards, Feedback, HookRequest, Services
from records_api.core.auth import Anyone
from records_api.core.edge import UnitOfWork
from records_api.core.errors import Invalid
from records_api.core.models import Models

LARGEST = 4_000_000  # bytes of a request: some thousand resources


class _Limited(UnitOfWork):
    """A unit of work that refuses what no prefetch of ours would hold, before it is parsed."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def limited(request: Request) -> Response:
            told = request.headers.get("content-length", "0")
            size = int(told) if told.isdecimal() and len(told) < 20 else 0
            # A body in pieces tells no length; `body` is kept, so it is not read twice.
            if size > LARGEST or len(await request.body()) > LARGEST:
                raise Invalid("The request is larger than 4 MB. Send less.", field="body")
            return await handle(request)

        return limited


# Under /api like everything that a token opens: the base address for clients is https://host/api.
router = APIRouter(prefix="/api/cds-services", tags=["exchange"], route_class=_Limited)


@router.get("", response_model_exclude_none=True)
def discover(ctx: Anyone) -> Services:
    """The services of CDS Hooks 2.0, with the hook and the prefetch of each."""
    return Services(services=service.services(ctx.language))


@router.post("/{service_id}", response_model_exclude_none=True)
def call(
    ctx: Caller, models: Models, request: Request, service_id: str, data: HookRequest
) -> Cards:
    """The differential as cards. A record that is closed to the user gives one card that says so."""
    return service.call(ctx, models, service_id, data, str(request.base_url))


@router.post("/{service_id}/feedback", status_code=200, response_class=Response)
def feedback(ctx: Caller, service_id: str, data: Feedback) -> Response:
    """What was done with cards: all of it is kept, or nothing."""
    service.feedback(ctx, service_id, data)
    return Response(status_code=200)
