"""Notes at the desk: written, read by the model, judged, and signed or discarded."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from portal.desks.doctor.notes import pen
from portal.desks.doctor.notes.pages import Refused
from portal.desks.doctor.router import consultation
from portal.forms import go, parsed, told
from portal.render import render
from portal.route import FilePageRoute, PageRoute
from records_api.core.context import Context
from records_api.core.errors import Invalid, SehatError, Stale
from records_api.core.i18n import marked as _
from records_api.core.models import Models
from records_api.encounters.permissions import Reader, Writer
from records_api.notes import dictation, reading
from records_api.notes import service as notes
from records_api.notes.schemas import DecisionsIn, NoteIn, Source, TextIn

router = APIRouter(prefix="/doctor/encounters/{encounter_id}/notes", route_class=PageRoute)
_files = APIRouter(route_class=FilePageRoute)
router.include_router(pen.router)

# No limit here: a note that is too long must come back to be shortened, not be lost.
_Note = Annotated[str, Form()]
_Seen = Annotated[int, Form(ge=1, le=10**9)]
_Id = Annotated[str, Form(max_length=36)]
_Decision = Annotated[str, Form(pattern="^(accepted|struck)$")]


@router.post("")
def begin(
    request: Request, ctx: Writer, models: Models, encounter_id: str, note: _Note = ""
) -> Response:
    try:
        if not note.strip():
            raise Invalid(_("Write the note first."), field="text")
        draft = notes.begin(ctx, encounter_id, parsed(NoteIn, text=note))
    except Invalid as error:
        return _refused(request, ctx, encounter_id, note, error)
    notes.extract(ctx, models, encounter_id, draft.id)
    return _on(encounter_id)


@_files.post("/dictate")
def dictate(
    request: Request,
    ctx: Writer,
    models: Models,
    encounter_id: str,
    content: Annotated[UploadFile | None, File()] = None,
    note: _Note = "",
) -> Response:
    """A recording becomes a draft; what was typed beside it becomes one too."""
    recording = content.file.read() if content else b""
    try:
        if not recording:
            raise Invalid(_("Choose a recording first."), field="content")
        heard = dictation.begin(ctx, models, encounter_id, recording)
    except Invalid as error:
        return _refused(request, ctx, encounter_id, note, error, source="spoken")
    answer = _heard(ctx, models, encounter_id, heard)
    return begin(request, ctx, models, encounter_id, note) if note.strip() else answer


@router.post("/{note_id}/transcribe")
def transcribe(ctx: Writer, models: Models, encounter_id: str, note_id: str) -> Response:
    return _heard(ctx, models, encounter_id, dictation.again(ctx, models, note_id))


@router.get("/{note_id}/recordings/{attachment_id}")
def recording(ctx: Reader, note_id: str, attachment_id: str) -> Response:
    content, media_type = notes.attachment(ctx, note_id, attachment_id)
    return Response(content, media_type=media_type)


@router.post("/{note_id}/edit")
def edit(
    request: Request,
    ctx: Writer,
    models: Models,
    encounter_id: str,
    note_id: str,
    seen: _Seen,
    note: _Note = "",
) -> Response:
    try:
        notes.edit(ctx, note_id, parsed(TextIn, text=note).text, seen)
    except (Invalid, Stale) as error:
        return _refused(request, ctx, encounter_id, note, error, note_id)
    notes.extract(ctx, models, encounter_id, note_id)
    return _on(encounter_id)


@router.post("/{note_id}/read")
def read(ctx: Writer, models: Models, encounter_id: str, note_id: str) -> Response:
    notes.extract(ctx, models, encounter_id, note_id)
    return _on(encounter_id)


@router.post("/{note_id}/extractions")
def decide(
    ctx: Writer, encounter_id: str, note_id: str, extraction: _Id, decision: _Decision
) -> Response:
    notes.decide(ctx, note_id, DecisionsIn.model_validate({decision: [extraction]}), None)
    return _on(encounter_id)


@router.post("/{note_id}/accept")
def accept_all(ctx: Writer, encounter_id: str, note_id: str, seen: _Seen) -> Response:
    """Accept all that is not decided yet, of the draft as the reader saw it."""
    notes.own_draft(ctx, note_id, "note.decide", seen)
    open_ = [r.id for r in reading.shown(ctx, [note_id]) if not r.stale and r.decision is None]
    notes.decide(ctx, note_id, DecisionsIn(accepted=open_), seen)
    return _on(encounter_id)


@router.post("/{note_id}/sign")
def sign(request: Request, ctx: Writer, encounter_id: str, note_id: str, seen: _Seen) -> Response:
    try:
        notes.sign(ctx, note_id, seen)
    except (Invalid, Stale) as error:
        text = notes.read(ctx, note_id).text
        return _refused(request, ctx, encounter_id, text, error, note_id)
    return _on(encounter_id, "signed")


@router.post("/{note_id}/discard")
def discard(ctx: Writer, encounter_id: str, note_id: str, seen: _Seen) -> Response:
    notes.discard(ctx, note_id, seen)
    return _on(encounter_id, "discarded")


def _heard(ctx: Context, models: Models, encounter_id: str, heard: dictation.Heard) -> Response:
    if heard.note.text:
        notes.extract(ctx, models, encounter_id, heard.note.id)
    return _on(encounter_id, heard.without or "")


def _on(encounter_id: str, note: str = "") -> Response:
    return go(f"/doctor/encounters/{encounter_id}", note, "notes")


def _refused(
    request: Request,
    ctx: Context,
    encounter_id: str,
    typed: str,
    error: SehatError,
    note_id: str | None = None,
    *,
    source: Source = "typed",
) -> Response:
    """The same page, with what was typed and what to mend."""
    field = "recording" if source == "spoken" else f"note-{note_id}" if note_id else "note"
    errors = told(ctx, error, field)
    refused = Refused(typed, errors[field], note_id, source)
    page = consultation(ctx, encounter_id, refused=refused, errors=errors)
    return render(request, page, error.status)


router.include_router(_files)
