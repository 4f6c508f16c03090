"""Reading of handwriting: strokes in, words out. No drawing leaves the service."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from serving.common import Message, ModelRef

Side = Annotated[float, Field(gt=0, le=20_000)]
# x, y on the canvas, ms since the first stroke began, pressure 0 to 1
Point = tuple[
    Annotated[float, Field(ge=0, le=20_000)],
    Annotated[float, Field(ge=0, le=20_000)],
    Annotated[int, Field(ge=0, le=10**9)],
    Annotated[float, Field(ge=0, le=1)],
]
Stroke = Annotated[list[Point], Field(min_length=1, max_length=60_000)]


class HandwritingRequest(Message):
    """What was drawn, in the order of drawing."""

    width: Side
    height: Side
    strokes: list[Stroke] = Field(
        min_length=1, max_length=3_000, examples=[[[[10, 10, 0, 0.5], [10, 60, 40, 0.5]]]]
    )

    @model_validator(mode="after")
    def _fits(self) -> "HandwritingRequest":
        if sum(map(len, self.strokes)) > 60_000:
            raise ValueError("There are more than 60000 points. Draw less.")
        if any(p[0] > self.width or p[1] > self.height for s in self.strokes for p in s):
            raise ValueError("A point lies outside the canvas.")
        return self


class Reading(Message):
    text: str
    score: float = Field(ge=0, le=1, description="share of belief among what was considered")


class ReadWord(Reading):
    """A word, where it stands on the canvas (left, top, right, bottom), and what else it may be."""

    box: tuple[float, float, float, float]
    line: int = Field(ge=0)
    alternatives: list[Reading] = []


class HandwritingAnswer(Message):
    """In reading order; `text` has the lines as they were written."""

    model: ModelRef
    text: str
    words: list[ReadWord]
    script: Literal["Latn"] = Field(default="Latn", description="ISO 15924: what can be read")
