"""The resident's own page: bookings, who may see the record, who looked at it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from portal.desks.resident import grants, looks
from portal.desks.resident.pages import Booking, BookPage, Clinic, MyPage
from portal.forms import go, parsed, told
from portal.render import render
from portal.route import PageRoute
from records_api.advice import service as advices
from records_api.consent import service as consents
from records_api.consent.schemas import GrantIn
from records_api.core.auth import requires
from records_api.core.context import Context, Role
from records_api.core.errors import Conflict, Invalid, NotFound
from records_api.core.i18n import marked as _
from records_api.core.models import Models
from records_api.facilities import repository as facilities
from records_api.patients import repository as patients
from records_api.scheduling import service as scheduling
from records_api.scheduling.schemas import BookingIn, BookingOut, TriageIn, TriageOut
from records_api.scheduling.triage import triage as ask

router = APIRouter(prefix="/my", route_class=PageRoute)

_MOST_CLINICS = 12
_MOST_BOOKINGS = 10
_Typed = Annotated[str, Form(max_length=600)]
_Id = Annotated[str, Form(max_length=36)]


def _own(ctx: Annotated[Context, Depends(requires(Role.RESIDENT))]) -> Context:
    if ctx.actor.patient_id is None:
        raise NotFound("No resident has this number.")
    return ctx


Own = Annotated[Context, Depends(_own)]


def _id(ctx: Context) -> str:
    assert ctx.actor.patient_id is not None
    return ctx.actor.patient_id


@router.get("")
def my(request: Request, ctx: Own, text: Annotated[str, Query(max_length=100)] = "") -> Response:
    return render(request, _my(ctx, text))


def _my(ctx: Context, text: str = "", errors: dict[str, str] | None = None) -> MyPage:
    bookings = scheduling.of_patient(ctx, _id(ctx), _MOST_BOOKINGS)
    return MyPage(
        patient=patients.get(ctx.session, _id(ctx)),
        bookings=[_booking(ctx, row) for row in bookings],
        grants=grants.of_patient(ctx, _id(ctx)),
        looks=looks.of_patient(ctx, _id(ctx)),
        text=text,
        doctors=grants.doctors(ctx, text),
        errors=errors or {},
    )


def _booking(ctx: Context, row: BookingOut) -> Booking:
    return Booking(
        id=row.id,
        starts_at=row.starts_at,
        facility=facilities.get(ctx.session, row.facility_id),
        specialty=row.specialty,
        number=row.number,
        status=row.status,
        live=row.status == "booked" and row.starts_at > ctx.now,
    )


@router.post("/consents")
def grant(
    request: Request,
    ctx: Own,
    grantee_id: _Id = "",
    days: Annotated[str, Form(max_length=4)] = "30",
) -> Response:
    try:
        consents.grant(ctx, _id(ctx), parsed(GrantIn, grantee_id=grantee_id, days=days))
    except Invalid as error:
        ctx.session.rollback()
        return render(request, _my(ctx, errors=told(ctx, error, "grantee_id")), 422)
    return go("/my", "granted", "grants")


@router.post("/consents/{grant_id}/close")
def close(ctx: Own, grant_id: str) -> Response:
    consents.close(ctx, grant_id, None)
    return go("/my", "grant-closed", "grants")


@router.get("/book")
def why(request: Request, ctx: Own) -> Response:
    return render(request, BookPage("", None, _clinics(ctx, None), everywhere=True))


@router.post("/book")
def triage(request: Request, ctx: Own, models: Models, complaint: _Typed = "") -> Response:
    try:
        if not complaint.strip():
            raise Invalid(_("Say in a few words why you come."), field="complaint")
        suggested = ask(ctx, models, parsed(TriageIn, patient_id=_id(ctx), complaint=complaint))
    except Invalid as error:
        ctx.session.rollback()
        errors = told(ctx, error, "complaint")
        page = BookPage(complaint, None, _clinics(ctx, None), everywhere=True, errors=errors)
        return render(request, page, 422)
    return render(request, _choice(ctx, complaint.strip(), suggested))


def _choice(
    ctx: Context, complaint: str, suggested: TriageOut, errors: dict[str, str] | None = None
) -> BookPage:
    """Clinics of the suggested specialty, or all of them where it has none with a free place."""
    fitting = _clinics(ctx, suggested.specialty)
    return BookPage(
        complaint,
        suggested,
        fitting or _clinics(ctx, None),
        everywhere=not fitting,
        errors=errors or {},
    )


def _clinics(ctx: Context, specialty: str | None) -> list[Clinic]:
    return [
        Clinic(
            row.id,
            facilities.get(ctx.session, row.facility_id),
            row.specialty,
            row.next_at or row.starts_at,
            row.free,
        )
        for row in scheduling.search(ctx, specialty=specialty, limit=_MOST_CLINICS)
    ]


@router.post("/bookings")
def book(
    request: Request,
    ctx: Own,
    models: Models,
    session_id: _Id,
    advice_id: _Id = "",
    complaint: _Typed = "",
) -> Response:
    try:
        data = parsed(
            BookingIn,
            session_id=session_id,
            patient_id=_id(ctx),
            complaint=complaint,
            advice_id=advice_id or None,
        )
        scheduling.book(ctx, models, data)
    except (Conflict, Invalid) as error:  # the place went to somebody else: offer the others
        ctx.session.rollback()
        errors = told(ctx, error, "clinics")
        return render(request, _again(ctx, complaint, advice_id, errors), error.status)
    return go("/my", "booked", "bookings")


def _again(ctx: Context, complaint: str, advice_id: str, errors: dict[str, str]) -> BookPage:
    if not advice_id:
        return BookPage(complaint, None, _clinics(ctx, None), everywhere=True, errors=errors)
    kept = advices.read(ctx, advice_id)
    told_before = {k: v for k, v in kept.answer.items() if k in TriageOut.model_fields}
    suggested = TriageOut(
        advice_id=kept.id,
        model=kept.model,
        model_version=kept.model_version,
        degraded=kept.degraded,
        **told_before,
    )
    return _choice(ctx, complaint, suggested, errors)


@router.post("/bookings/{booking_id}/cancel")
def cancel(ctx: Own, booking_id: str) -> Response:
    scheduling.cancel(ctx, booking_id)
    return go("/my", "cancelled", "bookings")
