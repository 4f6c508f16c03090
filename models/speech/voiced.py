"""Where somebody speaks in a recording, by the voice activity detection that comes with PocketSphinx.

An engine that gets only that does not take silence or a long pause for words.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from models.speech.values import RATE

_WINDOW = 0.3  # seconds that must be speech, or silence, to change between them
_STRICT = 2  # of 0–3; at 3 a soft voice is missed, below 2 a loud fan is taken for one
_MARGIN = 0.2  # seconds kept around, so that no soft consonant is cut off
_BYTES = 2  # a sample


@dataclass(frozen=True)
class Stretch:
    """`begin` in seconds of the recording."""

    begin: float
    pcm: bytes


def stretches(pcm: bytes) -> Iterator[Stretch]:
    """Speech without the silence before, after and in long pauses; 16-bit mono samples at RATE."""
    size = len(pcm) // _BYTES / RATE
    waiting: tuple[float, float] | None = None
    for begin, end in _spans(pcm):
        begin, end = max(0.0, begin - _MARGIN), min(size, end + _MARGIN)
        if waiting and begin <= waiting[1]:
            waiting = (waiting[0], end)
            continue
        if waiting:
            yield _cut(pcm, *waiting)
        waiting = (begin, end)
    if waiting:
        yield _cut(pcm, *waiting)


def _spans(pcm: bytes) -> Iterator[tuple[float, float]]:
    from pocketsphinx import Endpointer

    detector = Endpointer(window=_WINDOW, vad_mode=_STRICT, sample_rate=RATE)
    frame = detector.frame_bytes
    ended = pcm + bytes(int(2 * _WINDOW * RATE) * _BYTES)  # silence, so that the last stretch ends
    speaking = False
    for at in range(0, len(ended) - frame + 1, frame):
        detector.process(ended[at : at + frame])
        if speaking and not detector.in_speech:
            yield detector.speech_start, detector.speech_end
        speaking = detector.in_speech


def _cut(pcm: bytes, begin: float, end: float) -> Stretch:
    first, last = (int(seconds * RATE) * _BYTES for seconds in (begin, end))
    return Stretch(first / _BYTES / RATE, pcm[first:last])
