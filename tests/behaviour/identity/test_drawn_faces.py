"""The demonstration city's faces: the same for the same seeds, and like faces."""

import time
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from sehat.city.faces import draw_face, encode, person, write_webcam


def test_the_same_seeds_draw_the_same_picture() -> None:
    assert np.array_equal(draw_face(7, 3), draw_face(7, 3))
    assert not np.array_equal(draw_face(7, 3), draw_face(7, 4))
    assert not np.array_equal(draw_face(7, 3), draw_face(8, 3))
    assert person(7) == person(7)


def test_people_differ_more_than_captures_of_one() -> None:
    def features(seed: int) -> np.ndarray:
        p = person(seed)
        return np.array([p.width, p.eye_gap, p.nose_length, p.mouth_width, p.jaw])

    assert len({features(seed).tobytes() for seed in range(200)}) == 200


def test_any_size_and_file_kind() -> None:
    picture = draw_face(1, 1, (320, 240))
    assert picture.shape == (240, 320, 3)
    for extension, kind in ((".jpg", "JPEG"), (".png", "PNG")):
        assert Image.open(BytesIO(encode(picture, extension))).format == kind


def test_a_hundred_are_drawn_in_a_second_of_processor_time() -> None:
    start = time.process_time()
    for seed in range(50):
        draw_face(seed, 0)
    assert time.process_time() - start < 0.5 * 3  # thrice the time, for slow machines


def test_webcam_file_is_a_run_of_jpegs_of_one_person(tmp_path: Path) -> None:
    content = write_webcam(tmp_path / "camera.mjpeg", 5, seconds=1).read_bytes()
    assert content.startswith(b"\xff\xd8")
    assert content.count(b"\xff\xd8\xff\xe0") == 5
    assert Image.open(BytesIO(content)).size == (640, 480)
