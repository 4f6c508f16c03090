"""Uploads of pictures: limited before they are read, and never on disk in the clear."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, File, Request, Response, UploadFile
from starlette.formparsers import MultiPartParser

from records_api.core.edge import UnitOfWork
from records_api.core.errors import Invalid
from records_api.identity.rules import LARGEST_FILE

_LARGEST_REQUEST = LARGEST_FILE + 100_000  # the other fields of the form
# Starlette would put a file of more than 1 MB into the temporary folder, where it lies open.
MultiPartParser.spool_max_size = _LARGEST_REQUEST


class UploadUnitOfWork(UnitOfWork):
    """A unit of work whose request may carry a picture."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def limited(request: Request) -> Response:
            length = request.headers.get("content-length", "0")
            if "transfer-encoding" in request.headers or not length.isdecimal():
                raise Invalid("Say how long the request is.", field="Content-Length")
            if int(length) > _LARGEST_REQUEST:
                raise Invalid(
                    "The picture is larger than 6 MB. Send a smaller one.", field="picture"
                )
            return await handle(request)

        return limited


def _read(
    picture: Annotated[UploadFile, File(description="JPEG, PNG or PGM, at most 6 MB")],
) -> bytes:
    return picture.file.read()


Picture = Annotated[bytes, Depends(_read)]
