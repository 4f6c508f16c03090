from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from records_api.core.errors import NotFound
from records_api.encounters.tables import Encounter
from records_api.notes.tables import Attachment, Extraction, Note, Reading


def get(session: Session, note_id: str) -> Note:
    note = session.get(Note, note_id)
    if note is None:
        raise NotFound("There is no such note.", field="note_id")
    return note


def signed(session: Session, encounter_ids: Sequence[str]) -> Sequence[Note]:
    """The signed notes of encounters, in the order they were signed."""
    return session.scalars(
        select(Note)
        .where(Note.encounter_id.in_(encounter_ids), Note.status == "signed")
        .order_by(Note.recorded_at, Note.id)
    ).all()


def drafts(session: Session, encounter_id: str, author_id: str) -> Sequence[Note]:
    """The author's open drafts of an encounter, oldest first."""
    return session.scalars(
        select(Note)
        .where(
            Note.encounter_id == encounter_id,
            Note.author_id == author_id,
            Note.status == "draft",
        )
        .order_by(Note.recorded_at, Note.id)
    ).all()


def search(session: Session, patient_id: str, text: str, limit: int) -> Sequence[Note]:
    """A patient's signed notes with each word of the text in them, newest first."""
    query = (
        select(Note)
        .join(Encounter, Encounter.id == Note.encounter_id)
        .where(Encounter.patient_id == patient_id, Note.status == "signed")
    )
    for word in text.split():
        query = query.where(Note.text.icontains(word, autoescape=True))
    return session.scalars(
        query.order_by(Note.recorded_at.desc(), Note.id.desc()).limit(limit)
    ).all()


def attachments(session: Session, note_id: str) -> Sequence[Attachment]:
    return session.scalars(
        select(Attachment)
        .where(Attachment.note_id == note_id)
        .order_by(Attachment.recorded_at, Attachment.id)
    ).all()


def attachment(session: Session, note_id: str, attachment_id: str) -> Attachment:
    row = session.get(Attachment, attachment_id)
    if row is None or row.note_id != note_id:
        raise NotFound("There is no such attachment.", field="attachment_id")
    return row


def delete_content(
    session: Session, note_id: str, kept: Collection[str], at: datetime
) -> Sequence[str]:
    """Delete the content of a note's attachments but for the kinds kept; which were deleted."""
    return session.scalars(
        update(Attachment)
        .where(
            Attachment.note_id == note_id,
            Attachment.kind.not_in(kept),
            Attachment.deleted_at.is_(None),
        )
        .values(content=None, deleted_at=at)
        .returning(Attachment.id)
        .execution_options(synchronize_session=False)
    ).all()


def reading(session: Session, note_id: str) -> Reading | None:
    """The latest reading of a note."""
    return session.scalars(
        select(Reading)
        .where(Reading.note_id == note_id)
        .order_by(Reading.read_at.desc(), Reading.id.desc())
        .limit(1)
    ).one_or_none()


def extractions(session: Session, note_ids: Collection[str]) -> Sequence[Extraction]:
    """In the order of the text; those that went stale too."""
    return session.scalars(
        select(Extraction)
        .where(Extraction.note_id.in_(note_ids))
        .order_by(Extraction.span_start, Extraction.id)
    ).all()


def decide(
    session: Session, note_id: str, decisions: Mapping[str, str], by: str, at: datetime
) -> int:
    """Write decisions by extraction id; how many of them are live extractions of the note."""
    live = [row for row in extractions(session, [note_id]) if row.id in decisions and not row.stale]
    for row in live:
        if row.decision != decisions[row.id]:
            row.decision, row.decided_by, row.decided_at = decisions[row.id], by, at
    session.flush()
    return len(live)
