from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from records_api.core.columns import Id, Instant
from records_api.core.db import Base, UTCDateTime


class Note(Base):
    """A draft until its author signs it. Only signed notes are part of the patient's record.

    `draft` is what was first typed, or what a machine made of speech or pen; `text` is what holds
    now. `recorded_at`: of a draft when it was begun, of a signed note when it was signed.
    """

    __tablename__ = "notes"
    __table_args__ = (
        CheckConstraint("source IN ('typed', 'spoken', 'drawn')", name="source"),
        CheckConstraint("status IN ('draft', 'signed', 'discarded')", name="status"),
        CheckConstraint("(status = 'signed') = (signed_at IS NOT NULL)", name="signed"),
        Index("ix_notes_author_status", "author_id", "status"),
    )

    id: Mapped[Id]
    encounter_id: Mapped[str] = mapped_column(ForeignKey("encounters.id"), index=True)
    author_id: Mapped[str] = mapped_column(String(36))
    source: Mapped[str] = mapped_column(String(6), default="typed")
    language: Mapped[str | None] = mapped_column(String(8), doc="BCP 47: en, hi, hi-Latn")
    draft: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(9), default="draft")
    changes: Mapped[list[Any] | None] = mapped_column(
        JSON(none_as_null=True),
        doc="of a signed note: [start, end, words] each, from draft to text",
    )
    changed_words: Mapped[int | None]
    signed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    recorded_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Attachment(Base):
    """What a note was made from. `content` is encrypted; audio is deleted with the draft, and the
    row keeps that it was there, its length and its digest."""

    __tablename__ = "note_attachments"
    __table_args__ = (
        CheckConstraint("kind IN ('audio', 'ink', 'picture')", name="kind"),
        CheckConstraint("(content IS NULL) = (deleted_at IS NOT NULL)", name="deleted"),
    )

    id: Mapped[Id]
    note_id: Mapped[str] = mapped_column(ForeignKey("notes.id"), index=True)
    kind: Mapped[str] = mapped_column(String(7))
    media_type: Mapped[str] = mapped_column(String(60))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, doc="Fernet token")
    size: Mapped[int] = mapped_column(doc="bytes of the plain content")
    sha256: Mapped[str] = mapped_column(String(64), doc="of the plain content")
    recorded_at: Mapped[Instant]
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Reading(Base):
    """One reading of a note's text. `model` is null when nothing answered."""

    __tablename__ = "note_readings"

    id: Mapped[Id]
    note_id: Mapped[str] = mapped_column(ForeignKey("notes.id"), index=True)
    model: Mapped[str | None] = mapped_column(String(64))
    model_version: Mapped[str | None] = mapped_column(String(20))
    inputs_digest: Mapped[str] = mapped_column(String(64), doc="SHA-256 of what was asked")
    read_at: Mapped[Instant]


class Extraction(Base):
    """What a reading found, and what a person decided on it: the next reader's label.

    The span is counted in characters of the note's text. `stale`: that text was changed since.
    """

    __tablename__ = "note_extractions"
    __table_args__ = (
        CheckConstraint("kind IN ('finding', 'condition', 'drug')", name="kind"),
        CheckConstraint(
            "assertion IN ('affirmed', 'negated', 'possible', 'historical')", name="assertion"
        ),
        CheckConstraint("experiencer IN ('patient', 'other')", name="experiencer"),
        CheckConstraint("decision IN ('accepted', 'struck')", name="decision"),
        CheckConstraint("(decision IS NULL) = (decided_by IS NULL)", name="decided"),
    )

    id: Mapped[Id]
    note_id: Mapped[str] = mapped_column(ForeignKey("notes.id"), index=True)
    reading_id: Mapped[str] = mapped_column(ForeignKey("note_readings.id"))
    span_start: Mapped[int]
    span_end: Mapped[int]
    text: Mapped[str] = mapped_column(Text, doc="what stood there when it was read")
    kind: Mapped[str] = mapped_column(String(9))
    code: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(200), doc="English: the terminology has no drugs")
    assertion: Mapped[str] = mapped_column(String(10))
    experiencer: Mapped[str] = mapped_column(String(7))
    dose: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    score: Mapped[float]
    stale: Mapped[bool] = mapped_column(default=False)
    decision: Mapped[str | None] = mapped_column(String(8))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(36))
