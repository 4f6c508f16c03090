"""What a recording must be, and what is said of one that is not."""

import struct

import numpy as np
import pytest

from models.speech import BadRecording, decode
from models.speech.audio import wav


def tone(seconds: float, rate: int = 16_000, loud: float = 8000) -> bytes:
    t = np.arange(int(seconds * rate)) / rate
    return (loud * np.sin(2 * np.pi * 440 * t)).astype("<i2").tobytes()


GOOD = wav(tone(1))


def test_a_recording_comes_at_the_engines_rate() -> None:
    found = decode(wav(tone(1, 48_000), 48_000))
    assert found.seconds == pytest.approx(1)
    assert len(found.pcm) == 2 * 16_000
    assert found.loudness == pytest.approx(8000 / 2**0.5 / 32768, rel=0.02)
    assert decode(GOOD).pcm == tone(1)


def test_stereo_is_mixed() -> None:
    left = np.frombuffer(tone(1), "<i2")
    both = np.column_stack([left, np.zeros_like(left)]).tobytes()
    stereo = bytearray(wav(both))
    stereo[22:24] = struct.pack("<H", 2)
    stereo[28:34] = struct.pack("<IH", 64_000, 4)
    mixed = np.frombuffer(decode(bytes(stereo)).pcm, "<i2")
    assert len(mixed) == 16_000
    assert np.abs(mixed - left / 2).max() <= 1


def eight_bits() -> bytes:
    made = bytearray(GOOD)
    made[34:36] = struct.pack("<H", 8)
    made[32:34] = struct.pack("<H", 1)
    return bytes(made)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "wrong_format", id="empty"),
        pytest.param(b"OggS" + bytes(200), "wrong_format", id="ogg"),
        pytest.param(b"\x1aE\xdf\xa3" + bytes(200), "wrong_format", id="webm"),
        pytest.param(b"RIFF" + bytes(200), "wrong_format", id="no WAVE"),
        pytest.param(eight_bits(), "wrong_format", id="8 bits"),
        pytest.param(wav(tone(1, 4000), 4000), "wrong_format", id="4 kHz"),
        pytest.param(GOOD[:30], "truncated", id="header cut"),
        pytest.param(GOOD[:-1000], "truncated", id="sound cut"),
        pytest.param(GOOD[:-1], "truncated", id="half a sample"),
        pytest.param(wav(tone(0.2)), "too_short", id="a click"),
        pytest.param(wav(b""), "too_short", id="nothing"),
        pytest.param(wav(tone(181, 8000), 8000), "too_long", id="three minutes"),
        pytest.param(wav(bytes(64_000)), "too_quiet", id="silence"),
        pytest.param(wav(tone(1, loud=20)), "too_quiet", id="a whisper"),
        pytest.param(
            wav((np.zeros(16_000) + 9000).astype("<i2").tobytes()), "too_quiet", id="hum of 0 Hz"
        ),
    ],
)
def test_what_cannot_be_used_is_named(content: bytes, code: str) -> None:
    with pytest.raises(BadRecording) as raised:
        decode(content)
    assert raised.value.code == code
