from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from records_api.core.auth import SignedIn
from records_api.core.edge import UnitOfWork, if_match
from records_api.core.models import Models
from records_api.scheduling import service
from records_api.scheduling.permissions import Booker, Clinic, Planner
from records_api.scheduling.schemas import (
    Booked,
    BookingIn,
    BookingListed,
    BookingOut,
    SessionIn,
    SessionOut,
    TriageIn,
    TriageOut,
)
from records_api.scheduling.triage import triage as ask

router = APIRouter(prefix="/api", tags=["scheduling"], route_class=UnitOfWork)
_Seen = Annotated[int | None, Depends(if_match)]


@router.post("/sessions", status_code=201)
def create(ctx: Planner, data: SessionIn) -> SessionOut:
    """Open a clinic for booking."""
    return service.create(ctx, data.model_copy(update={"id": None}))


@router.get("/sessions")
def search(
    ctx: SignedIn,
    facility_id: Annotated[str | None, Query(max_length=36)] = None,
    specialty: Annotated[str | None, Query(max_length=64)] = None,
    day: Annotated[
        date | None,
        Query(description="where the facility is", ge=date(2000, 1, 1), le=date(2999, 1, 1)),
    ] = None,
    only_free: bool = True,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[SessionOut]:
    """Clinics to come that have a free place, soonest first."""
    return service.search(
        ctx,
        facility_id=facility_id,
        specialty=specialty,
        day=day,
        only_free=only_free,
        limit=limit,
    )


@router.get("/specialties")
def specialties(ctx: SignedIn) -> Sequence[str]:
    """Specialties that have a clinic to come."""
    return service.specialties(ctx)


@router.get("/sessions/{session_id}")
def session(ctx: SignedIn, session_id: str) -> SessionOut:
    """One clinic with its free places."""
    return service.session(ctx, session_id)


@router.get("/sessions/{session_id}/bookings")
def of_session(ctx: Clinic, session_id: str) -> list[BookingListed]:
    """Who comes to a clinic, in order."""
    return service.of_session(ctx, session_id)


@router.post("/sessions/{session_id}/cancel")
def cancel_session(ctx: Planner, session_id: str, seen: _Seen) -> SessionOut:
    """Cancel a clinic and every booking of it."""
    return service.cancel_session(ctx, session_id, seen)


@router.post("/triage")
def triage(ctx: Booker, models: Models, data: TriageIn) -> TriageOut:
    """Where to book and how soon, from a complaint in words. A suggestion: the person decides."""
    return ask(ctx, models, data)


@router.post("/bookings", status_code=201)
def book(ctx: Booker, models: Models, data: BookingIn) -> Booked:
    """Take a place of a clinic, for oneself or, at the desk, for anybody."""
    return service.book(ctx, models, data)


@router.get("/bookings/{booking_id}")
def read(ctx: Booker, booking_id: str) -> BookingOut:
    """One booking."""
    return service.read(ctx, booking_id)


@router.get("/patients/{patient_id}/bookings")
def of_patient(
    ctx: Booker, patient_id: str, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> list[BookingOut]:
    """A resident's bookings, the latest first."""
    return service.of_patient(ctx, patient_id, limit)


@router.post("/bookings/{booking_id}/cancel")
def cancel(ctx: Booker, booking_id: str, seen: _Seen) -> BookingOut:
    """Give a place back."""
    return service.cancel(ctx, booking_id, seen)


@router.post("/bookings/{booking_id}/arrive")
def arrive(ctx: Clinic, booking_id: str, seen: _Seen) -> BookingOut:
    """The resident is here."""
    return service.mark(ctx, booking_id, "arrived", seen)


@router.post("/bookings/{booking_id}/missed")
def missed(ctx: Clinic, booking_id: str, seen: _Seen) -> BookingOut:
    """The resident did not come."""
    return service.mark(ctx, booking_id, "missed", seen)
