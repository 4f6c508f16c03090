from typing import Annotated

from fastapi import APIRouter, Query

from records_api.core.edge import UnitOfWork
from records_api.drift import service
from records_api.drift.permissions import Reader
from records_api.drift.schemas import Capability, DriftLine, DriftOut
from records_api.drift.tables import DriftReport

router = APIRouter(prefix="/api/drift", tags=["drift"], route_class=UnitOfWork)


@router.get("", response_model=list[DriftLine])
def newest(
    ctx: Reader,
    capability: Capability | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 30,
) -> list[DriftReport]:
    """Whether models still answer about what they learned from: reports, newest first."""
    return list(service.newest(ctx, capability, limit))


@router.get("/{report_id}")
def read(ctx: Reader, report_id: str) -> DriftOut:
    """One report: what moved, how well calibrated by group, and the challenger in shadow."""
    return service.read(ctx, report_id)
