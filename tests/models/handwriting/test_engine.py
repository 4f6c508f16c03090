"""The shipped engine reads print of synthetic writers; another is loaded from a folder, or told to
be missing."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from ink.values import Ink, Point
from models.handwriting import NoEngine, Recogniser, load
from models.handwriting.engines import FOLDER, OWN
from training.handwriting import texts, writers
from training.handwriting.alphabet import digest, letters
from training.handwriting.evaluate import Sample, measure, sentences


@pytest.fixture(scope="module")
def engine() -> Recogniser:
    return load(texts.words())


def written(text: str, seed: int = 0) -> Ink:
    rng = np.random.default_rng(seed)
    return writers.ink(text, writers.usual(rng), rng)


def test_most_of_what_new_synthetic_writers_print_is_read(engine: Recogniser) -> None:
    samples = [Sample(written(text, 900 + n), text) for n, text in enumerate(sentences()[:12])]
    found = measure(engine, samples)
    assert found.cer < 0.12
    assert found.wer < 0.35


def test_words_have_a_place_a_line_and_alternatives(engine: Recogniser) -> None:
    drawn = written("fever cough\nno rash")
    found = engine.recognise(drawn)
    assert found.text == "fever cough\nno rash"
    fever, cough, no, rash = found.words
    assert [word.line for word in found.words] == [0, 0, 1, 1]
    assert fever.box.right < cough.box.left
    assert no.box.right < rash.box.left
    assert fever.box.bottom < no.box.bottom
    for word in found.words:
        assert 0 <= word.box.left <= word.box.right <= drawn.width
        assert word.score + sum(one.score for one in word.alternatives) <= 1 + 1e-9
        assert word.score >= max((one.score for one in word.alternatives), default=0)


def test_the_lexicon_helps_and_does_not_invent_numbers(engine: Recogniser) -> None:
    bare = load(())
    samples = [Sample(written(text, 300 + n), text) for n, text in enumerate(sentences())]
    assert measure(engine, samples).wer < measure(bare, samples).wer
    number = written("500", 4)
    assert engine.recognise(number).text == bare.recognise(number).text


@pytest.mark.parametrize(
    "strokes",
    [
        ((Point(5, 5),),),
        ((Point(5, 5), Point(5, 5)),) * 3,
        ((Point(0, 50), Point(100, 50)),),
        tuple((Point(x, x), Point(x + 1, x)) for x in range(90)),
    ],
)
def test_anything_drawn_has_an_answer(engine: Recogniser, strokes: tuple[tuple[Point]]) -> None:
    assert engine.recognise(Ink(strokes, 100, 100)).engine.startswith("synthetic-print ")


def test_the_shipped_engine_was_fitted_on_the_alphabet_that_is_here() -> None:
    told = json.loads((OWN / "engine.json").read_text())
    assert (told["version"], told["letters"]) == (digest(), letters())
    assert (OWN / "network.onnx").stat().st_size < 1_500_000


def test_an_engine_is_loaded_from_the_folder_that_is_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(OWN, tmp_path / "ours")
    told = json.loads((OWN / "engine.json").read_text())
    (tmp_path / "ours" / "engine.json").write_text(json.dumps({**told, "name": "clinic"}))
    monkeypatch.setenv(FOLDER, str(tmp_path / "ours"))
    assert load(()).recognise(written("a")).engine.startswith("clinic ")


@pytest.mark.parametrize(
    ("told", "network"),
    [
        (None, b""),
        ("{", b""),
        ("[]", b""),
        ('{"kind": "pictures"}', b""),
        ('{"kind": "strokes-ctc"}', b""),
        (json.dumps({"kind": "strokes-ctc", "name": "n", "version": "1", "letters": "ab", "known": 1}), b"x"),
    ],
)  # fmt: skip
def test_a_folder_without_an_engine_says_so(
    tmp_path: Path, told: str | None, network: bytes
) -> None:
    if told is not None:
        (tmp_path / "engine.json").write_text(told)
    (tmp_path / "network.onnx").write_bytes(network)
    with pytest.raises(NoEngine, match=str(tmp_path)):
        load((), tmp_path)
