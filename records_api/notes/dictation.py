"""From a recording to a draft. The recording is kept first: whatever fails then, it can be heard
again until the draft is signed or discarded."""

from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from records_api.core.context import Context
from records_api.core.errors import Conflict, Invalid, ModelUnavailable
from records_api.core.i18n import translate
from records_api.core.models import ModelService
from records_api.encounters import service as visits
from records_api.notes import files, repository, rules, service
from records_api.notes.schemas import Dictated, TextIn
from records_api.notes.tables import Note

_WRONG = {
    "wrong_format": "This is not a whole WAV file of 16-bit samples.",
    "too_short": "The recording is too short to hear a word in it.",
    "too_long": "The recording is longer than three minutes. Dictate it in parts.",
}
_WITHOUT = {
    "unavailable": "Speech recognition does not answer. The recording is kept: try again later, "
    "or type the note.",
    "unheard": "Nothing was understood in the recording. Check the microphone, then dictate again "
    "or type the note.",
}


@dataclass(frozen=True)
class Heard:
    """A draft, and why it has no text where it has none."""

    note: Note
    without: Literal["unavailable", "unheard"] | None


def begin(ctx: Context, models: ModelService, encounter_id: str, content: bytes) -> Heard:
    """Keep a recording with a draft of its own and have it heard.

    Raises `Invalid` for content that is no recording, or none that can be heard."""
    encounter = visits.writable(ctx, encounter_id, "note.dictate")
    wrong = rules.dictation(content)
    if wrong is not None and len(content) <= rules.LARGEST["audio"]:  # `keep` refuses a larger one
        raise Invalid(_WRONG[wrong], field="content")
    note = Note(
        encounter_id=encounter.id,
        author_id=ctx.actor.id,
        source="spoken",
        draft="",
        text="",
        recorded_at=ctx.now,
    )
    ctx.session.add(note)
    ctx.session.flush()
    files.keep(ctx, note.id, "audio", content)
    return _hear(ctx, models, note, content)


def again(ctx: Context, models: ModelService, note_id: str) -> Heard:
    """Have the recording of a draft without text heard once more."""
    note = service.own_draft(ctx, note_id, "note.transcribe")
    if note.text:
        raise Conflict("This draft has a text already. Edit it, or dictate anew.", field="note_id")
    recordings = [
        row for row in repository.attachments(ctx.session, note_id) if row.kind == "audio"
    ]
    if not recordings:
        raise Conflict("This draft has no recording.", field="note_id")
    content, _ = files.content(recordings[-1])
    return _hear(ctx, models, note, content)


def _hear(ctx: Context, models: ModelService, note: Note, content: bytes) -> Heard:
    note_id, version = note.id, note.version
    ctx.session.commit()  # no transaction stays open while the model listens
    try:
        answer = models.speech(content)
    except ModelUnavailable:
        return Heard(_again(ctx, note_id), "unavailable")
    note = _again(ctx, note_id)
    try:
        text = TextIn(text=answer.text).text
    except ValidationError:  # nobody spoke, or the engine answered what is no text
        return Heard(note, "unheard")
    if (note.version, note.status) != (version, "draft"):
        return Heard(note, None)  # typed or given up meanwhile: that counts
    note.draft = note.text = text
    ctx.session.flush()
    ctx.audit("note.transcript", note_id, model=answer.model.name, version=answer.model.version)
    return Heard(note, None)


def _again(ctx: Context, note_id: str) -> Note:
    note = repository.get(ctx.session, note_id)
    ctx.session.refresh(note)
    return note


def told(ctx: Context, heard: Heard) -> Dictated:
    message = translate(_WITHOUT[heard.without], ctx.language) if heard.without else None
    return Dictated(
        **service.detail(ctx, heard.note).model_dump(),
        degraded=heard.without == "unavailable",
        message=message,
    )
