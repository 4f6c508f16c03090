"""Reading of notes: a text in, what it names out."""

from typing import Literal

from pydantic import Field

from serving.common import Message, ModelRef

Kind = Literal["finding", "condition", "drug"]
Assertion = Literal["affirmed", "negated", "possible", "historical"]


class NotesRequest(Message):
    text: str = Field(max_length=20_000, examples=["bukhar 3 din se, no rash, r/o dengue"])


class Dose(Message):
    """How a drug is given, as far as the text says. start, end: the whole order in the text."""

    start: int
    end: int
    form: str | None = None
    strength: float | None = None
    unit: str | None = Field(default=None, description="mg, mcg, g, ml, iu, drops, puffs, …")
    per_day: float | None = Field(default=None, description="times a day, 1/7 for weekly")
    as_needed: bool = False
    days: float | None = None


class Mention(Message):
    """A concept at text[start:end], counted in characters."""

    code: str
    kind: Kind
    name: str = Field(description="in English: the records may not know the code")
    start: int = Field(ge=0)
    end: int
    text: str
    assertion: Assertion
    experiencer: Literal["patient", "other"]
    score: float = Field(ge=0, le=1, description="1 as written, less when found by likeness")
    dose: Dose | None = None


class NotesAnswer(Message):
    """In the order of the text, none overlapping another."""

    model: ModelRef
    mentions: list[Mention]
