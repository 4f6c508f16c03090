from typing import Annotated

from fastapi import APIRouter, Body, Query

from records_api.core.edge import UnitOfWork
from records_api.prescribing import service
from records_api.prescribing.permissions import Prescriber, Reader
from records_api.prescribing.schemas import PrescriptionIn, PrescriptionOut
from records_api.prescribing.tables import Prescription

router = APIRouter(prefix="/api", tags=["prescribing"], route_class=UnitOfWork)


@router.post(
    "/encounters/{encounter_id}/prescriptions",
    status_code=201,
    response_model=list[PrescriptionOut],
)
def prescribe(
    ctx: Prescriber,
    encounter_id: str,
    data: Annotated[list[PrescriptionIn], Body(min_length=1, max_length=50)],
) -> list[Prescription]:
    """Prescribe medicines in an open encounter: all of them, or none."""
    return service.prescribe(ctx, encounter_id, data)


@router.get("/encounters/{encounter_id}/prescriptions", response_model=list[PrescriptionOut])
def of_encounter(ctx: Reader, encounter_id: str) -> list[Prescription]:
    """What was prescribed in an encounter."""
    return list(service.of_encounter(ctx, encounter_id))


@router.get("/patients/{patient_id}/prescriptions", response_model=list[PrescriptionOut])
def of_patient(
    ctx: Reader, patient_id: str, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> list[Prescription]:
    """What was prescribed to a resident, newest first."""
    return list(service.of_patient(ctx, patient_id, limit))
