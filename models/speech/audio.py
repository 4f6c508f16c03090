"""A WAV file as the engines take it, or the reason why it is of no use.

Browsers record it themselves (portal/static/dictate.js), so that nothing here needs ffmpeg.
"""

import io
import struct
import wave
from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from models.speech.values import RATE, BadRecording

LONGEST, SHORTEST = 180.0, 0.3  # seconds
LARGEST = 40_000_000  # bytes: three minutes of stereo at 48 kHz
RATES = (8_000, 48_000)
QUIETEST = 60.0  # loudest tenth of a second, root mean square of 32,768
_FRAME = RATE // 10


@dataclass(frozen=True)
class Recording:
    """pcm: 16-bit little-endian mono at RATE."""

    pcm: bytes
    seconds: float
    loudness: float  # root mean square of the loudest tenth of a second, 0–1


def decode(content: bytes) -> Recording:
    """Raises BadRecording with the code wrong_format, truncated, too_short, too_long or too_quiet."""
    if len(content) > LARGEST:
        raise BadRecording("too_long", f"a recording may last {LONGEST:.0f} seconds")
    samples, rate = _samples(content)
    seconds = len(samples) / rate
    if seconds > LONGEST:
        raise BadRecording("too_long", f"{seconds:.0f} seconds; it may last {LONGEST:.0f}")
    if seconds < SHORTEST:
        raise BadRecording("too_short", f"{seconds:.2f} seconds are too few to hear a word")
    if rate != RATE:
        shared = gcd(rate, RATE)
        samples = resample_poly(samples, RATE // shared, rate // shared)
    loudness = _loudest(samples)
    if loudness < QUIETEST:
        raise BadRecording("too_quiet", "nothing is heard; is the microphone switched on?")
    pcm = np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes()
    return Recording(pcm, seconds, loudness / 32768)


def _samples(content: bytes) -> tuple[NDArray[np.float64], int]:
    """(N,) mono samples in ±32768, and their rate."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            told = file.getparams()
            raw = file.readframes(told.nframes)
    except (wave.Error, EOFError, struct.error) as error:
        code = "truncated" if content[:4] == b"RIFF" and len(content) < 44 else "wrong_format"
        raise BadRecording(code, "not a whole WAV file of 16-bit samples") from error
    if told.sampwidth != 2 or told.nchannels not in (1, 2):
        raise BadRecording("wrong_format", "the WAV file must have 16-bit samples, mono or stereo")
    if not RATES[0] <= told.framerate <= RATES[1]:
        raise BadRecording("wrong_format", f"{told.framerate} samples a second; 8,000 to 48,000")
    if len(raw) < told.nframes * 2 * told.nchannels:
        raise BadRecording("truncated", "the file ends before its recording does")
    samples = np.frombuffer(raw, "<i2").reshape(-1, told.nchannels).astype(np.float64)
    return np.asarray(samples.mean(axis=1)), told.framerate


def _loudest(samples: NDArray[np.float64]) -> float:
    whole = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    centred = whole - samples.mean()
    return float(np.sqrt((centred**2).mean(axis=1)).max(initial=0.0))


def wav(pcm: bytes, rate: int = RATE) -> bytes:
    """A WAV file of 16-bit mono samples."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    return out.getvalue()
