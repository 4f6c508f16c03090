from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from records_api.encounters.explanation import Strength
from records_api.guidance.schemas import DisputedOut, NextSteps, WarningOut
from records_api.notes.schemas import NoteOut
from records_api.scheduling.rules import Urgency

FindingCode = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Complaint = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]
DiagnosisStatus = Literal["working", "confirmed", "refuted"]


class FindingsIn(BaseModel):
    """Findings by what was answered. A code that is not listed keeps what was recorded before."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"present": ["E_91", "E_54_@_V_180"], "absent": ["E_201"]}]
        },
    )

    present: list[FindingCode] = Field(default=[], max_length=400)
    absent: list[FindingCode] = Field(default=[], max_length=400)
    unknown: list[FindingCode] = Field(default=[], max_length=400)

    @model_validator(mode="after")
    def _one_answer_each(self) -> Self:
        codes = {*self.present, *self.absent, *self.unknown}
        if len(codes) < len(self.present) + len(self.absent) + len(self.unknown):
            raise ValueError("a finding is listed twice")
        return self

    def by_code(self) -> dict[str, str]:
        return {
            **dict.fromkeys(self.present, "present"),
            **dict.fromkeys(self.absent, "absent"),
            **dict.fromkeys(self.unknown, "unknown"),
        }


class VitalIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"code": "8310-5", "value": "38.4", "unit": "Cel"}]},
    )

    code: str = Field(max_length=20, description="LOINC")
    value: Decimal = Field(max_digits=9, decimal_places=3, allow_inf_nan=False)
    unit: str = Field(max_length=40, description="UCUM")
    measured_at: AwareDatetime | None = Field(default=None, description="now, if left out")


class VitalsIn(BaseModel):
    """One set of measurements."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"vitals": [{"code": "8310-5", "value": "38.6", "unit": "Cel"}]}]
        },
    )

    vitals: list[VitalIn] = Field(min_length=1, max_length=50)

    @model_validator(mode="after")
    def _one_value_a_moment(self) -> Self:
        if len({(v.code, v.measured_at) for v in self.vitals}) < len(self.vitals):
            raise ValueError("a measurement is listed twice")
        return self


class DiagnosisIn(BaseModel):
    """A working, confirmed or refuted condition. `advice_id`: the differential that was shown."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"condition": "flu", "status": "confirmed"}]},
    )

    condition: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    status: DiagnosisStatus
    icd10: str | None = Field(default=None, max_length=40)
    reason: Reason | None = None
    advice_id: str | None = Field(default=None, max_length=36)


class EncounterIn(BaseModel):
    """A visit that begins now."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"complaint": "Fever since three days"}]}
    )

    facility_id: str | None = Field(
        default=None, max_length=36, description="the actor's, if left out"
    )
    booking_id: str | None = Field(default=None, max_length=36)
    complaint: Complaint | None = None


class DiagnosisRecord(DiagnosisIn):
    decided_at: AwareDatetime | None = None
    decided_by: str | None = None


class EncounterRecord(EncounterIn):
    """A whole visit as an import or the seed brings it, with its own identifier and times."""

    id: str
    patient_id: str
    started_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    recorded_at: AwareDatetime | None = Field(
        default=None, description="when the record learned of it; the context's time, if left out"
    )
    status: Literal["open", "closed"] = "closed"
    clinician_id: str | None = None
    findings: FindingsIn = FindingsIn()
    vitals: list[VitalIn] = []
    notes: list[str] = []
    diagnoses: list[DiagnosisRecord] = []


class _Row(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class FindingOut(_Row):
    code: str
    status: Literal["present", "absent", "unknown"]
    recorded_at: datetime


class VitalOut(_Row):
    id: str
    code: str
    value: Decimal
    unit: str
    measured_at: datetime
    recorded_at: datetime


class DiagnosisOut(_Row):
    id: str
    condition: str
    icd10: str | None
    status: DiagnosisStatus
    reason: str | None
    advice_id: str | None
    decided_by: str
    decided_at: datetime


class EncounterOut(_Row):
    id: str
    patient_id: str
    facility_id: str | None
    clinician_id: str | None
    booking_id: str | None
    status: Literal["open", "closed"]
    complaint: str | None
    started_at: datetime
    ended_at: datetime | None
    source: str
    version: int


class EncounterDetail(EncounterOut):
    findings: list[FindingOut] = []
    vitals: list[VitalOut] = []
    notes: list[NoteOut] = []
    diagnoses: list[DiagnosisOut] = []


class DraftIn(BaseModel):
    """A patient as far as is known, without a record: nothing is written but the answer."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"age": 34, "sex": "F", "findings": {"present": ["E_91"], "absent": []}}]
        },
    )

    age: float | None = Field(default=None, ge=0, le=130, description="years")
    sex: Literal["F", "M", "other"] | None = None
    district: str | None = Field(default=None, max_length=40)
    findings: FindingsIn = FindingsIn()
    limit: int = Field(default=10, ge=1, le=50)


class EvidenceOut(BaseModel):
    """One finding's share, in log-odds against the average patient."""

    finding: str
    name: str
    present: bool
    weight: float
    strength: Strength
    words: str = Field(description="“strongly for”, in the reader's language")
    times: str = Field(description="“4 times likelier”, in the reader's language")


class Suggestion(BaseModel):
    condition: str
    name: str = Field(description="in the reader's language")
    icd10: str | None
    probability: float
    evidence_for: list[EvidenceOut] = []
    evidence_against: list[EvidenceOut] = []
    by_catalogue: bool = Field(
        default=False, description="known by the catalogue alone: learned from no record"
    )
    next_steps: NextSteps | None = Field(
        default=None, description="first care, where the terminology tells of any"
    )


class Differential(BaseModel):
    """Suggestions, best first. `degraded`: no model answered; `ranked` is only how often each
    condition was confirmed in the district in the last four weeks. `warnings` are red flags: rules
    raise them, whatever is ranked and whether or not a model answers."""

    model_config = ConfigDict(protected_namespaces=())

    advice_id: str
    model: str
    model_version: str | None
    degraded: bool
    ranked: list[Suggestion]
    prediction_set: list[str] = []
    abstained: bool = False
    reason: str | None = None
    urgent: bool = Field(
        default=False, description="the model: a condition that cannot wait is probable enough"
    )
    urgency: Urgency = Field(
        default="routine", description="the worst of the model's and the flags'"
    )
    warnings: list[WarningOut] = []
    disputed: list[DisputedOut] = []
    specialty: str | None = None
    unknown_findings: list[str] = []
    considered: list[str] | None = Field(
        default=None,
        description="conditions that belong into the differential, likeliest first, none while the "
        "model abstains; null if it has not learned which do",
    )


class AnswerOut(BaseModel):
    """A finding that an answer decides."""

    code: str
    name: str = Field(description="in the reader's language")


class QuestionOut(BaseModel):
    """`yes_no` decides one finding; of `one_of` one holds, of `any_of` several may."""

    question: str
    text: str = Field(description="what to ask, in the reader's language")
    kind: Literal["yes_no", "one_of", "any_of"]
    answers: list[AnswerOut]
    gain: float = Field(description="bits that the answer is expected to tell")


class NextQuestions(BaseModel):
    """What to ask next, best first. `degraded`: no model answered, and there is nothing to ask."""

    model_config = ConfigDict(
        protected_namespaces=(),
        json_schema_extra={
            "examples": [
                {
                    "advice_id": "01939f5e-8d1c-7a50-9d3b-2f64ad0c7e11",
                    "model": "diagnosis",
                    "model_version": "3",
                    "degraded": False,
                    "questions": [
                        {
                            "question": "E_91",
                            "text": "Do you have a fever?",
                            "kind": "yes_no",
                            "answers": [{"code": "E_91", "name": "Fever"}],
                            "gain": 0.62,
                        }
                    ],
                }
            ]
        },
    )

    advice_id: str
    model: str
    model_version: str | None
    degraded: bool
    reason: str | None = Field(default=None, description="why there is no question")
    questions: list[QuestionOut]
