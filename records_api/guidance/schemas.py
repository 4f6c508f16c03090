from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from records_api.scheduling.rules import Urgency


class NamedOut(BaseModel):
    """A finding or condition of the terminology."""

    code: str
    name: str = Field(description="in the reader's language")


class PointedOut(NamedOut):
    """A condition that a warning points to."""

    icd10: str | None
    severity: int | None = Field(description="1 cannot wait … 5 harmless")
    support: int = Field(description="present findings beside the flag's own that speak of it")


class WarningOut(BaseModel):
    """A red flag: its findings are all present. Best supported conditions first."""

    findings: list[NamedOut]
    urgency: Urgency
    conditions: list[PointedOut]
    why: list[str] = Field(default=[], description="in the catalogue's own language")


class DisputedOut(NamedOut):
    """A finding of which a person recorded one thing and a measurement says the other."""

    measured: Literal["present", "absent"]
    counts: Literal["present", "absent"] = Field(description="which of the two holds here")


class Warnings(BaseModel):
    """What must not be missed, the most urgent first: by rules, with or without a model."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "urgency": "now",
                    "warnings": [
                        {
                            "findings": [{"code": "shock_signs", "name": "Signs of shock"}],
                            "urgency": "now",
                            "conditions": [
                                {
                                    "code": "sepsis",
                                    "name": "Sepsis",
                                    "icd10": "A41.9",
                                    "severity": 1,
                                    "support": 2,
                                }
                            ],
                            "why": [],
                        }
                    ],
                }
            ]
        }
    )

    urgency: Urgency
    warnings: list[WarningOut]
    disputed: list[DisputedOut] = []


class SourceOut(BaseModel):
    title: str
    publisher: str | None = None
    year: int | None = None
    url: str | None = None


class ContraindicationOut(BaseModel):
    """What forbids the treatment or a part of it. `because`: what in the record makes it stand."""

    kind: str
    text: str
    standing: Literal["applies", "not_known", "does_not_apply"]
    because: list[NamedOut] = []


class NextSteps(BaseModel):
    """First care of a condition, in the catalogue's own language; those that stand first."""

    first_tests: list[str] = []
    treatment: str | None = None
    treatment_source: SourceOut | None = None
    contraindications: list[ContraindicationOut] = []
    refer_when: str | None = None
    refer_where: str | None = None
    sources: list[SourceOut] = []
