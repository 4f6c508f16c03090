"""Noise to measure in: a steady one with the spectrum of speech, and the babble of a waiting room.

Both are made from speech by eSpeak NG; the ratio is that of the mean powers, in decibels.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.speech.values import RATE
from training.speech.synthetic import say

Signal = NDArray[np.float64]  # (N,) samples in ±32768
SECONDS = 8.0  # longer than a sentence; longer speech hears it again
# What the others in the room say: no sentence that is measured, and none of the phrases.
_TALK = (
    ("en+m4", "excuse me which way is the counter for the new papers my number has not come yet"),
    (
        "en-us+f2",
        "we were told to wait here since the bus was late and the queue is very long today",
    ),
    ("en-029+m7", "the tea is getting cold please sit down and call your uncle about the ticket"),
    ("en-us+m1", "i will pay at the window later because the machine there does not take my card"),
    (
        "en-gb-scotland+f4",
        "they have moved the office upstairs again so nobody can find the right door",
    ),
)


def speech(pcm: bytes) -> Signal:
    return np.frombuffer(pcm, "<i2").astype(np.float64)


@cache
def babble() -> Signal:
    """Five voices at once, each as loud as the others."""
    size = int(SECONDS * RATE)
    voices = [np.resize(speech(say(text, voice, 150)), size) for voice, text in _TALK]
    return np.asarray(sum(voice / voice.std() for voice in voices))


@cache
def steady() -> Signal:
    """The magnitudes of the babble with random phases: what a fan would be that hums like speech."""
    spectrum = np.abs(np.fft.rfft(babble()))
    smooth = np.convolve(spectrum, np.ones(801) / 801, mode="same")
    phases = np.random.default_rng(0).uniform(0, 2 * np.pi, len(smooth))
    return np.asarray(np.fft.irfft(smooth * np.exp(1j * phases)))


def mixed(pcm: bytes, noise: Callable[[], Signal], ratio: float, seed: int) -> bytes:
    """`pcm` in `noise` at `ratio` decibels; `seed` chooses where in the noise it begins."""
    said = speech(pcm)
    start = int(np.random.default_rng(seed).integers(len(noise())))
    heard = np.resize(np.roll(noise(), -start), len(said))
    louder = np.sqrt((said**2).mean() / (heard**2).mean()) * 10 ** (-ratio / 20)
    made: bytes = np.clip(np.rint(said + louder * heard), -32768, 32767).astype("<i2").tobytes()
    return made
