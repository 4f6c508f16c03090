from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Capability = Literal["diagnosis", "triage", "demand", "identity"]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class DecisionIn(BaseModel):
    """What a person decided on a model's answer. Who does not accept it says why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"decision": "rejected", "reason": "Rash is typical of measles"}]
        },
    )

    decision: Literal["accepted", "changed", "rejected"]
    reason: Reason | None = None


class AdviceOut(BaseModel):
    """A model's answer and what became of it. `model_version` is null when the fallback answered."""

    model_config = ConfigDict(from_attributes=True, protected_namespaces=())

    id: str
    capability: Capability
    subject_id: str
    patient_id: str | None
    model: str
    model_version: str | None
    degraded: bool
    inputs_digest: str
    score: float | None
    answer: dict[str, Any]
    asked_by: str
    asked_at: datetime
    decision: str | None
    decision_reason: str | None
    decided_by: str | None
    decided_at: datetime | None
