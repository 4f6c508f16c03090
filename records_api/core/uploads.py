"""Uploads of files: limited before they are read, and never on disk in the clear."""

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from fastapi import Request, Response
from starlette.formparsers import MultiPartParser

from records_api.core.edge import UnitOfWork
from records_api.core.errors import Invalid

_FORM = 100_000  # bytes of the other fields of a form
_LARGEST = 10_000_000  # of any upload
# Starlette would put a file of more than 1 MB into the temporary folder, where it lies open.
MultiPartParser.spool_max_size = _LARGEST + _FORM


class UploadUnitOfWork(UnitOfWork):
    """A unit of work whose request may carry a file of up to `largest` bytes in `field`."""

    largest: ClassVar[int] = _LARGEST
    field: ClassVar[str] = "content"
    too_large: ClassVar[str] = "The file is larger than {largest} MB. Send a smaller one."

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def limited(request: Request) -> Response:
            length = request.headers.get("content-length", "0")
            if "transfer-encoding" in request.headers or not length.isdecimal():
                raise Invalid("Say how long the request is.", field="Content-Length")
            if int(length) > self.largest + _FORM:
                largest = self.largest // 1_000_000
                raise Invalid(self.too_large, field=self.field, largest=largest)
            return await handle(request)

        return limited
