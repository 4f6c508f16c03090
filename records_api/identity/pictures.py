"""Looks into uploaded pictures. Whatever the client says of them counts for nothing."""

import logging
import struct
from io import BytesIO

from records_api.core.errors import Invalid
from records_api.identity.rules import FORMATS, LARGEST_FILE, size_problem

# At DEBUG Pillow writes what a picture says of its place and time into the log.
logging.getLogger("PIL").setLevel(logging.WARNING)

# All that Pillow's readers raise on broken files: they parse what anybody may send.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    EOFError,
    OverflowError,
    struct.error,
)


def checked(picture: bytes, field: str = "picture") -> str:
    """Media type of a picture that can be read to its last pixel. Raises `Invalid`, which names the
    problem and never quotes the picture."""
    if not picture:
        raise Invalid("Choose a picture first.", field=field)
    if len(picture) > LARGEST_FILE:
        raise Invalid("The picture is larger than 6 MB. Send a smaller one.", field=field)
    from PIL import Image  # 9 MB in each process that answers, and most never see a picture

    try:
        with Image.open(BytesIO(picture), formats=list(FORMATS)) as opened:
            # The header alone is read so far: a small file may claim a huge picture.
            problem = size_problem(*opened.size)
            if problem is None:
                opened.load()
            kind = opened.format or ""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        problem, kind = size_problem(10**6, 10**6), ""
    except _BROKEN:
        raise Invalid(
            "This file is not a whole JPEG, PNG or PGM picture. Take it again.", field=field
        ) from None
    if problem is not None:
        raise Invalid(problem, field=field)
    return FORMATS[kind]
