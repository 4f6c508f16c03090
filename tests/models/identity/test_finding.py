"""Finding, framing and judging a face; reading a picture."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.identity.finding import Square, cut, find_face
from models.identity.picture import MAX_SIDE, UnreadableError, read_picture
from models.identity.quality import assess
from tests.behaviour.identity.drawn import jpeg, rgb


def test_drawn_faces_are_found() -> None:
    found = [find_face(rgb(person, 0, 160)) for person in range(40)]
    assert sum(f is not None and f.count == 1 for f in found) >= 38


def test_a_face_is_found_where_it_is() -> None:
    scene = np.full((480, 640, 3), 140, np.uint8)
    scene[200:400, 380:580] = rgb(4, 1, 200)
    found = find_face(scene)
    assert found is not None
    assert found.count == 1
    assert abs(found.box.x - 480) < 30
    assert abs(found.box.y - 300) < 40


def test_a_crop_without_a_findable_face_is_taken_whole_but_not_trusted() -> None:
    """A shape like a portrait with something in it: compared, but a person must look."""
    noise = np.random.default_rng(1).integers(0, 256, (112, 92, 3)).astype(np.uint8)
    found = find_face(noise)
    assert found is not None
    assert found.count == 0
    quality = assess(noise, found)
    assert "no_face" in quality.problems
    assert not quality.usable


def test_a_cut_is_the_square_itself() -> None:
    picture = np.random.default_rng(2).integers(0, 256, (100, 100, 3)).astype(np.uint8)
    part = cut(picture, Square(50, 50, 40), 40)
    assert np.array_equal(part, picture[30:70, 30:70])


def test_a_cut_beyond_the_edge_repeats_the_edge() -> None:
    picture = np.zeros((50, 50, 3), np.uint8)
    picture[:, 0] = 200
    part = cut(picture, Square(0, 25, 40), 40)
    assert (part[:, :20] == 200).all()


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "I;16", "1", "LA"])
def test_every_usual_kind_of_pixel_is_read(mode: str) -> None:
    image = Image.new(mode, (40, 30))
    stream = io.BytesIO()
    image.save(stream, "TIFF" if mode in ("CMYK", "I;16") else "PNG")
    pixels = read_picture(stream.getvalue())
    assert pixels.shape == (30, 40, 3)
    assert pixels.dtype == np.uint8


def test_a_photograph_on_its_side_is_turned_upright() -> None:
    image = Image.new("RGB", (60, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = io.BytesIO()
    image.save(stream, "JPEG", exif=exif)
    assert read_picture(stream.getvalue()).shape == (60, 40, 3)


def test_large_photographs_are_reduced() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (4000, 3000), (90, 120, 150)).save(stream, "JPEG")
    assert max(read_picture(stream.getvalue()).shape) <= MAX_SIDE


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a picture"),
        (b"GIF89a" + b"\0" * 30, "not a picture"),
        (jpeg(0, 0)[:900], "damaged"),
    ],
)
def test_what_is_no_picture_is_named(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read_picture(content)


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="not found"):
        read_picture(tmp_path / "none.png")
    with pytest.raises(UnreadableError):
        read_picture(tmp_path)
