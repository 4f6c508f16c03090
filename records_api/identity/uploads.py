"""Uploads of pictures."""

from typing import Annotated

from fastapi import Depends, File, UploadFile

from records_api.core import uploads
from records_api.identity.rules import LARGEST_FILE


class UploadUnitOfWork(uploads.UploadUnitOfWork):
    """A unit of work whose request may carry a picture."""

    largest = LARGEST_FILE
    field = "picture"
    too_large = "The picture is larger than 6 MB. Send a smaller one."


def _read(
    picture: Annotated[UploadFile, File(description="JPEG, PNG or PGM, at most 6 MB")],
) -> bytes:
    return picture.file.read()


Picture = Annotated[bytes, Depends(_read)]
