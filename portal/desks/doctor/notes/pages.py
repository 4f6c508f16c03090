from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from records_api.notes.schemas import Source


@dataclass(frozen=True)
class Said:
    """One extraction in words. `told` is what stands beside it in the text; `becomes` says what
    signing makes of it once it is accepted; `medicine` where an accepted drug stands in the list."""

    id: str
    kind: str
    name: str
    text: str
    told: str
    becomes: str
    dose: str
    decision: str | None
    tone: str
    medicine: str | None = None


@dataclass(frozen=True)
class Piece:
    """A piece of a note's text, and what it was read as, if anything."""

    text: str
    said: Said | None = None


@dataclass(frozen=True)
class Draft:
    """`typed` and `error`: an edit that could not be kept. `picture`: the attachment to show."""

    id: str
    version: int
    source: Source
    text: str
    pieces: Sequence[Piece]
    found: Sequence[Said]
    read: bool
    degraded: bool
    reader: str
    begun_at: datetime
    recording: str | None = None  # the attachment that can still be heard
    picture: str | None = None  # the attachment that shows what was drawn
    typed: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Signed:
    id: str
    source: Source
    text: str
    accepted: Sequence[Said]
    signed_at: datetime
    picture: str | None = None


@dataclass(frozen=True)
class NotesPanel:
    """The notes of a visit at the desk. `typed` and `error`: a new note that could not be kept;
    `unheard` and `drawing_error`: why a recording or a drawing could not."""

    signed: Sequence[Signed] = ()
    drafts: Sequence[Draft] = ()
    typed: str = ""
    error: str | None = None
    unheard: str | None = None
    limit: int = 0
    longest: int = 0
    drawing_error: str | None = None


@dataclass(frozen=True)
class Refused:
    """What came and could not be kept, and why; of a new note or of the draft named. `source`: whether
    it was typed, or the recording or the drawing was refused. Of a drawing the page keeps the strokes."""

    typed: str
    error: str
    note_id: str | None = None
    source: Source = "typed"


@dataclass(frozen=True)
class Found:
    """A signed note that holds the words sought."""

    encounter_id: str
    text: str
    signed_at: datetime


@dataclass(frozen=True)
class NoteSearch:
    text: str = ""
    found: Sequence[Found] = field(default=())
