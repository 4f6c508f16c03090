from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from records_api.notes.rules import LARGEST, MOST_CHARACTERS
from serving.handwriting.schema import Side, Stroke

Source = Literal["typed", "spoken", "drawn"]
Language = Literal["en", "hi", "hi-Latn"]
Status = Literal["draft", "signed", "discarded"]
AttachmentKind = Literal["audio", "ink", "picture"]
Assertion = Literal["affirmed", "negated", "possible", "historical"]


def _printable(text: str) -> str:
    """Lines may end and tabs may stand; other control characters cannot be shown or stored."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any((c < " " and c not in "\n\t") or "\x7f" <= c <= "\x9f" for c in text):
        raise ValueError("This text holds characters that cannot be read.")
    return text


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_CHARACTERS),
    AfterValidator(_printable),
]


class NoteIn(BaseModel):
    """A draft to begin. `text` is as typed, or as a machine read speech or strokes."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"text": "bukhar 3 din se, no rash, r/o dengue"}]},
    )

    text: Text
    source: Source = "typed"
    language: Language | None = Field(default=None, description="hi-Latn: Hindi in Latin letters")


class TextIn(BaseModel):
    """The whole text of a draft, edited."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "bukhar 4 din se, no rash"}]}
    )

    text: Text


class ExtractIn(BaseModel):
    """A text that is not kept, or a draft of this visit whose reading is kept with it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"text": "bukhar 3 din se, no rash, r/o dengue"}]},
    )

    text: Text | None = None
    note_id: str | None = Field(default=None, max_length=36)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.text is None) == (self.note_id is None):
            raise ValueError("Give a text or a note, one of the two.")
        return self


ExtractionIds = Annotated[list[Annotated[str, Field(max_length=36)]], Field(max_length=500)]


class DrawingIn(BaseModel):
    """What a pen wrote: strokes on a canvas of that size, or an InkML document."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"width": 600, "height": 200, "strokes": [[[10, 10, 0, 0.5], [10, 60, 40, 0.5]]]}
            ]
        },
    )

    strokes: list[Stroke] | None = Field(
        default=None,
        max_length=3_000,
        description="each a list of points: x, y, ms since the first point, pressure 0 to 1",
    )
    width: Side | None = Field(default=None, description="of the canvas; x and y are its pixels")
    height: Side | None = None
    started_at: AwareDatetime | None = None
    pointer: Literal["pen", "touch", "mouse"] | None = None
    inkml: str | None = Field(default=None, max_length=LARGEST["ink"])

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.inkml is None) == (self.strokes is None):
            raise ValueError("Give strokes or an InkML document, one of the two.")
        if self.strokes is not None and (self.width is None or self.height is None):
            raise ValueError("Say how large the canvas is.")
        return self


class DecisionsIn(BaseModel):
    """What the doctor decided on extractions, by id. One that is not listed stays as it was."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"accepted": ["01939f5e-8d1c-7a50-9d3b-2f64ad0c7e11"]}]},
    )

    accepted: ExtractionIds = []
    struck: ExtractionIds = []

    @model_validator(mode="after")
    def _one_each(self) -> Self:
        if len({*self.accepted, *self.struck}) < len(self.accepted) + len(self.struck):
            raise ValueError("An extraction is listed twice.")
        return self


class _Row(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class NoteOut(_Row):
    id: str
    author_id: str
    source: Source
    language: Language | None
    text: str
    status: Status
    signed_at: datetime | None
    recorded_at: datetime


class AttachmentOut(_Row):
    """An attachment without its content. `deleted_at`: when the content was deleted."""

    id: str
    kind: AttachmentKind
    media_type: str
    size: int = Field(description="bytes")
    sha256: str
    recorded_at: datetime
    deleted_at: datetime | None


class Span(BaseModel):
    """What was found at text[start:end], in characters."""

    start: int
    end: int
    text: str
    kind: Literal["finding", "condition", "drug"]
    code: str
    name: str = Field(description="in the reader's language")
    assertion: Assertion
    experiencer: Literal["patient", "other"]
    dose: dict[str, Any] | None = Field(default=None, description="of a drug, as far as said")
    score: float = Field(description="1 as written, less when found by likeness")
    becomes: Literal["present", "absent"] | None = Field(
        description="what signing records of the finding, once accepted; null: nothing"
    )


class MedicineOut(BaseModel):
    """An item of the medicine list."""

    item_id: str
    code: str
    name: str = Field(description="in the reader's language")
    atc: str | None


class ExtractionOut(Span):
    """An extraction that is kept with its note. `stale`: the text changed there since."""

    id: str
    medicine: MedicineOut | None = Field(
        default=None,
        description="of an accepted drug, where one item of the medicine list has its name, and the "
        "strength and form that were said; as the list is now",
    )
    stale: bool
    decision: Literal["accepted", "struck"] | None
    decided_by: str | None
    decided_at: datetime | None


class ReadingOut(BaseModel):
    """`degraded`: no model answered, so nothing was read."""

    model_config = ConfigDict(protected_namespaces=())

    model: str | None
    model_version: str | None
    degraded: bool
    read_at: datetime | None = Field(default=None, description="null: not kept")


class Extracted(ReadingOut):
    """What a text names. `note_version` is the note's, when one was named."""

    extractions: list[ExtractionOut] | list[Span]


class NoteDetail(NoteOut):
    """A note with what it was made from and what was read from it."""

    encounter_id: str
    draft: str | None = Field(
        description="as first typed, or as the machine read it; shown to the author alone"
    )
    changes: list[tuple[int, int, str]] | None = Field(
        description="of a signed note: characters start … end of the draft became these words"
    )
    changed_words: int | None
    version: int
    attachments: list[AttachmentOut] = []
    reading: ReadingOut | None = Field(default=None, description="the latest")
    extractions: list[ExtractionOut] = []


class Dictated(NoteDetail):
    """A draft made of a recording. `degraded`: nothing answered that could hear it."""

    degraded: bool
    message: str | None = Field(description="what to do where no text was made, for the reader")
