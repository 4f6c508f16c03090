from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Decision = Literal["match", "no_match", "refer"]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class EnrolIn(BaseModel):
    """What comes with a picture at enrolment. Without consent there is no enrolment."""

    model_config = ConfigDict(extra="forbid")

    consent: bool = Field(description="the resident agrees that the picture is kept and compared")
    consented_at: AwareDatetime | None = Field(default=None, description="now, if left out")
    device: str | None = Field(default=None, max_length=100)
    facility_id: str | None = Field(default=None, max_length=36)


class VerifyIn(BaseModel):
    """What comes with a picture at a check. It is forgotten unless the resident wants it kept."""

    model_config = ConfigDict(extra="forbid")

    keep_picture: bool = Field(default=False, description="the resident agrees that it is kept")
    device: str | None = Field(default=None, max_length=100)
    facility_id: str | None = Field(default=None, max_length=36)


class DecisionIn(BaseModel):
    """The clerk's decision. Who decides otherwise than suggested says why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"decision": "match", "reason": "Old picture; same scar"}]},
    )

    decision: Decision
    reason: Reason | None = None


class Quality(BaseModel):
    score: float
    faces: int
    problems: list[str] = []


class CaptureOut(BaseModel):
    """A capture without its picture."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    patient_id: str
    purpose: Literal["enrolment", "verification"]
    kept: bool = Field(description="whether the picture is still here")
    quality: float | None = Field(description="0 unusable … 1 ideal; null: not judged")
    problems: list[str]
    decision: Decision | None
    device: str | None
    consented_at: datetime
    withdrawn_at: datetime | None
    taken_at: datetime


class Verification(BaseModel):
    """A suggestion for the clerk. `degraded`: no model answered, so a person must look."""

    model_config = ConfigDict(protected_namespaces=())

    id: str
    advice_id: str
    patient_id: str
    suggestion: Decision
    score: float | None
    reason: str | None
    model: str
    model_version: str | None
    degraded: bool
    probe_quality: Quality | None
    enrolled: list[str] = Field(description="captures that were compared")
    decision: Decision | None = None


class Withdrawn(BaseModel):
    deleted: int = Field(description="captures whose pictures were deleted")


@dataclass(frozen=True)
class CaptureRecord:
    """An enrolment as an import or the seed brings it. `picture` never appears in a repr."""

    id: str
    patient_id: str
    picture: bytes = field(repr=False)
    taken_at: datetime
    consented_at: datetime
    device: str | None = None
    facility_id: str | None = None
    recorded_at: datetime | None = None
