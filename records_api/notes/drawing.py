"""Notes by pen: the strokes are kept whatever happens, and what can be read of them is a draft."""

import ink as inks
from ink.values import Ink, InkError, Point
from records_api.core.context import Context
from records_api.core.errors import Conflict, Invalid, ModelUnavailable
from records_api.core.models import ModelService
from records_api.encounters import service as visits
from records_api.notes import files, repository, rules
from records_api.notes.schemas import DrawingIn
from records_api.notes.service import own_draft
from records_api.notes.tables import Note
from serving.handwriting.schema import HandwritingAnswer, HandwritingRequest


def draw(ctx: Context, models: ModelService, encounter_id: str, data: DrawingIn) -> Note:
    """Begin a draft with a drawing, and have it read. Raises `Invalid` for what is no drawing."""
    drawn = ink(data)
    encounter = visits.writable(ctx, encounter_id, "note.draw")
    note = Note(
        encounter_id=encounter.id,
        author_id=ctx.actor.id,
        source="drawn",
        draft="",
        text="",
        recorded_at=ctx.now,
    )
    ctx.session.add(note)
    ctx.session.flush()
    files.keep(ctx, note.id, "ink", inks.write(drawn))
    files.keep(ctx, note.id, "picture", inks.png(drawn))
    return _recognised(ctx, models, note, drawn)


def ink(data: DrawingIn) -> Ink:
    """The strokes of a request. Raises `Invalid`, naming the field."""
    try:
        if data.inkml is not None:
            return inks.read(data.inkml.encode("utf-8", "replace"))
        strokes = tuple(tuple(Point(*p) for p in stroke) for stroke in data.strokes or ())
        size = data.width or 0.0, data.height or 0.0
        return Ink(strokes, *size, data.started_at, data.pointer or "")
    except InkError as error:
        field = "strokes" if data.inkml is None else "inkml"
        raise Invalid(error.detail, field=field, **error.params) from None


def read_again(ctx: Context, models: ModelService, note_id: str, seen: int | None) -> Note:
    """Read the drawing of a draft once more. A text that was edited since is left alone."""
    note = own_draft(ctx, note_id, "note.recognise", seen)
    if note.text != note.draft:
        raise Conflict("The text was edited. It is not read again.", field="note_id")
    kept = [row for row in repository.attachments(ctx.session, note.id) if row.kind == "ink"]
    if not kept:
        raise Invalid("Nothing was drawn for this note.", field="note_id")
    try:
        drawn = inks.read(files.content(kept[-1])[0])
    except InkError as error:
        raise Invalid(error.detail, field="note_id", **error.params) from None
    return _recognised(ctx, models, note, drawn)


def _recognised(ctx: Context, models: ModelService, note: Note, drawn: Ink) -> Note:
    """Give a draft the text that the model reads; it stays as it is when none answers."""
    note_id, version = note.id, note.version
    ctx.session.commit()  # the drawing is safe, and no transaction stays open while the model reads
    answer = _ask(models, drawn)
    note = repository.get(ctx.session, note_id)
    ctx.session.refresh(note)
    if (note.version, note.status) != (version, "draft"):
        raise Conflict("The note changed while it was read. Read it again.", field="note_id")
    if answer is not None:
        note.draft = note.text = answer.text[: rules.MOST_CHARACTERS]
        ctx.session.flush()
        ctx.audit("note.recognised", note_id, model=answer.model.name, version=answer.model.version)
    return note


def _ask(models: ModelService, drawn: Ink) -> HandwritingAnswer | None:
    strokes = [[tuple(point) for point in stroke] for stroke in drawn.strokes]
    request = HandwritingRequest.model_validate(
        {"width": drawn.width, "height": drawn.height, "strokes": strokes}
    )
    try:
        return models.handwriting(request)
    except ModelUnavailable:
        return None
