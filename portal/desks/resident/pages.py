from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal.desks.resident.grants import Shown
from portal.desks.resident.looks import Look
from portal.render import Page
from records_api.facilities.tables import Facility
from records_api.patients.tables import Patient
from records_api.scheduling.schemas import TriageOut
from records_api.staff.tables import Account


@dataclass(frozen=True)
class Booking:
    """`live`: still to come, and can be cancelled."""

    id: str
    starts_at: datetime
    facility: Facility
    specialty: str
    number: int
    status: str
    live: bool


@dataclass(frozen=True)
class Clinic:
    """A clinic with a free place, at the reader's choice."""

    id: str
    facility: Facility
    specialty: str
    next_at: datetime
    free: int


@dataclass(frozen=True)
class MyPage(Page):
    template = "desks/resident/my.html"

    patient: Patient
    bookings: Sequence[Booking]
    grants: Sequence[Shown]
    looks: Sequence[Look]
    text: str
    doctors: Sequence[Account]
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BookPage(Page):
    """First only the complaint; then the triage and the clinics that fit it."""

    template = "desks/resident/book.html"

    complaint: str
    triage: TriageOut | None
    clinics: Sequence[Clinic]
    everywhere: bool = False
    errors: dict[str, str] = field(default_factory=dict)
