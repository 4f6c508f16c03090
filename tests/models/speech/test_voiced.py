"""What is speech in a recording, and what is silence."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.speech.engines import engine
from models.speech.values import RATE
from models.speech.voiced import stretches
from training.speech.synthetic import say

LINES = ("patient has fever for three days", "no neck stiffness and no rash seen")
Signal = NDArray[np.float64]


def signal(pcm: bytes) -> Signal:
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def pcm(samples: Signal) -> bytes:
    made: bytes = np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes()
    return made


def noisy(samples: Signal, loud: float) -> Signal:
    return samples + np.random.default_rng(3).normal(0, loud, len(samples))


def padded(samples: Signal, before: float, after: float) -> Signal:
    return np.pad(samples, (int(before * RATE), int(after * RATE)))


SAID = signal(say(LINES[0]))


@pytest.mark.parametrize("loud", [0, 10, 50, 200, 500])
def test_only_the_speech_is_kept(loud: float) -> None:
    (found,) = stretches(pcm(noisy(padded(SAID, 1, 1.5), loud)))
    assert found.begin == pytest.approx(1, abs=0.35)
    assert len(found.pcm) / 2 / RATE == pytest.approx(len(SAID) / RATE, abs=0.6)


@pytest.mark.parametrize("loud", [0, 50, 500])
def test_nobody_speaks(loud: float) -> None:
    assert not list(stretches(pcm(noisy(np.zeros(3 * RATE), loud))))


def test_a_long_pause_parts_and_a_breath_does_not() -> None:
    long = np.concatenate([padded(SAID, 0, 1.5), SAID])
    first, second = stretches(pcm(long))
    assert (first.begin, second.begin) == (0, pytest.approx(len(SAID) / RATE + 1.5, abs=0.35))
    assert len(list(stretches(pcm(np.concatenate([padded(SAID, 0, 0.1), SAID]))))) == 1


@pytest.mark.parametrize("share", [1.0, 0.1])
def test_a_soft_voice_is_speech(share: float) -> None:
    assert len(list(stretches(pcm(noisy(padded(share * SAID, 1, 1), 5))))) == 1


@pytest.mark.parametrize("size", [0, 1, 320, 959, 960, 961, 5000])
def test_any_length_is_taken(size: int) -> None:
    assert not list(stretches(bytes(2 * size)))


def test_silence_and_a_low_noise_around_change_nothing() -> None:
    heard = engine()
    for line in LINES:
        said = signal(say(line))
        plain = heard.transcribe(pcm(said)).text
        assert plain
        assert heard.transcribe(pcm(padded(said, 1, 1))).text == plain
        assert heard.transcribe(pcm(noisy(padded(said, 1, 1), 20))).text == plain


def test_words_have_their_time_in_the_whole_recording() -> None:
    heard = engine().transcribe(pcm(np.concatenate([padded(SAID, 1, 2), SAID])))
    assert [w.text for w in heard.words] == 2 * LINES[0].split()
    assert heard.words[0].start == pytest.approx(1, abs=0.2)
    assert heard.words[6].start == pytest.approx(3 + len(SAID) / RATE, abs=0.2)


def test_silence_is_heard_as_nothing() -> None:
    assert engine().transcribe(pcm(noisy(np.zeros(3 * RATE), 30))).words == ()
