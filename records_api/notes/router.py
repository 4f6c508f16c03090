from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, Response, UploadFile

from records_api.core.edge import UnitOfWork, if_match
from records_api.core.models import Models
from records_api.core.uploads import UploadUnitOfWork
from records_api.notes import dictation, drawing, reading, service
from records_api.notes.permissions import Reader, RecordReader, Writer
from records_api.notes.schemas import (
    AttachmentKind,
    AttachmentOut,
    DecisionsIn,
    Dictated,
    DrawingIn,
    Extracted,
    ExtractIn,
    NoteDetail,
    NoteIn,
    NoteOut,
    TextIn,
)
from records_api.notes.tables import Note


class DrawingUnitOfWork(UploadUnitOfWork):
    """Some three times the most points that a drawing may have."""

    largest, field = 4_000_000, "strokes"
    too_large = "The drawing is larger than {largest} MB. Draw less."


router = APIRouter(prefix="/api", tags=["notes"], route_class=UnitOfWork)
_files = APIRouter(route_class=UploadUnitOfWork)
_drawings = APIRouter(route_class=DrawingUnitOfWork)
_Seen = Annotated[int | None, Depends(if_match)]


def _answer(ctx: Writer, note: Note, response: Response) -> NoteDetail:
    response.headers["ETag"] = f'"{note.version}"'
    return service.detail(ctx, note)


@router.post("/encounters/{encounter_id}/notes", status_code=201)
def begin(ctx: Writer, encounter_id: str, data: NoteIn, response: Response) -> NoteDetail:
    """Begin a draft. It enters the record when it is signed."""
    return _answer(ctx, service.begin(ctx, encounter_id, data), response)


@router.get("/encounters/{encounter_id}/notes")
def of_encounter(ctx: Writer, encounter_id: str) -> list[NoteDetail]:
    """The signed notes of a visit, and your own drafts."""
    return service.of_encounter(ctx, encounter_id)


@router.post("/encounters/{encounter_id}/notes/extract")
def extract(ctx: Writer, models: Models, encounter_id: str, data: ExtractIn) -> Extracted:
    """What a text or a draft names: findings, conditions and drugs, each with its place."""
    if data.note_id is not None:
        return service.extract(ctx, models, encounter_id, data.note_id)
    return reading.extract(ctx, models, encounter_id, data.text or "")


@_drawings.post("/encounters/{encounter_id}/notes/draw", status_code=201)
def draw(
    ctx: Writer, models: Models, encounter_id: str, data: DrawingIn, response: Response
) -> NoteDetail:
    """Begin a draft by pen: the strokes are kept as InkML and as a picture, and what could be read
    is the draft. Without the model service the draft is empty; have it read again later."""
    return _answer(ctx, drawing.draw(ctx, models, encounter_id, data), response)


@router.post("/notes/{note_id}/recognise")
def recognise(
    ctx: Writer, models: Models, note_id: str, response: Response, seen: _Seen
) -> NoteDetail:
    """Have a drawn draft read again. A text that was edited stays."""
    return _answer(ctx, drawing.read_again(ctx, models, note_id, seen), response)


@router.get("/patients/{patient_id}/notes", response_model=list[NoteOut])
def search(
    ctx: RecordReader,
    patient_id: str,
    text: Annotated[str, Query(min_length=1, max_length=100, examples=["dengue"])],
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> list[Note]:
    """A patient's signed notes that hold all words, newest first."""
    return list(service.search(ctx, patient_id, text, limit))


@router.get("/notes/{note_id}")
def read(ctx: Reader, note_id: str, response: Response) -> NoteDetail:
    """A signed note, or your own draft."""
    note = service.read(ctx, note_id)
    response.headers["ETag"] = f'"{note.version}"'
    return note


@router.put("/notes/{note_id}")
def edit(ctx: Writer, note_id: str, data: TextIn, response: Response, seen: _Seen) -> NoteDetail:
    """Give a draft another text. What was read from sentences that changed goes stale."""
    return _answer(ctx, service.edit(ctx, note_id, data.text, seen), response)


@router.put("/notes/{note_id}/extractions")
def decide(
    ctx: Writer, note_id: str, data: DecisionsIn, response: Response, seen: _Seen
) -> NoteDetail:
    """Accept or strike what was read from a draft."""
    return _answer(ctx, service.decide(ctx, note_id, data, seen), response)


@router.post("/notes/{note_id}/sign")
def sign(ctx: Writer, note_id: str, response: Response, seen: _Seen) -> NoteDetail:
    """Sign a draft: it enters the record with the findings that were accepted, and stays as it is."""
    return _answer(ctx, service.sign(ctx, note_id, seen), response)


@router.post("/notes/{note_id}/discard")
def discard(ctx: Writer, note_id: str, response: Response, seen: _Seen) -> NoteDetail:
    """Give a draft up."""
    return _answer(ctx, service.discard(ctx, note_id, seen), response)


@_files.post("/notes/{note_id}/attachments", status_code=201)
def attach(
    ctx: Writer,
    note_id: str,
    kind: Annotated[AttachmentKind, Form()],
    content: Annotated[UploadFile, File(description="audio 10 MB, ink 2 MB, picture 6 MB")],
) -> AttachmentOut:
    """Keep what a draft was made from. Audio is deleted when the note is signed or discarded."""
    return service.attach(ctx, note_id, kind, content.file.read())


@_files.post("/encounters/{encounter_id}/notes/dictate", status_code=201)
def dictate(
    ctx: Writer,
    models: Models,
    encounter_id: str,
    content: Annotated[UploadFile, File(description="WAV, 16 bits, at most three minutes, 10 MB")],
    response: Response,
) -> Dictated:
    """Begin a draft by speaking. The recording is kept until the draft is signed or discarded."""
    heard = dictation.begin(ctx, models, encounter_id, content.file.read())
    response.headers["ETag"] = f'"{heard.note.version}"'
    return dictation.told(ctx, heard)


@router.post("/notes/{note_id}/transcribe")
def transcribe(ctx: Writer, models: Models, note_id: str, response: Response) -> Dictated:
    """Have the recording of a draft heard again that has no text yet."""
    heard = dictation.again(ctx, models, note_id)
    response.headers["ETag"] = f'"{heard.note.version}"'
    return dictation.told(ctx, heard)


@router.get(
    "/notes/{note_id}/attachments/{attachment_id}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def attachment(ctx: Reader, note_id: str, attachment_id: str) -> Response:
    """The content of an attachment."""
    content, media_type = service.attachment(ctx, note_id, attachment_id)
    return Response(content, media_type=media_type, headers={"Cache-Control": "no-store"})


router.include_router(_files)
router.include_router(_drawings)
