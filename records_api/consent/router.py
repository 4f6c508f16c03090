from typing import Annotated

from fastapi import APIRouter, Depends

from records_api.consent import service
from records_api.consent.permissions import Clinician, Consenter
from records_api.consent.schemas import BreakGlassIn, GrantIn, GrantOut
from records_api.consent.tables import Grant
from records_api.core.edge import UnitOfWork, if_match

router = APIRouter(prefix="/api", tags=["consent"], route_class=UnitOfWork)


@router.post("/patients/{patient_id}/consents", status_code=201, response_model=GrantOut)
def grant(ctx: Consenter, patient_id: str, data: GrantIn) -> Grant:
    """Open a record to a doctor for a time."""
    return service.grant(ctx, patient_id, data)


@router.get("/patients/{patient_id}/consents", response_model=list[GrantOut])
def of_patient(ctx: Consenter, patient_id: str) -> list[Grant]:
    """To whom a record is and was open, break-glass included, newest first."""
    return list(service.of_patient(ctx, patient_id))


@router.post("/patients/{patient_id}/break-glass", status_code=201, response_model=GrantOut)
def break_glass(ctx: Clinician, patient_id: str, data: BreakGlassIn) -> Grant:
    """Open a record without consent in an emergency, for four hours, with a reason."""
    return service.break_glass(ctx, patient_id, data)


@router.post("/consents/{grant_id}/close", response_model=GrantOut)
def close(ctx: Consenter, grant_id: str, seen: Annotated[int | None, Depends(if_match)]) -> Grant:
    """Close a record again, at once."""
    return service.close(ctx, grant_id, seen)
