from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from records_api.consent.rules import SHORTEST_REASON


class GrantIn(BaseModel):
    """Open a record to a doctor of the resident's choice."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"grantee_id": "0190f3d2-7c1e-7000-8000-0000000000d1", "days": 30}]
        },
    )

    grantee_id: str = Field(max_length=36)
    days: int = Field(default=30, ge=1, le=365, description="how long the record stays open")


class BreakGlassIn(BaseModel):
    """Open a record without consent, in an emergency. It is shown to the resident."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "Unconscious after a road accident"}]},
    )

    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=SHORTEST_REASON, max_length=500)
    ]


class GrantOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    patient_id: str
    grantee_id: str
    kind: Literal["consent", "break_glass"]
    reason: str | None
    opens_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    version: int
