from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from records_api.consent.permissions import RecordReader
from records_api.core.edge import UnitOfWork, if_match
from records_api.patients import repository, service
from records_api.patients.permissions import Finder, Registrar
from records_api.patients.schemas import PatientChange, PatientIn, PatientListed, PatientOut
from records_api.patients.tables import Patient

router = APIRouter(prefix="/api/patients", tags=["patients"], route_class=UnitOfWork)


@router.post("", status_code=201, response_model=PatientOut)
def register(ctx: Registrar, data: PatientIn, response: Response) -> Patient:
    """Register a resident."""
    patient = service.register(ctx, data.model_copy(update={"id": None}))  # ids are ours
    response.headers["ETag"] = f'"{patient.version}"'
    return patient


@router.get("", response_model=list[PatientListed])
def search(
    ctx: Finder,
    text: Annotated[str, Query(min_length=2, max_length=100, examples=["sharma"])],
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> list[Patient]:
    """Find residents by name, health number or phone."""
    return list(service.search(ctx, text, limit))


@router.get("/{patient_id}", response_model=PatientOut)
def read(ctx: RecordReader, patient_id: str, response: Response) -> Patient:
    """Read a resident's particulars. Needs their consent, or break-glass."""
    patient = repository.get(ctx.session, patient_id)
    response.headers["ETag"] = f'"{patient.version}"'
    return patient


@router.patch("/{patient_id}", response_model=PatientOut)
def change(
    ctx: Registrar,
    patient_id: str,
    data: PatientChange,
    response: Response,
    seen: Annotated[int | None, Depends(if_match)],
) -> Patient:
    """Correct a resident's particulars; `If-Match` names the version that was read."""
    patient = service.change(ctx, patient_id, data, seen)
    response.headers["ETag"] = f'"{patient.version}"'
    return patient
