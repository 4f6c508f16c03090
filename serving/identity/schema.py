"""Face verification, one to one: what the identity desk asks, and what it gets. No template leaves the service."""

from typing import Literal

from pydantic import Base64Bytes, Field

from serving.common import Message, ModelRef


class Image(Message):
    content: Base64Bytes = Field(max_length=8_000_000, description="JPEG, PNG or PGM")


class VerifyRequest(Message):
    """One probe against the enrolled captures of one person."""

    probe: Image
    enrolled: list[Image] = Field(min_length=1, max_length=10)


class FaceQuality(Message):
    """0 is unusable, 1 is ideal; `problems` name what the clerk can mend."""

    score: float = Field(ge=0, le=1)
    faces: int = Field(ge=0)
    problems: list[
        Literal[
            "unreadable",
            "no_face",
            "several_faces",
            "too_small",
            "too_dark",
            "too_bright",
            "blurred",
            "low_contrast",
            "turned",
        ]
    ] = []


class VerifyAnswer(Message):
    """`score` is comparable between model versions: minus log10 of the false match rate at which this pair just matches."""

    model: ModelRef
    score: float | None = Field(description="null when a face could not be used")
    decision: Literal["match", "no_match", "refer"]
    reason: str | None = None
    probe_quality: FaceQuality
    enrolled_quality: list[FaceQuality]


class QualityRequest(Message):
    image: Image


class QualityAnswer(Message):
    model: ModelRef
    quality: FaceQuality
