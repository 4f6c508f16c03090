from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal.desks.resident.grants import Shown
from portal.render import Page
from records_api.patients.tables import Patient
from records_api.staff.tables import Account


@dataclass(frozen=True)
class Check:
    """A comparison as the clerk sees it. `one_in`: among so many pairs of different people about
    one looks this much alike; None where nothing was compared."""

    id: str
    result: str
    one_in: float | None
    problems: Sequence[str]
    degraded: bool
    source: str
    asked_at: datetime
    decision: str | None
    decision_reason: str | None


@dataclass(frozen=True)
class SearchPage(Page):
    template = "desks/identity/search.html"

    text: str
    found: Sequence[Patient]
    newest: Sequence[Patient]


@dataclass(frozen=True)
class PersonPage(Page):
    template = "desks/identity/person.html"

    patient: Patient
    enrolled: int
    newest: str | None
    check: Check | None
    decision: str = ""
    reason: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ConsentPage(Page):
    template = "desks/identity/consent.html"

    patient: Patient
    grants: Sequence[Shown]
    text: str
    doctors: Sequence[Account]
    errors: dict[str, str] = field(default_factory=dict)
