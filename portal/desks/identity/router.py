"""The identity desk: is it this resident? A comparison suggests, the clerk decides."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from sqlalchemy import func, select

from portal.desks.identity.pages import Check, ConsentPage, PersonPage, SearchPage
from portal.desks.resident import grants
from portal.forms import go, parsed, told
from portal.render import render, speaker
from portal.route import UploadPageRoute
from portal.texts import source
from records_api.advice.tables import Advice
from records_api.consent import service as consents
from records_api.consent.schemas import GrantIn
from records_api.core.context import Context
from records_api.core.errors import Invalid
from records_api.core.i18n import marked as _
from records_api.core.models import Models
from records_api.identity import repository as captures
from records_api.identity import service as identity
from records_api.identity.permissions import Desk
from records_api.identity.schemas import DecisionIn, EnrolIn, VerifyIn
from records_api.identity.tables import Capture
from records_api.patients import repository as patients
from records_api.patients import service as residents
from records_api.patients.tables import Patient

router = APIRouter(prefix="/identity", route_class=UploadPageRoute)

_Text = Annotated[str, Query(max_length=100)]
_Typed = Annotated[str, Form(max_length=600)]
_Agreed = Annotated[str, Form(max_length=3)]
_Picture = Annotated[UploadFile | None, File()]
_ENOUGH = 2  # letters before a search begins
_MOST_LISTED = 10
_MOST_ALIKE = 7.0  # a score beyond one in ten million is told as that
PLAIN = _("No model: a person looks")
ASK_FIRST = _("Ask the person first, then tick this.")


@router.get("")
def search(request: Request, ctx: Desk, text: _Text = "") -> Response:
    found = residents.search(ctx, text) if len(text.strip()) >= _ENOUGH else []
    return render(request, SearchPage(text, found, [] if text else _enrolled_lately(ctx)))


def _enrolled_lately(ctx: Context) -> list[Patient]:
    """Residents who can be verified, the latest enrolled first."""
    latest = (
        select(Capture.patient_id, func.max(Capture.taken_at).label("at"))
        .where(Capture.purpose == "enrolment", Capture.picture.is_not(None))
        .group_by(Capture.patient_id)
        .order_by(func.max(Capture.taken_at).desc(), Capture.patient_id)
        .limit(_MOST_LISTED)
        .subquery()
    )
    rows = ctx.session.scalars(
        select(Patient).join(latest, latest.c.patient_id == Patient.id).order_by(latest.c.at.desc())
    ).all()
    ctx.audit("patient.search", found=[row.id for row in rows])
    return list(rows)


@router.get("/{patient_id}")
def person(
    request: Request,
    ctx: Desk,
    patient_id: str,
    check: Annotated[str, Query(max_length=36)] = "",
) -> Response:
    return render(request, _person(ctx, patient_id, check))


def _person(
    ctx: Context,
    patient_id: str,
    check: str = "",
    errors: dict[str, str] | None = None,
    **typed: str,
) -> PersonPage:
    who = patients.get(ctx.session, patient_id)
    enrolled = [
        c for c in identity.captures(ctx, patient_id) if c.purpose == "enrolment" and c.kept
    ]
    advice = captures.answer_on(ctx.session, check) if check else None
    shown = _check(ctx, advice) if advice and advice.patient_id == patient_id else None
    newest = enrolled[0].id if enrolled else None
    return PersonPage(who, len(enrolled), newest, shown, errors=errors or {}, **typed)


def _check(ctx: Context, advice: Advice) -> Check:
    score = advice.answer.get("score")
    quality = advice.answer.get("probe_quality") or {}
    return Check(
        id=advice.subject_id,
        result=advice.answer["decision"],
        one_in=_one_in(score),
        problems=quality.get("problems", []),
        degraded=advice.degraded,
        source=source(speaker(ctx.language), advice, PLAIN),
        asked_at=advice.asked_at,
        decision=advice.decision,
        decision_reason=advice.decision_reason,
    )


def _one_in(score: float | None) -> float | None:
    """Pairs of different people of which one looks as much alike; None where that says nothing."""
    if score is None or score < 1:
        return None
    return float(f"{10 ** min(_MOST_ALIKE, score):.1g}")


@router.post("/{patient_id}/enrol")
def enrol(
    request: Request,
    ctx: Desk,
    models: Models,
    patient_id: str,
    picture: _Picture = None,
    consent: _Agreed = "",
) -> Response:
    try:
        _agreed(consent)
        data = EnrolIn(consent=True, device="portal")
        identity.enrol(ctx, models, patient_id, data, _read(picture))
    except Invalid as error:
        ctx.session.rollback()
        errors = told(ctx, error, "picture", "consent")
        return render(request, _person(ctx, patient_id, errors=errors), 422)
    return go(f"/identity/{patient_id}", "enrolled")


@router.post("/{patient_id}/verify")
def verify(
    request: Request,
    ctx: Desk,
    models: Models,
    patient_id: str,
    picture: _Picture = None,
    consent: _Agreed = "",
) -> Response:
    try:
        _agreed(consent)
        data = VerifyIn(device="portal")
        done = identity.verify(ctx, models, patient_id, data, _read(picture))
    except Invalid as error:
        ctx.session.rollback()
        field, reason = next(iter(told(ctx, error, "picture", "consent").items()))
        errors = {{"picture": "probe", "consent": "probe-consent"}[field]: reason}
        return render(request, _person(ctx, patient_id, errors=errors), 422)
    return go(f"/identity/{patient_id}?check={done.id}")


def _agreed(consent: str) -> None:
    if consent != "yes":
        raise Invalid(ASK_FIRST, field="consent")


def _read(picture: UploadFile | None) -> bytes:
    return picture.file.read() if picture else b""


@router.post("/{patient_id}/checks/{capture_id}")
def decide(
    request: Request,
    ctx: Desk,
    patient_id: str,
    capture_id: str,
    decision: Annotated[str, Form(max_length=10)] = "",
    reason: _Typed = "",
) -> Response:
    try:
        data = parsed(DecisionIn, decision=decision, reason=reason.strip() or None)
        identity.decide(ctx, capture_id, data)
    except Invalid as error:
        ctx.session.rollback()
        errors = told(ctx, error, "decision", "reason")
        page = _person(ctx, patient_id, capture_id, errors, decision=decision, reason=reason)
        return render(request, page, 422)
    return go(f"/identity/{patient_id}?check={capture_id}&note=decided")


@router.post("/{patient_id}/withdraw")
def withdraw(ctx: Desk, patient_id: str) -> Response:
    identity.withdraw(ctx, patient_id)
    return go(f"/identity/{patient_id}", "withdrawn")


@router.get("/captures/{capture_id}/picture")
def picture(ctx: Desk, capture_id: str) -> Response:
    """A kept picture, for the clerk who must compare with their own eyes."""
    content, kind = identity.picture(ctx, capture_id)
    return Response(content, media_type=kind)


@router.get("/{patient_id}/consent")
def consent(request: Request, ctx: Desk, patient_id: str, text: _Text = "") -> Response:
    return render(request, _consent(ctx, patient_id, text))


def _consent(
    ctx: Context, patient_id: str, text: str = "", errors: dict[str, str] | None = None
) -> ConsentPage:
    return ConsentPage(
        patients.get(ctx.session, patient_id),
        grants.of_patient(ctx, patient_id),
        text,
        grants.doctors(ctx, text),
        errors or {},
    )


@router.post("/{patient_id}/consents")
def grant(
    request: Request,
    ctx: Desk,
    patient_id: str,
    grantee_id: Annotated[str, Form(max_length=36)] = "",
    days: Annotated[str, Form(max_length=4)] = "30",
) -> Response:
    try:
        consents.grant(ctx, patient_id, parsed(GrantIn, grantee_id=grantee_id, days=days))
    except Invalid as error:
        ctx.session.rollback()
        errors = told(ctx, error, "grantee_id")
        return render(request, _consent(ctx, patient_id, errors=errors), 422)
    return go(f"/identity/{patient_id}/consent", "granted")


@router.post("/{patient_id}/consents/{grant_id}/close")
def close(ctx: Desk, patient_id: str, grant_id: str) -> Response:
    consents.close(ctx, grant_id, None)
    return go(f"/identity/{patient_id}/consent", "grant-closed")
