"""A page is a unit of work like any other request, from our own pages, with a sign-in that lasts."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from portal import session
from portal.security import check_origin
from records_api.core import uploads
from records_api.core.edge import WRITES, SecretUnitOfWork
from records_api.identity.uploads import UploadUnitOfWork


class PageRoute(SecretUnitOfWork):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "include_in_schema": False})

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def page(request: Request) -> Response:
            if request.method in WRITES:
                check_origin(request)
            return await handle(await run_in_threadpool(session.renewed, request))

        return page


class FilePageRoute(PageRoute, uploads.UploadUnitOfWork):
    """A page whose form may carry a file: its size is limited before it is read."""


class UploadPageRoute(PageRoute, UploadUnitOfWork):
    """A page whose form may carry a picture: its size is limited before it is read."""
