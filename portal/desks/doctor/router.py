"""The doctor's desk: a patient, a visit, findings, suggestions, a diagnosis."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response

from portal.desks.doctor import views
from portal.desks.doctor.notes import views as note_views
from portal.desks.doctor.notes.pages import Refused
from portal.desks.doctor.pages import EncounterPage, Named, PatientPage, SearchPage
from portal.desks.doctor.vitals.pages import VitalsForm
from portal.errors import ConsentPage
from portal.forms import go, parsed, told
from portal.render import render
from portal.route import PageRoute
from records_api.advice import service as advices
from records_api.consent import service as consents
from records_api.consent.permissions import Clinician, RecordReader
from records_api.consent.schemas import BreakGlassIn
from records_api.core.context import Context, Role
from records_api.core.errors import Invalid
from records_api.core.models import Models
from records_api.encounters import differential as differentials
from records_api.encounters import next_question as next_questions
from records_api.encounters import service as encounters
from records_api.encounters.permissions import Doctor, Writer
from records_api.encounters.schemas import DiagnosisIn, EncounterIn, FindingsIn
from records_api.patients import repository as patients
from records_api.patients import service as residents
from records_api.terminology import service as terminology

router = APIRouter(prefix="/doctor", route_class=PageRoute)

_Text = Annotated[str, Query(max_length=100)]
_Typed = Annotated[str, Form(max_length=600)]
_Code = Annotated[str, Form(max_length=100)]
_ENOUGH = 2  # letters before a search begins


@router.get("")
def search(request: Request, ctx: Clinician, text: _Text = "") -> Response:
    found = residents.search(ctx, text) if len(text.strip()) >= _ENOUGH else []
    opened = [] if text else views.opened(ctx)
    return render(request, SearchPage(text, found, views.open_visits(ctx), opened))


@router.get("/patients/{patient_id}")
def patient(request: Request, ctx: RecordReader, patient_id: str, text: _Text = "") -> Response:
    return render(request, _patient(ctx, patient_id, text))


def _patient(
    ctx: Context,
    patient_id: str,
    text: str = "",
    complaint: str = "",
    errors: dict[str, str] | None = None,
) -> PatientPage:
    history = encounters.history(ctx, patient_id)
    who = patients.get(ctx.session, patient_id)
    found = note_views.search(ctx, patient_id, text)
    return PatientPage(who, views.visits(ctx, history), found, complaint, errors or {})


@router.post("/patients/{patient_id}/break-glass")
def break_glass(request: Request, ctx: Clinician, patient_id: str, reason: _Typed = "") -> Response:
    try:
        consents.break_glass(ctx, patient_id, parsed(BreakGlassIn, reason=reason))
    except Invalid as error:
        errors = told(ctx, error, "reason")
        return render(request, ConsentPage(patient_id, errors, reason), 422)
    return go(f"/doctor/patients/{patient_id}", "opened")


@router.post("/patients/{patient_id}/encounters")
def begin(request: Request, ctx: Writer, patient_id: str, complaint: _Typed = "") -> Response:
    try:
        data = parsed(EncounterIn, complaint=complaint.strip() or None)
        opened = encounters.open_encounter(ctx, patient_id, data)
    except Invalid as error:
        consents.open_record(ctx, patient_id, "record.read")
        errors = told(ctx, error, "complaint")
        return render(request, _patient(ctx, patient_id, "", complaint, errors), 422)
    return go(f"/doctor/encounters/{opened.id}")


@router.get("/encounters/{encounter_id}")
def encounter(
    request: Request,
    ctx: Writer,
    encounter_id: str,
    find: _Text = "",
    condition: _Text = "",
    question: _Text = "",
) -> Response:
    return render(request, consultation(ctx, encounter_id, find, condition, question))


def _concepts(ctx: Context, text: str, kind: Literal["finding", "condition"]) -> list[Named]:
    found = (
        terminology.search(ctx, text, kind=kind, limit=8) if len(text.strip()) >= _ENOUGH else []
    )
    return [Named(c.code, c.name_en, c.name_hi, c.icd10, c.severity) for c in found]


def consultation(
    ctx: Context,
    encounter_id: str,
    find: str = "",
    condition: str = "",
    question: str = "",
    refused: Refused | None = None,
    errors: dict[str, str] | None = None,
    vitals: VitalsForm | None = None,
) -> EncounterPage:
    """The whole page of a visit. `refused` is a note that could not be kept, `vitals` measurements."""
    detail = encounters.read(ctx, encounter_id)
    shown = advices.mine(ctx, "diagnosis", encounter_id, limit=1)
    kept = advices.mine(ctx, "diagnosis", next_questions.subject(encounter_id), limit=1)
    who = patients.get(ctx.session, detail.patient_id)
    known = views.known(ctx, detail, who)
    asking = views.asking(ctx, kept[0], known) if kept else None
    changed = views.changed(detail.findings, known)
    flags, steps = views.flagged(ctx, who, known, changed, shown[0] if shown else None)
    return EncounterPage(
        patient=who,
        visit=views.visit(ctx, detail, who),
        flags=flags,
        findings=views.answered(ctx, detail.findings),
        known=changed is not None,
        find=find,
        found=_concepts(ctx, find, "finding") or views.answers(asking, question),
        condition=condition,
        conditions=_concepts(ctx, condition, "condition"),
        differential=views.suggested(ctx, shown[0], steps) if shown else None,
        stale=changed is not None and (not shown or shown[0].asked_at < changed),
        asking=asking,
        asking_stale=changed is not None and (asking is None or asking.asked_at < changed),
        diagnoses=views.diagnosed(ctx, detail.diagnoses),
        measured=views.measured(detail.vitals),
        counted=views.counted(known),
        disputed=known.disputed(ctx.language),
        vitals=vitals or VitalsForm(),
        notes=note_views.panel(ctx, encounter_id, refused),
        decides=ctx.actor.has(Role.DOCTOR),
        errors=errors or {},
    )


@router.post("/encounters/{encounter_id}/findings")
def record(
    ctx: Writer, encounter_id: str, code: _Code, status: Annotated[str, Form(max_length=10)]
) -> Response:
    if status not in {"present", "absent", "unknown"}:
        raise Invalid("Choose one of: {choices}.", choices="present, absent, unknown")
    encounters.record_findings(ctx, encounter_id, FindingsIn.model_validate({status: [code]}))
    return go(f"/doctor/encounters/{encounter_id}")


@router.post("/encounters/{encounter_id}/differential")
def suggest(ctx: Writer, models: Models, encounter_id: str) -> Response:
    differentials.differential(ctx, models, encounter_id)
    return go(f"/doctor/encounters/{encounter_id}", anchor="differential")


@router.post("/encounters/{encounter_id}/questions")
def ask_next(ctx: Writer, models: Models, encounter_id: str) -> Response:
    next_questions.next_question(ctx, models, encounter_id)
    return go(f"/doctor/encounters/{encounter_id}", anchor="questions")


@router.post("/encounters/{encounter_id}/advice/{advice_id}")
def reject(
    request: Request, ctx: Doctor, encounter_id: str, advice_id: str, reason: _Typed = ""
) -> Response:
    try:
        advices.decide(ctx, advice_id, "rejected", reason.strip() or None)
    except Invalid as error:
        errors = told(ctx, error, "reason")
        return render(request, consultation(ctx, encounter_id, errors=errors), 422)
    return go(f"/doctor/encounters/{encounter_id}", "decided", "differential")


@router.post("/encounters/{encounter_id}/diagnoses")
def confirm(
    ctx: Doctor,
    encounter_id: str,
    condition: _Code,
    advice_id: Annotated[str, Form(max_length=36)] = "",
) -> Response:
    data = DiagnosisIn(condition=condition, status="confirmed", advice_id=advice_id or None)
    encounters.add_diagnosis(ctx, encounter_id, data)
    return go(f"/doctor/encounters/{encounter_id}", "confirmed", "outcome")


@router.post("/encounters/{encounter_id}/close")
def close(ctx: Writer, encounter_id: str) -> Response:
    closed = encounters.close(ctx, encounter_id, None)
    return go(f"/doctor/patients/{closed.patient_id}", "closed")
