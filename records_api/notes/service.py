"""A draft is its author's alone, is read by a machine, judged and edited, and then signed or
discarded. Signing brings it into the record, with the findings that its author accepted."""

from collections.abc import Sequence

from records_api.consent.service import open_record
from records_api.core.context import Context
from records_api.core.edge import check_version
from records_api.core.errors import Conflict, Invalid, NotFound
from records_api.core.models import ModelService
from records_api.encounters import repository as encounters
from records_api.encounters import service as visits
from records_api.notes import files, reading, repository, rules
from records_api.notes.schemas import (
    AttachmentOut,
    DecisionsIn,
    Extracted,
    NoteDetail,
    NoteIn,
    NoteOut,
)
from records_api.notes.tables import Note


def begin(ctx: Context, encounter_id: str, data: NoteIn) -> Note:
    """Begin a draft. It is in nobody's way: not in the record, and shown to its author alone."""
    encounter = visits.writable(ctx, encounter_id, "note.begin")
    note = Note(
        encounter_id=encounter.id,
        author_id=ctx.actor.id,
        source=data.source,
        language=data.language,
        draft=data.text,
        text=data.text,
        recorded_at=ctx.now,
    )
    ctx.session.add(note)
    ctx.session.flush()
    return note


def opened(ctx: Context, note_id: str, action: str) -> Note:
    """A note that the actor may see: a signed one by consent, any other only if it is their own."""
    note = repository.get(ctx.session, note_id)
    encounter = encounters.get(ctx.session, note.encounter_id)
    open_record(ctx, encounter.patient_id, action)
    if note.status != "signed" and note.author_id != ctx.actor.id:
        # The same answer as for a note that does not exist: a draft is private.
        raise NotFound("There is no such note.", field="note_id")
    return note


def own_draft(ctx: Context, note_id: str, action: str, seen: int | None = None) -> Note:
    """A draft of the actor's own in an open visit, to change it. Raises `Stale` unless `seen`."""
    note = opened(ctx, note_id, action)
    if note.status != "draft":
        raise Conflict("This note is signed or discarded. Write a new one.", field="note_id")
    if encounters.get(ctx.session, note.encounter_id).status != "open":
        raise Conflict("This encounter is closed. Open a new one.", field="encounter_id")
    check_version(seen, note.version)
    return note


def edit(ctx: Context, note_id: str, text: str, seen: int | None) -> Note:
    """Give a draft another text. Extractions in sentences that did not change stay."""
    note = own_draft(ctx, note_id, "note.edit", seen)
    if note.text != text:
        reading.move(ctx, note, text)
        note.text = text
        ctx.session.flush()
    return note


def extract(ctx: Context, models: ModelService, encounter_id: str, note_id: str) -> Extracted:
    """Have a draft read, and keep what was found with it."""
    note = own_draft(ctx, note_id, "note.extract")
    if note.encounter_id != encounter_id:
        raise Invalid("This note is of another encounter.", field="note_id")
    latest = reading.read(ctx, models, note)
    live = [row for row in reading.shown(ctx, [note_id]) if not row.stale]
    return Extracted(**latest.model_dump(), extractions=live)


def decide(ctx: Context, note_id: str, data: DecisionsIn, seen: int | None) -> Note:
    """Accept or strike extractions; a later decision replaces an earlier one until signing."""
    note = own_draft(ctx, note_id, "note.decide", seen)
    decisions = dict.fromkeys(data.accepted, "accepted") | dict.fromkeys(data.struck, "struck")
    found = repository.decide(ctx.session, note.id, decisions, ctx.actor.id, ctx.now)
    if found < len(decisions):
        field = "accepted" if data.accepted else "struck"
        raise Invalid("This is no extraction of the note as it stands.", field=field)
    return note


def sign(ctx: Context, note_id: str, seen: int | None) -> Note:
    """Bring a draft into the record, for good, with the findings that were accepted."""
    note = own_draft(ctx, note_id, "note.sign", seen)
    if not note.text:  # a drawing that nothing could read, or a dictation that nobody heard yet
        raise Invalid("Write the note first.", field="text")
    findings = reading.accepted_findings(ctx, note)
    note.changes, note.changed_words = _difference(note)
    note.status = "signed"
    note.signed_at = note.recorded_at = ctx.now
    _end(ctx, note)
    if findings.by_code():
        visits.record_findings(ctx, note.encounter_id, findings)
    else:
        visits.changed(ctx, note.encounter_id)
    return note


def _difference(note: Note) -> tuple[list[list[int | str]], int]:
    found, words = rules.changes(note.draft, note.text)
    return [list(change) for change in found], words


def discard(ctx: Context, note_id: str, seen: int | None) -> Note:
    """Give a draft up. It never was in the record."""
    note = own_draft(ctx, note_id, "note.discard", seen)
    note.status = "discarded"
    _end(ctx, note)
    return note


def _end(ctx: Context, note: Note) -> None:
    ctx.session.flush()
    deleted = repository.delete_content(ctx.session, note.id, rules.KEPT_AFTER, ctx.now)
    ctx.session.expire_all()
    for attachment_id in deleted:
        ctx.audit("attachment.delete", attachment_id, note=note.id)


def read(ctx: Context, note_id: str) -> NoteDetail:
    return detail(ctx, opened(ctx, note_id, "note.read"))


def detail(ctx: Context, note: Note) -> NoteDetail:
    """Everything of a note that the caller has opened; what it was before only for its author."""
    own = note.author_id == ctx.actor.id
    return NoteDetail(
        **NoteOut.model_validate(note).model_dump(),
        encounter_id=note.encounter_id,
        draft=note.draft if own else None,
        changes=[(c[0], c[1], c[2]) for c in note.changes] if own and note.changes else None,
        changed_words=note.changed_words,
        version=note.version,
        attachments=[
            AttachmentOut.model_validate(row)
            for row in repository.attachments(ctx.session, note.id)
        ],
        reading=reading.latest(ctx, note.id),
        extractions=reading.shown(ctx, [note.id]),
    )


def of_encounter(ctx: Context, encounter_id: str) -> list[NoteDetail]:
    """The signed notes of a visit and the actor's own drafts, oldest first."""
    encounter = encounters.get(ctx.session, encounter_id)
    open_record(ctx, encounter.patient_id, "note.list")
    rows = [
        *repository.signed(ctx.session, [encounter_id]),
        *repository.drafts(ctx.session, encounter_id, ctx.actor.id),
    ]
    return [detail(ctx, note) for note in rows]


def search(ctx: Context, patient_id: str, text: str, limit: int = 20) -> Sequence[Note]:
    """A patient's signed notes that hold all words. The caller has opened the record."""
    return repository.search(ctx.session, patient_id, text, limit) if text.strip() else []


def attach(ctx: Context, note_id: str, kind: str, content: bytes) -> AttachmentOut:
    """Keep what a draft was made from, encrypted."""
    note = own_draft(ctx, note_id, "attachment.add")
    if len(repository.attachments(ctx.session, note.id)) >= rules.MOST_ATTACHMENTS:
        raise Conflict("This note has as many attachments as it can have.", field="content")
    return AttachmentOut.model_validate(files.keep(ctx, note.id, kind, content))


def attachment(ctx: Context, note_id: str, attachment_id: str) -> tuple[bytes, str]:
    """The content of an attachment and its media type."""
    note = opened(ctx, note_id, "attachment.read")
    return files.content(repository.attachment(ctx.session, note.id, attachment_id))
