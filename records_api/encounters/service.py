from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from records_api.advice import repository as advice
from records_api.advice import service as advices
from records_api.consent.service import open_record
from records_api.core.context import Context
from records_api.core.edge import check_version
from records_api.core.errors import Conflict, Invalid
from records_api.core.i18n import translate
from records_api.encounters import repository, rules
from records_api.encounters.schemas import (
    DiagnosisIn,
    DiagnosisOut,
    EncounterDetail,
    EncounterIn,
    EncounterOut,
    FindingOut,
    FindingsIn,
    VitalIn,
    VitalOut,
)
from records_api.encounters.tables import Diagnosis, Encounter, Vital
from records_api.facilities.tables import Facility
from records_api.notes import repository as noted
from records_api.notes.schemas import NoteOut
from records_api.patients import repository as patients
from records_api.scheduling.tables import Booking


def open_encounter(ctx: Context, patient_id: str, data: EncounterIn) -> Encounter:
    """Begin a visit. Raises `Invalid` for a facility or booking that does not fit."""
    open_record(ctx, patient_id, "encounter.open")
    patients.get(ctx.session, patient_id)
    facility_id = data.facility_id or ctx.actor.facility_id
    if facility_id and ctx.session.get(Facility, facility_id) is None:
        raise Invalid("There is no such facility.", field="facility_id")
    if data.booking_id is not None:
        booking = ctx.session.get(Booking, data.booking_id)
        if booking is None or booking.patient_id != patient_id:
            raise Invalid("This booking is not the patient's.", field="booking_id")
        if booking.status == "cancelled":
            raise Conflict("This booking was cancelled.", field="booking_id")
    encounter = Encounter(
        patient_id=patient_id,
        facility_id=facility_id,
        clinician_id=ctx.actor.id,
        booking_id=data.booking_id,
        complaint=data.complaint,
        started_at=ctx.now,
        recorded_at=ctx.now,
    )
    ctx.session.add(encounter)
    ctx.session.flush()
    _emit(ctx, encounter)
    return encounter


def writable(ctx: Context, encounter_id: str, action: str) -> Encounter:
    """The encounter, opened for writing; a closed one stays as it is."""
    encounter = repository.get(ctx.session, encounter_id)
    open_record(ctx, encounter.patient_id, action)
    if encounter.status != "open":
        raise Conflict("This encounter is closed. Open a new one.", field="encounter_id")
    return encounter


def record_findings(ctx: Context, encounter_id: str, data: FindingsIn) -> EncounterDetail:
    """Record answers; a code that was recorded before takes the new answer."""
    encounter = writable(ctx, encounter_id, "encounter.findings")
    statuses = data.by_code()
    check_codes(ctx, "finding", statuses, "findings")
    was = repository.upsert_findings(ctx.session, encounter.id, statuses, ctx.now)
    # What an answer was before, so that the past stays as it was known then.
    _emit(ctx, encounter, was={c: [status, at.isoformat()] for c, (status, at) in was.items()})
    return _details(ctx, [encounter])[0]


def record_vitals(ctx: Context, encounter_id: str, data: Sequence[VitalIn]) -> list[Vital]:
    encounter = writable(ctx, encounter_id, "encounter.vitals")
    check_vitals(ctx, data)
    now = ctx.now  # one moment for the set: pressures of two have no difference
    if any(v.measured_at and v.measured_at > now for v in data):
        raise Invalid("A measurement cannot lie in the future.", field="measured_at")
    rows = [
        Vital(
            encounter_id=encounter.id,
            code=vital.code,
            value=vital.value,
            unit=vital.unit,
            measured_at=vital.measured_at or now,
            recorded_at=now,
        )
        for vital in data
    ]
    ctx.session.add_all(rows)
    ctx.session.flush()
    _emit(ctx, encounter)
    return rows


def changed(ctx: Context, encounter_id: str) -> None:
    """Tell the worker that something of the visit changed."""
    _emit(ctx, repository.get(ctx.session, encounter_id))


def add_diagnosis(ctx: Context, encounter_id: str, data: DiagnosisIn) -> Diagnosis:
    """Add a condition. Confirming one decides on the differential that it names, if nobody has."""
    encounter = writable(ctx, encounter_id, "encounter.diagnosis")
    check_codes(ctx, "condition", [data.condition], "condition")
    if data.status == "refuted" and not data.reason:
        raise Invalid("Say why the condition is refuted.", field="reason")
    if data.advice_id is not None:
        _check_advice(ctx, encounter, data.advice_id)
    concept = repository.concepts(ctx.session, [data.condition]).get(data.condition)
    row = Diagnosis(
        encounter_id=encounter.id,
        condition=data.condition,
        icd10=data.icd10 or (concept.icd10 if concept else None),
        status=data.status,
        reason=data.reason,
        advice_id=data.advice_id,
        decided_by=ctx.actor.id,
        decided_at=ctx.now,
        recorded_at=ctx.now,
    )
    ctx.session.add(row)
    ctx.session.flush()
    if data.advice_id is not None and data.status == "confirmed":
        _decide(ctx, data.advice_id, row)
    ctx.emit(
        "diagnosis.changed", row.id, encounter_id=encounter.id, patient_id=encounter.patient_id
    )
    return row


def _check_advice(ctx: Context, encounter: Encounter, advice_id: str) -> None:
    shown = advice.get(ctx.session, advice_id)
    if shown.capability != "diagnosis" or shown.subject_id != encounter.id:
        raise Invalid("This advice was given for something else.", field="advice_id")


CONFIRMED_INSTEAD = "confirmed instead"


def _decide(ctx: Context, advice_id: str, diagnosis: Diagnosis) -> None:
    shown = advice.get(ctx.session, advice_id)
    if shown.decision is not None:
        return
    suggested = [entry["condition"] for entry in shown.answer.get("ranked", [])]
    decision = rules.verdict(diagnosis.condition, suggested)
    reason = diagnosis.reason
    if decision == "rejected":
        reason = reason or f"{CONFIRMED_INSTEAD}: {diagnosis.condition}"
    advices.decide(ctx, advice_id, decision, reason)


def close(ctx: Context, encounter_id: str, seen: int | None) -> Encounter:
    encounter = writable(ctx, encounter_id, "encounter.close")
    check_version(seen, encounter.version)
    if noted.drafts(ctx.session, encounter.id, ctx.actor.id):
        raise Conflict("Sign or discard your draft of a note first.", field="encounter_id")
    encounter.status, encounter.ended_at = "closed", ctx.now
    ctx.session.flush()
    _emit(ctx, encounter)
    return encounter


def read(ctx: Context, encounter_id: str) -> EncounterDetail:
    encounter = repository.get(ctx.session, encounter_id)
    open_record(ctx, encounter.patient_id, "encounter.read")
    return _details(ctx, [encounter])[0]


def history(
    ctx: Context, patient_id: str, before: str | None = None, limit: int = 20
) -> list[EncounterDetail]:
    """A patient's encounters, newest first. The caller has opened the record (`RecordReader`)."""
    last = repository.get(ctx.session, before) if before else None
    return _details(ctx, repository.of_patient(ctx.session, patient_id, last, limit))


def check_codes(ctx: Context, kind: str, codes: Iterable[str], field: str) -> None:
    unknown = repository.unknown_codes(ctx.session, kind, codes)
    if unknown:
        raise Invalid("{code} is not in the terminology.", field=field, code=min(unknown))


def check_vitals(ctx: Context, data: Sequence[VitalIn]) -> None:
    for vital in data:
        problem = rules.vital_problem(vital.code, vital.value, vital.unit)
        if problem:
            params = dict(problem.params)
            if problem.kind:
                params["vital"] = translate(problem.kind.name, ctx.language)
            raise Invalid(problem.sentence, field="vitals", **params)
    if rules.pressures_swapped((vital.code, vital.value) for vital in data):
        raise Invalid("The diastolic pressure lies above the systolic one.", field="vitals")


def _emit(ctx: Context, encounter: Encounter, **payload: Any) -> None:
    payload = {key: value for key, value in payload.items() if value}
    ctx.emit("encounter.changed", encounter.id, patient_id=encounter.patient_id, **payload)


def _details(ctx: Context, encounters: Sequence[Encounter]) -> list[EncounterDetail]:
    ids = [encounter.id for encounter in encounters]
    parts: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for name, rows, out in (
        ("findings", repository.findings(ctx.session, ids), FindingOut),
        ("vitals", repository.vitals(ctx.session, ids), VitalOut),
        ("notes", noted.signed(ctx.session, ids), NoteOut),
        ("diagnoses", repository.diagnoses(ctx.session, ids), DiagnosisOut),
    ):
        for row in rows:
            parts[row.encounter_id][name].append(out.model_validate(row))
    return [
        EncounterDetail(**EncounterOut.model_validate(e).model_dump(), **parts[e.id])
        for e in encounters
    ]
