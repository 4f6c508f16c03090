"""What an engine takes and gives, and what can go wrong."""

from dataclasses import dataclass
from typing import Protocol

RATE = 16_000  # samples a second: what all three engines were trained on


class BadRecording(ValueError):
    """`code` names what is wrong with a recording: see models.speech.audio.decode."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NoEngine(Exception):
    """No speech engine can be had; the text says what is missing and how to get it."""


@dataclass(frozen=True, slots=True)
class Word:
    """Seconds from the beginning; `confidence` 0–1 as the engine has it, None where it has none."""

    text: str
    start: float
    end: float
    confidence: float | None


@dataclass(frozen=True)
class Transcript:
    """`text` as it would be written (500 mg, 130/80); `words` as they were heard."""

    text: str
    words: tuple[Word, ...]
    engine: str
    engine_version: str


class Engine(Protocol):
    name: str
    version: str

    def transcribe(self, pcm: bytes) -> Transcript:
        """16-bit little-endian mono samples at RATE. May be called from several threads."""
        ...
