"""What face verification must and must never do, whatever it was trained on."""

import base64
import io
import json
import logging
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.identity.pack import PackError
from models.identity.predictor import IdentityPredictor
from serving.common import ModelRef
from serving.identity.api import answer_quality, answer_verify
from serving.identity.schema import QualityRequest, VerifyRequest
from tests.behaviour.identity.drawn import STRANGERS, captures, jpeg, rgb, trained

MODEL = ModelRef(name="identity", version="1")


@pytest.fixture(scope="module")
def predictor() -> IdentityPredictor:
    return trained().predictor


def verify_request(probe: bytes, *enrolled: bytes) -> VerifyRequest:
    return VerifyRequest.model_validate(
        {
            "probe": {"content": base64.b64encode(probe)},
            "enrolled": [{"content": base64.b64encode(e)} for e in enrolled],
        }
    )


def test_score_does_not_depend_on_the_order(predictor: IdentityPredictor) -> None:
    a, b = predictor.look(rgb(1, 0)), predictor.look(rgb(2, 0))
    assert predictor.compare(a, b) == predictor.compare(b, a)


def test_a_picture_matches_itself_better_than_anything_else(predictor: IdentityPredictor) -> None:
    faces = [predictor.look(rgb(person, 0)) for person in STRANGERS]
    itself = predictor.compare(faces[0], faces[0])
    assert itself.decision == "match"
    assert itself.score is not None
    for other in faces[1:]:
        score = predictor.compare(faces[0], other).score
        assert score is not None
        assert score < itself.score


def test_strangers_are_told_apart(predictor: IdentityPredictor) -> None:
    """Two captures of one person score higher than captures of two, on the whole."""
    looks = [[predictor.look(rgb(p, c)) for c in (0, 1)] for p in STRANGERS]
    same = [predictor.compare(first, second).score or 0.0 for first, second in looks]
    different = [
        predictor.compare(looks[i][0], looks[j][1]).score or 0.0
        for i in range(len(looks))
        for j in range(len(looks))
        if i != j
    ]
    assert np.median(same) > np.quantile(different, 0.75)


def test_light_matters_little(predictor: IdentityPredictor) -> None:
    """A fifth less light moves a comparison less than another person does."""
    picture = rgb(500, 0)
    darker = (picture * 0.8).astype(np.uint8)
    original, dimmed, other = (predictor.look(p) for p in (picture, darker, rgb(501, 0)))
    assert original.template is not None
    assert dimmed.template is not None
    assert other.template is not None
    assert original.template @ dimmed.template > 0.95
    assert original.template @ dimmed.template > original.template @ other.template + 0.1


def test_more_enrolled_captures_do_not_lower_the_standard(predictor: IdentityPredictor) -> None:
    """An impostor gains nothing by many captures of the person they claim to be."""
    enrolled = [predictor.look(rgb(500, c)) for c in range(5)]
    impostors = [predictor.look(rgb(p, 0)) for p in range(510, 530)]
    matched = [predictor.verify(i, enrolled).decision == "match" for i in impostors]
    assert sum(matched) <= 2


def broken_pictures() -> dict[str, bytes]:
    whole = jpeg(1, 0)
    huge = io.BytesIO()
    Image.new("L", (10_000, 6_000)).save(huge, "PNG")
    return {
        "empty": b"",
        "text": b"this is no picture",
        "truncated": whole[: len(whole) // 3],
        "header alone": whole[:20],
        "png cut": b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        "60 megapixels": huge.getvalue(),
    }


@pytest.mark.parametrize("kind", broken_pictures())
def test_no_picture_breaks_it(predictor: IdentityPredictor, kind: str) -> None:
    answer = answer_verify(predictor, verify_request(broken_pictures()[kind], jpeg(1, 0)), MODEL)
    assert answer.decision == "refer"
    assert answer.score is None
    assert answer.reason
    assert answer.probe_quality.problems == ["unreadable"]


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 3), (15, 200), (300, 16)])
def test_odd_shapes_are_referred(predictor: IdentityPredictor, shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    face = predictor.look(noise)
    assert face.quality.score <= 0.1
    assert predictor.compare(face, predictor.look(rgb(1, 0))).decision == "refer"


def test_a_blank_wall_has_no_face(predictor: IdentityPredictor) -> None:
    face = predictor.look(np.full((480, 640), 128, np.uint8))
    assert face.quality.problems == ("no_face",)
    assert predictor.compare(face, face).score is None


def test_two_people_in_one_picture_are_referred(predictor: IdentityPredictor) -> None:
    both = np.hstack([rgb(1, 0, 200), rgb(2, 0, 200)])
    face = predictor.look(both)
    assert face.quality.faces == 2
    assert face.quality.problems[0] == "several_faces"
    assert predictor.compare(face, predictor.look(rgb(1, 0))).decision == "refer"


def test_quality_falls_with_blur_and_darkness(predictor: IdentityPredictor) -> None:
    import cv2

    picture = rgb(3, 0, 200)
    good = predictor.look(picture).quality
    blurred = predictor.look(cv2.GaussianBlur(picture, (0, 0), 7).astype(np.uint8)).quality
    dark = predictor.look((picture * 0.15).astype(np.uint8)).quality
    assert good.score > 0.5
    assert blurred.score < good.score
    assert dark.score < good.score
    assert "blurred" in blurred.problems
    assert "too_dark" in dark.problems
    answer = answer_quality(
        predictor,
        QualityRequest.model_validate({"image": {"content": base64.b64encode(jpeg(3, 0))}}),
        MODEL,
    )
    assert answer.quality.faces == 1


def test_no_template_leaves(predictor: IdentityPredictor, caplog: pytest.LogCaptureFixture) -> None:
    """Neither an answer, nor a log line, nor what Python prints of a face holds a template."""
    with caplog.at_level(logging.DEBUG):
        face = predictor.look(rgb(1, 0))
        answer = answer_verify(predictor, verify_request(jpeg(1, 0), jpeg(1, 1)), MODEL)
    assert face.template is not None
    assert len(face.template) == 128
    assert "template" not in repr(face)
    dumped = json.loads(answer.model_dump_json())
    numbers = [v for v in _leaves(dumped) if isinstance(v, float)]
    assert len(numbers) == 3  # one score and two qualities
    shown = f"{face!r} {caplog.text} {answer.model_dump_json()}"
    assert not any(f"{value:.4f}" in shown for value in face.template if abs(value) > 0.05)


def _leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for v in value.values() for leaf in _leaves(v)]
    if isinstance(value, list):
        return [leaf for v in value for leaf in _leaves(v)]
    return [value]


def test_the_model_holds_no_capture(predictor: IdentityPredictor, tmp_path: Path) -> None:
    """The folder that is kept has neither pictures nor names of the people it learned from."""
    predictor.save(tmp_path / "copy")
    files = [p for p in (tmp_path / "copy").rglob("*") if p.is_file()]
    assert {p.suffix for p in files} == {".json", ".onnx", ".LICENSE"}
    for capture in captures(2, 2):
        assert all(capture.picture not in p.read_bytes() for p in files)  # type: ignore[operator]


@pytest.fixture
def copy(predictor: IdentityPredictor, tmp_path: Path) -> Path:
    predictor.save(tmp_path / "model")
    return tmp_path / "model"


def test_saved_model_answers_the_same(predictor: IdentityPredictor, copy: Path) -> None:
    loaded = IdentityPredictor.load(copy)
    pair = [rgb(500, 0), rgb(500, 1)]
    assert loaded.compare(*map(loaded.look, pair)) == predictor.compare(*map(predictor.look, pair))


def test_tampered_weights_are_refused(copy: Path) -> None:
    weights = copy / "pack" / "recognition.onnx"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    with pytest.raises(PackError, match="SHA-256"):
        IdentityPredictor.load(copy)


def test_tampered_manifest_is_refused(copy: Path) -> None:
    """Even one that insightface would take: without a digest it checks nothing."""
    path = copy / "pack" / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["tasks"]["recognition"]["sha256"]
    path.write_text(json.dumps(manifest))
    with pytest.raises(PackError, match="manifest"):
        IdentityPredictor.load(copy)


def test_missing_weights_are_named(copy: Path) -> None:
    shutil.move(copy / "pack" / "recognition.onnx", copy / "elsewhere")
    with pytest.raises(PackError, match="cannot be used"):
        IdentityPredictor.load(copy)


def test_many_at_once_get_the_answers_they_would_get_alone(predictor: IdentityPredictor) -> None:
    """The model service answers several desks at a time."""
    pictures = [jpeg(person, 0) for person in range(8)] * 3
    alone = [predictor.look(picture) for picture in pictures[:8]] * 3
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(predictor.look, pictures))
    assert together == alone
    for one, other in zip(alone, together, strict=True):
        assert one.template is not None
        assert other.template is not None
        assert np.allclose(one.template, other.template, atol=1e-5)
