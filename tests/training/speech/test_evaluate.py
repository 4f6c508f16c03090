"""The command that measures dictation."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.speech import Transcript
from models.speech.audio import wav
from models.speech.language import corpus, known_words
from models.speech.sphinx import PocketSphinx
from training.speech import evaluate, sets
from training.speech.errors import missed_rate, word_rate
from training.speech.evaluate import measure, unlearned
from training.speech.sets import Condition, Sample
from training.speech.synthetic import say


class Deaf:
    name = version = "deaf"

    def __init__(self, *heard: str) -> None:
        self.heard: Iterator[str] = iter(heard)

    def transcribe(self, pcm: bytes) -> Transcript:
        return Transcript(next(self.heard), (), self.name, self.version)


def test_a_row_keeps_each_sentence() -> None:
    samples = [Sample(bytes(32_000), "no fever"), Sample(bytes(32_000), "rash on hand")]
    row = measure(Deaf("no fever", ""), "deaf", "x", samples)
    assert row.seconds == 2
    assert [h.errors for h in row.heard] == [0, 3]


def test_a_sentence_that_was_learned_is_left_out_and_told() -> None:
    told: list[str] = []
    learned = corpus(known_words())[0]
    assert unlearned([learned, "zyzzyva was never said"], told.append) == ["zyzzyva was never said"]
    assert "1 left out" in told[0]
    assert "zyzzyva" in told[0]


def test_the_clinics_language_model_halves_the_errors() -> None:
    samples = list(sets.made(sets.sentences("development")[::10], Condition("en-us", 140)))
    general = measure(PocketSphinx(adapted=False), "general", "x", samples).heard
    clinic = measure(PocketSphinx(), "clinic", "x", samples).heard
    assert word_rate(clinic).value < word_rate(general).value / 2
    assert missed_rate(clinic, "findings").value < missed_rate(general, "findings").value / 2


@pytest.fixture
def one_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sets, "CLEAN", (Condition("en-us"),))
    monkeypatch.setattr(sets, "NOISY", (sets.NOISY[0],))


def run(monkeypatch: pytest.MonkeyPatch, *options: str) -> None:
    monkeypatch.setattr("sys.argv", ["evaluate", "--every", "40", *options])
    evaluate.main()


@pytest.mark.usefixtures("one_voice")
def test_the_table_names_every_engine_and_the_setting_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch)
    out, progress = capsys.readouterr()
    assert out.count("pocketsphinx, ours") == 4  # clean and noisy, in both tables
    assert "no model: SEHAT_SPEECH_ENGINE=vosk, SEHAT_SPEECH_MODEL=its folder" in out
    assert "no model: SEHAT_SPEECH_ENGINE=faster-whisper" in out
    assert "Synthetic speech" in out
    assert "0 left out" in out
    assert "[2/2] en-us, 160 words/min, steady 20 dB" in progress


@pytest.mark.usefixtures("one_voice")
def test_an_engine_that_does_not_load_is_told_and_the_others_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEHAT_SPEECH_ENGINE", "vosk")
    monkeypatch.setenv("SEHAT_SPEECH_MODEL", str(tmp_path / "gone"))
    run(monkeypatch)
    out = capsys.readouterr().out
    assert "there is no folder 'gone'" in out
    assert "pocketsphinx, ours" in out


@pytest.mark.usefixtures("one_voice")
def test_a_sites_recordings_are_measured_and_bad_ones_do_not_end_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "our-clinic"
    folder.mkdir()
    for name, line in [("one", "patient has fever"), ("two", "no cough and no rash")]:
        (folder / f"{name}.wav").write_bytes(wav(say(line)))
        (folder / f"{name}.txt").write_text(line)
    (folder / "three.wav").write_bytes(b"no sound")
    (folder / "three.txt").write_text("fever")
    run(monkeypatch, "--recordings", str(folder))
    out = capsys.readouterr().out
    assert "three.wav: wrong_format" in out
    assert "our-clinic: 2 recordings heard" in out
    rows = [line for line in out.splitlines() if line.strip().startswith("our-clinic  ")]
    assert len(rows) == 4
    assert " 8 " in rows[0]


@pytest.mark.usefixtures("one_voice")
def test_a_folder_that_is_not_there_is_said_before_anything_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, "--recordings", str(tmp_path / "none"))
    assert "there is no folder" in capsys.readouterr().err
