from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.json_schema import SkipJsonSchema

Urgency = Literal["now", "soon", "routine"]
Status = Literal["booked", "arrived", "cancelled", "missed"]
Specialty = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Complaint = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
FindingCode = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class SessionIn(BaseModel):
    """A clinic to open for booking."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "facility_id": "0198c0de-0000-7000-8000-000000000001",
                    "specialty": "general medicine",
                    "starts_at": "2026-12-01T09:00:00+05:30",
                    "ends_at": "2026-12-01T13:00:00+05:30",
                    "places": 24,
                }
            ]
        },
    )

    id: SkipJsonSchema[str | None] = Field(default=None, exclude=True, description="for imports")
    facility_id: str = Field(max_length=36)
    clinician_id: str | None = Field(default=None, max_length=36)
    specialty: Specialty
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    places: int = Field(ge=1, le=500)

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("the session ends before it begins")
        return self


class SessionOut(BaseModel):
    id: str
    facility_id: str
    clinician_id: str | None
    specialty: str
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None = None
    places: int
    free: int
    next_at: datetime | None = Field(description="when the next free place begins")
    version: int


class TriageIn(BaseModel):
    """Why somebody comes. Findings that were asked for count with those that the words name."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "patient_id": "0198c0de-0000-7000-8000-000000000002",
                    "complaint": "Fever since three days, no cough",
                }
            ]
        },
    )

    patient_id: str = Field(max_length=36)
    complaint: Complaint = ""
    present: list[FindingCode] = Field(default=[], max_length=100)
    absent: list[FindingCode] = Field(default=[], max_length=100)


class TriageOut(BaseModel):
    """A suggestion: where to book, how soon. `degraded`: no model answered, fixed rules did."""

    model_config = ConfigDict(protected_namespaces=())

    advice_id: str
    urgency: Urgency
    specialty: str
    emergency: bool = Field(description="do not book: go to the emergency department now")
    flags: list[str] = Field(description="red flags of the complaint")
    present: list[str] = Field(description="findings that were understood")
    absent: list[str]
    model: str
    model_version: str | None
    degraded: bool


class BookingIn(BaseModel):
    """Take a place. `advice_id` names the triage that was shown; without it one is made here."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "session_id": "0190f3d2-7c1e-7000-8000-0000000000c1",
                    "patient_id": "0190f3d2-7c1e-7000-8000-0000000000a1",
                    "complaint": "Fever since three days",
                }
            ]
        },
    )

    session_id: str = Field(max_length=36)
    patient_id: str = Field(max_length=36)
    complaint: Complaint = ""
    present: list[FindingCode] = Field(default=[], max_length=100)
    absent: list[FindingCode] = Field(default=[], max_length=100)
    advice_id: str | None = Field(default=None, max_length=36)


class BookingRecord(BaseModel):
    """A booking as the seed or an import brings it."""

    model_config = ConfigDict(extra="forbid")

    id: str
    session_id: str
    number: int
    patient_id: str
    complaint: Complaint | None = None
    urgency: Urgency = "routine"
    status: Status = "booked"
    booked_at: AwareDatetime


class BookingOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    session_id: str
    number: int
    patient_id: str
    facility_id: str
    specialty: str
    starts_at: datetime = Field(description="when the place begins")
    complaint: str | None
    urgency: Urgency
    advice_id: str | None
    status: Status
    booked_at: datetime
    version: int


class Booked(BookingOut):
    triage: TriageOut | None = None


class BookingListed(BaseModel):
    """What the desk of a clinic sees: who comes when. Why they come is in the record."""

    id: str
    number: int
    starts_at: datetime
    patient_id: str
    health_id: str
    name: str
    name_hi: str | None
    urgency: Urgency
    status: Status
