"""The alphabet, its writers, the measure and the fitting of a network, all small."""

from pathlib import Path

import numpy as np
import pytest

import ink
from models.handwriting import load
from models.handwriting.values import Recognition
from training.handwriting import evaluate, texts, train, writers
from training.handwriting.alphabet import digest, fitted, forms, held_out, letters
from training.handwriting.baseline import NearestForm
from training.handwriting.evaluate import Sample, distance, measure


def test_every_letter_has_forms_that_are_fitted_and_letters_have_one_held_out() -> None:
    assert len(letters()) == len(set(letters()))
    for letter in letters():
        assert fitted(letter)
        if letter.isalnum():
            assert not {id(form) for form in fitted(letter)} & {id(f) for f in held_out(letter)}
        for form in forms(letter):
            points = np.concatenate(form.strokes)
            assert np.isfinite(points).all()
            assert -12 <= points[:, 1].min() <= points[:, 1].max() <= 22


def test_what_is_measured_can_be_written_and_is_not_a_training_word_list() -> None:
    known = {*letters(), " "}
    assert len(evaluate.sentences()) == 30
    for line in (*evaluate.sentences(), *evaluate.strings(np.random.default_rng(0), 20)):
        assert known.issuperset(line), line
    rng = np.random.default_rng(1)
    for _ in range(200):
        text = texts.phrase(rng)
        assert known.issuperset(text)
        assert 0 < len(text) <= 26
        assert text == text.strip()


def test_a_writer_writes_the_same_again_and_another_writes_otherwise() -> None:
    def write(seed: int) -> ink.Ink:
        rng = np.random.default_rng(seed)
        return writers.ink("no rash\nfever", writers.usual(rng), rng)

    assert write(1) == write(1)
    assert write(1) != write(2)
    assert ink.read(ink.write(write(1))).width == pytest.approx(write(1).width, abs=0.001)


def test_strong_writers_lie_outside_of_usual_ones() -> None:
    rng = np.random.default_rng(2)
    usual = [writers.usual(rng) for _ in range(200)]
    for _ in range(50):
        one = writers.strong(rng)
        assert not min(w.slant for w in usual) <= one.slant <= max(w.slant for w in usual)
        assert one.tremor >= max(w.tremor for w in usual)


def test_the_measure_counts_edits_of_letters_and_words() -> None:
    class Reads:
        def recognise(self, drawn: ink.Ink) -> Recognition:
            return Recognition((), "none")

    drawn = ink.Ink(((ink.Point(1, 1),),), 9, 9)
    assert measure(Reads(), [Sample(drawn, "no rash")]) == evaluate.Measured(1, 7, 1.0, 1.0)
    assert measure(Reads(), []).cer == 0
    assert [distance("rash", word) for word in ("rash", "ras", "trash", "rush", "")] == [
        0,
        1,
        1,
        1,
        4,
    ]


def test_the_baseline_reads_tidy_print() -> None:
    rng = np.random.default_rng(3)
    tidy = writers.Writer(**{**writers.usual(rng).__dict__, **TIDY})
    drawn = writers.ink("sun", tidy, rng)
    assert NearestForm(fitted, letters()).recognise(drawn).text == "sun"


TIDY = {
    "favourite": 0, "faithful": 1.0, "slant": 0.0, "stretch": 1.0, "gap": 0.6, "word_gap": 2.0,
    "tremor": 0.0, "wander": 0.0, "slope": 0.0, "bend": 0.0, "joined": 0.0, "late": 0.0,
}  # fmt: skip


def test_a_network_is_fitted_saved_and_loaded(tmp_path: Path) -> None:
    train.save(train.fit(fitted, count=3), tmp_path, "tiny")
    rng = np.random.default_rng(4)
    found = load((), tmp_path).recognise(writers.ink("no", writers.usual(rng), rng))
    assert found.engine == f"tiny {digest()}"


def test_recordings_of_a_site_are_measured(tmp_path: Path) -> None:
    drawn = ink.Ink(((ink.Point(1, 1), ink.Point(8, 8)),), 9, 9)
    (tmp_path / "a.inkml").write_bytes(ink.write(drawn))
    with pytest.raises(ValueError, match=r"a\.inkml"):
        evaluate.recordings(tmp_path)
    (tmp_path / "a.txt").write_text("l\n")
    annotated = ink.write(drawn).replace(b"<definitions>", b'<annotation type="truth">i</annotation><definitions>')  # fmt: skip
    (tmp_path / "b.inkml").write_bytes(annotated)
    assert [sample.text.strip() for sample in evaluate.recordings(tmp_path)] == ["l", "i"]
