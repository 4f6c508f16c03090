from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from records_api.consent.permissions import RecordReader
from records_api.core.edge import UnitOfWork, if_match
from records_api.core.models import Models
from records_api.encounters import differential as differentials
from records_api.encounters import next_question as next_questions
from records_api.encounters import service
from records_api.encounters.permissions import Doctor, Reader, Writer
from records_api.encounters.schemas import (
    DiagnosisIn,
    DiagnosisOut,
    Differential,
    DraftIn,
    EncounterDetail,
    EncounterIn,
    EncounterOut,
    FindingsIn,
    NextQuestions,
    VitalOut,
    VitalsIn,
)
from records_api.encounters.tables import Diagnosis, Encounter, Vital

router = APIRouter(prefix="/api", tags=["encounters"], route_class=UnitOfWork)
_Limit = Annotated[int, Query(ge=1, le=50)]
_Few = Annotated[int, Query(ge=1, le=10, description="how many questions")]


@router.post("/patients/{patient_id}/encounters", status_code=201, response_model=EncounterOut)
def open_encounter(
    ctx: Writer, patient_id: str, data: EncounterIn, response: Response
) -> Encounter:
    """Begin a visit."""
    encounter = service.open_encounter(ctx, patient_id, data)
    response.headers["ETag"] = f'"{encounter.version}"'
    return encounter


@router.get("/patients/{patient_id}/encounters")
def history(
    ctx: RecordReader,
    patient_id: str,
    before: Annotated[str | None, Query(description="the last encounter that was read")] = None,
    limit: _Limit = 20,
) -> list[EncounterDetail]:
    """A patient's visits, newest first."""
    return service.history(ctx, patient_id, before, limit)


@router.get("/encounters/{encounter_id}")
def read(ctx: Reader, encounter_id: str, response: Response) -> EncounterDetail:
    """One visit with findings, vitals, notes and diagnoses."""
    encounter = service.read(ctx, encounter_id)
    response.headers["ETag"] = f'"{encounter.version}"'
    return encounter


@router.put("/encounters/{encounter_id}/findings")
def record_findings(ctx: Writer, encounter_id: str, data: FindingsIn) -> EncounterDetail:
    """Record what was asked or seen; a new answer replaces the old one."""
    return service.record_findings(ctx, encounter_id, data)


@router.post("/encounters/{encounter_id}/vitals", status_code=201, response_model=list[VitalOut])
def record_vitals(ctx: Writer, encounter_id: str, data: VitalsIn) -> list[Vital]:
    """Record one set of measurements."""
    return service.record_vitals(ctx, encounter_id, data.vitals)


@router.post("/encounters/{encounter_id}/diagnoses", status_code=201, response_model=DiagnosisOut)
def add_diagnosis(ctx: Doctor, encounter_id: str, data: DiagnosisIn) -> Diagnosis:
    """Add a working diagnosis, confirm one, or refute one and say why."""
    return service.add_diagnosis(ctx, encounter_id, data)


@router.post("/encounters/{encounter_id}/close", response_model=EncounterOut)
def close(
    ctx: Writer,
    encounter_id: str,
    response: Response,
    seen: Annotated[int | None, Depends(if_match)],
) -> Encounter:
    """End the visit; it then stays as it is."""
    encounter = service.close(ctx, encounter_id, seen)
    response.headers["ETag"] = f'"{encounter.version}"'
    return encounter


@router.post("/encounters/{encounter_id}/differential")
def differential(
    ctx: Writer,
    models: Models,
    encounter_id: str,
    findings: FindingsIn | None = None,
    limit: _Limit = 10,
) -> Differential:
    """Suggestions for the recorded findings, or for those sent along that are not saved yet."""
    return differentials.differential(ctx, models, encounter_id, findings, limit)


@router.post("/encounters/{encounter_id}/next-question")
def next_question(
    ctx: Writer,
    models: Models,
    encounter_id: str,
    findings: FindingsIn | None = None,
    limit: _Few = 3,
) -> NextQuestions:
    """What to ask next, by the recorded findings or by those sent along that are not saved yet."""
    return next_questions.next_question(ctx, models, encounter_id, findings, limit)


@router.post("/differential")
def draft(ctx: Writer, models: Models, data: DraftIn) -> Differential:
    """Suggestions for a patient who is described, not recorded."""
    return differentials.draft(ctx, models, data)
