"""The measure of dictation."""

from collections.abc import Iterator
from pathlib import Path

import pocketsphinx
import pytest

from models.speech import Transcript, sphinx
from models.speech.audio import wav
from models.speech.phrases import SEED, sentences
from models.speech.sphinx import PocketSphinx
from training.speech import evaluate
from training.speech.evaluate import Sample, measure, word_errors, words_of
from training.speech.synthetic import say


class Deaf:
    name = version = "deaf"

    def __init__(self, *heard: str) -> None:
        self.heard: Iterator[str] = iter(heard)

    def transcribe(self, pcm: bytes) -> Transcript:
        return Transcript(next(self.heard), (), self.name, self.version)


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("a b c", "a b c", 0),
        ("a b c", "a c", 1),
        ("a b", "a x b", 1),
        ("a b", "b a", 2),
        ("a b", "", 2),
        ("", "a", 1),
    ],
)
def test_errors_are_counted(said: str, heard: str, errors: int) -> None:
    assert word_errors(said.split(), heard.split()) == errors


def test_said_and_heard_are_compared_as_they_are_written() -> None:
    assert words_of("Give Paracetamol 500 mg.") == words_of(
        "give paracetamol five hundred milligrams"
    )
    assert words_of("Hb 7.5, BP 130/80") == ["hb", "7.5", "bp", "130/80"]


def test_a_rate_is_over_all_words() -> None:
    row = measure(
        Deaf("no fever", ""), "deaf", "x", [Sample(b"", "no fever"), Sample(b"", "rash on hand")]
    )
    assert (row.words, row.errors, row.rate) == (5, 3, 0.6)


def test_no_measured_sentence_is_learned_from() -> None:
    model = Path(pocketsphinx.get_model_path()) / "en-us" / "cmudict-en-us.dict"
    _, known = sphinx.dictionary(model.read_text(encoding="utf-8"))
    learned = {
        sentence for seed in (SEED, SEED + 1, SEED + 2) for sentence in sentences(known, seed=seed)
    }
    assert not set(evaluate.sentences()) & learned
    assert len(set(evaluate.sentences())) >= 60


def test_the_clinics_language_model_halves_the_errors() -> None:
    said = evaluate.sentences()[::10]
    samples = [Sample(say(text), text) for text in said]
    general = measure(PocketSphinx(adapted=False), "general", "x", samples)
    clinic = measure(PocketSphinx(), "clinic", "x", samples)
    assert clinic.rate < general.rate / 2
    assert clinic.rate < 0.35


def test_the_command_measures_a_sites_recordings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.wav").write_bytes(wav(say("patient has fever")))
    (tmp_path / "one.txt").write_text("Patient has fever.")
    monkeypatch.setattr(evaluate, "VOICES", ())
    monkeypatch.setattr("sys.argv", ["evaluate", "--recordings", str(tmp_path)])
    evaluate.main()
    told = capsys.readouterr().out
    assert "pocketsphinx, clinic" in told
    assert tmp_path.name in told
