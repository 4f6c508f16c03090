"""Differential diagnosis: what the encounter and the booking desk ask, and what they get."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from serving.common import Message, ModelRef


class DiagnosisRequest(Message):
    """One patient as far as is known now. Findings not listed are unknown, not absent."""

    patient_id: str | None = Field(
        default=None, description="key of the online features (history, district)"
    )
    age: float | None = Field(default=None, ge=0, le=130, description="years")
    sex: Literal["F", "M", "other"] | None = None
    district: str | None = Field(default=None, description="key of local disease activity")
    present: list[str] = Field(default=[], max_length=400, examples=[["E_91", "E_54_@_V_180"]])
    absent: list[str] = Field(default=[], max_length=400)
    prior: list[str] = Field(
        default=[], max_length=400, description="earlier conditions, beside those of the features"
    )
    limit: int = Field(default=10, ge=1, le=200, description="how many conditions to rank")


class Evidence(Message):
    """One finding's share in a condition's score: log-odds against the average patient."""

    finding: str
    present: bool
    weight: float


class RankedCondition(Message):
    condition: str
    icd10: str | None = None
    probability: float = Field(ge=0, le=1)
    evidence_for: list[Evidence] = []
    evidence_against: list[Evidence] = []
    by_catalogue: bool = Field(
        default=False, description="known by the catalogue alone: learned from no record"
    )


class DiagnosisAnswer(Message):
    """Best first. `abstained` says the model does not know enough; `reason` says why."""

    model: ModelRef
    ranked: list[RankedCondition]
    prediction_set: list[str] = Field(description="smallest set that holds the truth 95 % of times")
    abstained: bool
    reason: str | None = None
    urgent: bool = Field(description="a condition that cannot wait is probable enough")
    specialty: str | None = Field(default=None, description="where to book")
    unknown_findings: list[str] = Field(
        default=[], description="asked with, never seen in training"
    )
    considered: list[str] | None = Field(
        default=None,
        description="conditions that belong into the differential, likeliest first, none while the "
        "model abstains; null if it has not learned which do",
    )


class NextQuestion(Message):
    """A question and the findings that its answers decide: one for yes_no, else one a value."""

    question: str = Field(examples=["E_91"])
    kind: Literal["yes_no", "one_of", "any_of"]
    findings: list[str] = Field(min_length=1)
    gain: float = Field(ge=0, description="nats that the answer is expected to tell")


class NextQuestionAnswer(Message):
    """Asked with a DiagnosisRequest whose `limit` is how many questions. Best first; none when no
    answer would tell anything."""

    model: ModelRef
    questions: list[NextQuestion]


class Shadowed(Message):
    """What a challenger answered behind the champion. `inputs_digest` is of the DiagnosisRequest."""

    number: int = Field(ge=1, description="counts up while the service runs")
    inputs_digest: str = Field(min_length=64, max_length=64)
    model: ModelRef
    champion: str = Field(description="version that was shown", max_length=20)
    answered_at: datetime
    ranked: list[RankedCondition]
    prediction_set: list[str]
    abstained: bool


class ShadowQuery(Message):
    """Asks for answers after number `after` of the service's run `run`; those before are forgotten."""

    run: str | None = None
    after: int = Field(default=0, ge=0)
    limit: int = Field(default=500, ge=1, le=2000)


class ShadowBatch(Message):
    """Oldest first. `left` wait behind these."""

    run: str
    answers: list[Shadowed]
    left: int
