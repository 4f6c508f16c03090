"""What is measured on."""

from pathlib import Path

import numpy as np
import pytest

from models.speech.audio import wav
from models.speech.language import corpus, known_words
from training.speech import sets
from training.speech.evaluate import unlearned
from training.speech.noise import SECONDS, babble, mixed, speech, steady
from training.speech.sets import CLEAN, NOISY, made, recorded
from training.speech.synthetic import say


def test_no_sentence_that_measures_is_learned_from_or_chosen_by() -> None:
    """A change of the catalogue draws other sentences, and one that measures may be among them: the
    measure leaves it out, and enough must remain."""
    measured = set(unlearned(sets.sentences(), print))
    assert len(measured) >= 60
    assert not measured & set(sets.sentences("development"))
    assert not measured & set(corpus(known_words()))


@pytest.mark.parametrize("noise", [steady, babble])
@pytest.mark.parametrize("ratio", [20, 5])
def test_noise_is_as_loud_as_it_says(noise: sets.Callable[[], sets.Signal], ratio: float) -> None:
    said = say("patient has fever for three days")
    added = speech(mixed(said, noise, ratio, seed=1)) - speech(said)
    power = (speech(said) ** 2).mean() / (added**2).mean()
    assert 10 * np.log10(power) == pytest.approx(ratio, abs=0.3)
    assert mixed(said, noise, ratio, seed=1) == mixed(said, noise, ratio, seed=1)
    assert mixed(said, noise, ratio, seed=1) != mixed(said, noise, ratio, seed=2)


def test_speech_longer_than_the_noise_is_all_in_noise() -> None:
    long = say("the patient has had fever and cough for three days and no rash was seen " * 3)
    assert len(long) / 32_000 > SECONDS
    added = speech(mixed(long, steady, 10, seed=0)) - speech(long)
    assert added[-8_000:].std() > added.std() / 2


def test_every_condition_is_spoken_and_they_differ() -> None:
    spoken = {next(made(["no fever"], condition)).pcm for condition in (*CLEAN, *NOISY)}
    assert len(spoken) == len(CLEAN) + len(NOISY) == len({str(c) for c in (*CLEAN, *NOISY)})


def test_a_folder_of_recordings_is_read_and_what_is_of_no_use_is_told(tmp_path: Path) -> None:
    good = wav(say("patient has fever"))
    for name, sound, text in [
        ("one.wav", good, b"Patient has fever.\n"),
        ("two.WAV", good, "बुखार".encode()),
        ("empty.wav", good, b" \n"),
        ("latin.wav", good, b"fi\xe8vre"),
        ("broken.wav", good[:200], b"fever"),
        ("silent.wav", wav(bytes(64_000)), b"fever"),
        ("video.wav", b"\x1aE\xdf\xa3", b"fever"),
    ]:
        (tmp_path / name).write_bytes(sound)
        (tmp_path / name).with_suffix(".txt").write_bytes(text)
    (tmp_path / "mute.wav").write_bytes(good)
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "folder.txt").write_text("fever")
    (tmp_path / "notes.md").write_text("no recording")
    told: list[str] = []
    assert [sample.said for sample in recorded(tmp_path, told.append)] == [
        "Patient has fever.",
        "बुखार",
    ]
    assert [line.split(" ")[0] for line in told] == [
        "broken.wav:", "empty.txt:", "folder.wav:", "latin.txt:", "mute.wav:", "silent.wav:", "video.wav:",
    ]  # fmt: skip
    assert "truncated" in told[0]
    assert "too_quiet" in told[5]
