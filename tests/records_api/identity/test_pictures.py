"""What anybody may send instead of a picture."""

import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from records_api.core.errors import Invalid
from records_api.identity.pictures import checked
from records_api.identity.rules import LARGEST_FILE, size_problem

Draw = Callable[..., bytes]


def png_claiming(width: int, height: int, content: bytes = b"") -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", content)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("PPM", "image/x-portable-graymap")],
)
def test_three_kinds_are_read(draw: Draw, kind: str, media_type: str):
    assert checked(draw(kind=kind)) == media_type


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "WEBP"])
def test_other_kinds_are_refused_whatever_they_call_themselves(draw: Draw, kind: str):
    with pytest.raises(Invalid):
        checked(draw(kind=kind))


@pytest.mark.parametrize(
    "content", [b"", b"not a picture", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"P5 "]
)
def test_no_picture_at_all(content: bytes):
    with pytest.raises(Invalid) as raised:
        checked(content)
    assert raised.value.field == "picture"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "PPM"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_half_a_picture_is_none(draw: Draw, kind: str, share: float):
    whole = draw(kind=kind)
    with pytest.raises(Invalid):
        checked(whole[: int(len(whole) * share)])


@pytest.mark.parametrize(
    ("width", "height"), [(10_000, 6_000), (12_000, 12_000), (60_000, 60_000), (2**31 - 1, 1)]
)
def test_huge_pictures_are_refused_before_they_are_unpacked(width: int, height: int):
    with pytest.raises(Invalid):
        checked(png_claiming(width, height, zlib.compress(bytes(10**6))))


def test_a_picture_of_60_megapixels(draw: Draw):
    out = BytesIO()
    Image.new("L", (10_000, 6_000)).save(out, "PNG")
    with pytest.raises(Invalid) as raised:
        checked(out.getvalue())
    assert "24 megapixels" in str(raised.value)


def test_a_file_of_more_than_6_mb():
    with pytest.raises(Invalid) as raised:
        checked(bytes(LARGEST_FILE + 1))
    assert "6 MB" in str(raised.value)


def test_too_small_for_a_face(draw: Draw):
    with pytest.raises(Invalid):
        checked(draw(size=(31, 200)))
    assert size_problem(32, 32) is None
    assert size_problem(6_000, 4_000) is None
    assert size_problem(6_001, 4_000)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(kind=st.sampled_from(["PNG", "JPEG", "PPM"]), data=st.data())
def test_damaged_pictures_are_read_or_refused_never_worse(
    draw: Draw, kind: str, data: st.DataObject
):
    content = bytearray(draw(kind=kind))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, min(len(content) - 1, 400)))] = data.draw(
            st.integers(0, 255)
        )
    with suppress(Invalid):
        assert checked(bytes(content)).startswith("image/")
