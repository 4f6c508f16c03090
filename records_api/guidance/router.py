from fastapi import APIRouter

from records_api.consent.permissions import Clinician
from records_api.core.edge import UnitOfWork
from records_api.guidance import service
from records_api.guidance.schemas import Warnings

router = APIRouter(prefix="/api", tags=["encounters"], route_class=UnitOfWork)


@router.get("/encounters/{encounter_id}/warnings")
def warnings(ctx: Clinician, encounter_id: str) -> Warnings:
    """What must not be missed, by the findings that are recorded. No model is asked."""
    return service.of_encounter(ctx, encounter_id)
