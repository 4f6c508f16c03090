"""Dictation: a recording in, its transcript out. The service keeps and logs neither."""

from typing import Literal

from pydantic import Base64Bytes, Field

from serving.common import Message, ModelRef

LARGEST = 40_000_000  # bytes of a recording; a third more as base64


class SpeechRequest(Message):
    audio: Base64Bytes = Field(
        max_length=LARGEST * 4 // 3 + 4, description="WAV of 16-bit samples, up to three minutes"
    )


class HeardWord(Message):
    text: str
    start: float = Field(ge=0, description="seconds")
    end: float = Field(ge=0, description="seconds")
    confidence: float | None = Field(default=None, ge=0, le=1, description="as the engine has it")


class SpeechAnswer(Message):
    """`problem` says why a recording is of no use; `text` is empty then, and when nobody spoke."""

    model: ModelRef = Field(description="the engine and its version")
    text: str
    words: list[HeardWord] = []
    seconds: float | None = None
    problem: Literal["wrong_format", "truncated", "too_short", "too_long", "too_quiet"] | None = (
        None
    )
