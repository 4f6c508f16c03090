from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from portal.desks.doctor.notes.pages import NoteSearch, NotesPanel
from portal.desks.doctor.vitals.pages import VitalsForm
from portal.render import Page
from records_api.encounters.schemas import QuestionOut
from records_api.facilities.tables import Facility
from records_api.guidance.schemas import DisputedOut, NextSteps, WarningOut
from records_api.patients.tables import Patient


@dataclass(frozen=True)
class Named:
    """A concept as pages show it; its code stands in for a name that is not known."""

    code: str
    name_en: str
    name_hi: str | None = None
    icd10: str | None = None
    severity: int | None = None


@dataclass(frozen=True)
class Answered:
    concept: Named
    status: str


@dataclass(frozen=True)
class Diagnosed:
    concept: Named
    status: str
    icd10: str | None
    reason: str | None


@dataclass(frozen=True)
class Visit:
    id: str
    patient_id: str
    open: bool
    complaint: str | None
    started_at: datetime
    facility: Facility | None
    diagnoses: Sequence[Diagnosed] = ()
    patient: Patient | None = None


@dataclass(frozen=True)
class Weighed:
    """A finding's say for or against a condition; `share` of a bar, 0 to 1."""

    name: str
    words: str
    times: str
    share: float


@dataclass(frozen=True)
class Ranked:
    """One condition of a differential, 0 ≤ probability ≤ 1; evidence strongest first. `considered`: the
    model has learned which conditions belong into a differential, and this one does. `by_catalogue`:
    the model has learned it from no record."""

    code: str
    name: str
    icd10: str | None
    probability: float
    likely: bool
    considered: bool
    cannot_wait: bool
    supports: Sequence[Weighed]
    opposes: Sequence[Weighed]
    steps: NextSteps | None = None
    by_catalogue: bool = False


@dataclass(frozen=True)
class Suggested:
    """A differential that was kept, as the page shows it."""

    id: str
    rows: Sequence[Ranked]
    likely: Sequence[str]
    abstained: bool
    reason: str | None
    urgent: bool
    degraded: bool
    unknown: Sequence[str]
    source: str
    asked_at: datetime
    decision: str | None
    decision_reason: str | None


@dataclass(frozen=True)
class Asking:
    """Questions that were kept, but for those answered since. `reason`: why there is none."""

    rows: Sequence[QuestionOut]
    degraded: bool
    reason: str | None
    source: str
    asked_at: datetime


@dataclass(frozen=True)
class Flagged:
    """A red flag; `new` if the last answer raised it. `steps`: first care of what it points to first."""

    warning: WarningOut
    new: bool
    steps: NextSteps | None


@dataclass(frozen=True)
class Measured:
    name: str
    value: Decimal
    unit: str


@dataclass(frozen=True)
class SearchPage(Page):
    template = "desks/doctor/search.html"

    text: str
    found: Sequence[Patient]
    open_visits: Sequence[Visit]
    opened: Sequence[Patient]


@dataclass(frozen=True)
class PatientPage(Page):
    template = "desks/doctor/patient.html"

    patient: Patient
    visits: Sequence[Visit]
    notes: NoteSearch
    complaint: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class EncounterPage(Page):
    template = "desks/doctor/encounter.html"

    patient: Patient
    visit: Visit
    flags: Sequence[Flagged]
    findings: Sequence[Answered]
    known: bool  # whether anything is, by record or by measurement
    find: str
    found: Sequence[Named]
    condition: str
    conditions: Sequence[Named]
    differential: Suggested | None
    stale: bool
    asking: Asking | None
    asking_stale: bool
    diagnoses: Sequence[Diagnosed]
    measured: Sequence[Measured]
    counted: Sequence[Named]
    disputed: Sequence[DisputedOut]
    vitals: VitalsForm
    notes: NotesPanel
    decides: bool
    errors: dict[str, str] = field(default_factory=dict)
