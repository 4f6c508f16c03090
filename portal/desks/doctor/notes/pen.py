"""Notes by pen at the desk: a drawing becomes a draft, and its picture stands beside the text."""

from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile
from pydantic import ValidationError

from portal.desks.doctor.notes.pages import Refused
from portal.desks.doctor.router import consultation
from portal.forms import go, told
from portal.render import render
from portal.route import PageRoute
from records_api.core.errors import Invalid
from records_api.core.i18n import marked as _
from records_api.core.models import Models
from records_api.encounters.permissions import Reader, Writer
from records_api.notes import drawing
from records_api.notes import service as notes
from records_api.notes.router import DrawingUnitOfWork
from records_api.notes.schemas import DrawingIn


class _DrawingPage(PageRoute, DrawingUnitOfWork):
    """A page that takes a drawing: its size is limited before it is read."""


router = APIRouter(route_class=PageRoute)  # under the notes' router
_drawings = APIRouter(route_class=_DrawingPage)


@_drawings.post("/draw")
def draw(
    request: Request,
    ctx: Writer,
    models: Models,
    encounter_id: str,
    drawn: Annotated[UploadFile | None, File(alias="drawing")] = None,
) -> Response:
    try:
        draft = drawing.draw(
            ctx, models, encounter_id, _parsed(drawn.file.read() if drawn else b"")
        )
    except Invalid as error:
        sentence = told(ctx, error, "drawing")
        refused = Refused("", sentence["drawing"], source="drawn")
        page = consultation(ctx, encounter_id, refused=refused, errors=sentence)
        return render(request, page, 422)
    if draft.text:
        notes.extract(ctx, models, encounter_id, draft.id)
    return go(f"/doctor/encounters/{encounter_id}", "", "notes")


def _parsed(drawn: bytes) -> DrawingIn:
    try:
        return DrawingIn.model_validate_json(drawn)
    except ValidationError:
        raise Invalid(
            _("The drawing could not be understood. Draw it again."), field="drawing"
        ) from None


@router.post("/{note_id}/recognise")
def recognise(ctx: Writer, models: Models, encounter_id: str, note_id: str) -> Response:
    if drawing.read_again(ctx, models, note_id, None).text:
        notes.extract(ctx, models, encounter_id, note_id)
    return go(f"/doctor/encounters/{encounter_id}", "", "notes")


@router.get("/{note_id}/pictures/{attachment_id}")
def picture(ctx: Reader, note_id: str, attachment_id: str) -> Response:
    content, media_type = notes.attachment(ctx, note_id, attachment_id)
    return Response(content, media_type=media_type)


router.include_router(_drawings)
