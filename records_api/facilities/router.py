from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from records_api.core.auth import Anyone
from records_api.core.edge import UnitOfWork, if_match
from records_api.facilities import repository, service
from records_api.facilities.permissions import Registrar
from records_api.facilities.schemas import (
    DistrictIn,
    DistrictOut,
    FacilityChange,
    FacilityIn,
    FacilityOut,
    Kind,
)
from records_api.facilities.tables import District, Facility

router = APIRouter(prefix="/api", tags=["facilities"], route_class=UnitOfWork)


@router.get("/districts", response_model=list[DistrictOut])
def districts(ctx: Anyone) -> list[District]:
    """The district tree: each district names its parent."""
    return list(repository.districts(ctx.session))


@router.post("/districts", response_model=list[DistrictOut])
def put_districts(ctx: Registrar, data: list[DistrictIn]) -> list[District]:
    """Add or rename districts, parents first; the whole tree is the answer."""
    service.put_districts(ctx, data)
    return list(repository.districts(ctx.session))


@router.post("/facilities", status_code=201, response_model=FacilityOut)
def create(ctx: Registrar, data: FacilityIn, response: Response) -> Facility:
    """Add a facility to the register."""
    facility = service.create(ctx, data.model_copy(update={"id": None}))  # ids are ours
    response.headers["ETag"] = f'"{facility.version}"'
    return facility


@router.get("/facilities", response_model=list[FacilityOut])
def find(
    ctx: Anyone,
    district: Annotated[str | None, Query(max_length=40, examples=["south-east"])] = None,
    kind: Kind | None = None,
    text: Annotated[str, Query(max_length=100, examples=["okhla"])] = "",
    after: Annotated[
        str | None, Query(max_length=36, description="id of the last facility of the page before")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[Facility]:
    """Facilities by name: of a district and those below it, of a kind, by words of the name."""
    return list(
        service.find(ctx, district=district, kind=kind, text=text, after=after, limit=limit)
    )


@router.get("/facilities/{facility_id}", response_model=FacilityOut)
def read(ctx: Anyone, facility_id: str, response: Response) -> Facility:
    """Read a facility."""
    facility = repository.get(ctx.session, facility_id)
    response.headers["ETag"] = f'"{facility.version}"'
    return facility


@router.patch("/facilities/{facility_id}", response_model=FacilityOut)
def change(
    ctx: Registrar,
    facility_id: str,
    data: FacilityChange,
    response: Response,
    seen: Annotated[int | None, Depends(if_match)],
) -> Facility:
    """Correct a facility; `If-Match` names the version that was read."""
    facility = service.change(ctx, facility_id, data, seen)
    response.headers["ETag"] = f'"{facility.version}"'
    return facility
