from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Kind = Literal["finding", "condition"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
# Some vocabularies have names for codes ("HIV (initial infection)"): anything that can be printed.
Code = Annotated[str, StringConstraints(pattern=r"^[^\s\p{C}]([^\p{C}]{0,98}[^\s\p{C}])?$")]


class ConceptIn(BaseModel):
    """A finding or a condition to add, or to correct by its code."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "code": "dengue",
                    "kind": "condition",
                    "name_en": "Dengue fever",
                    "name_hi": "डेंगू बुखार",
                    "icd10": "A90",
                    "severity": 2,
                    "specialty": "general_medicine",
                }
            ]
        },
    )

    code: Code
    kind: Kind
    name_en: Name
    name_hi: Name | None = None
    icd10: Annotated[str, StringConstraints(max_length=40)] | None = None
    severity: int | None = Field(default=None, ge=1, le=5, description="1 cannot wait … 5 harmless")
    specialty: Annotated[str, StringConstraints(max_length=64)] | None = None
    parent: Code | None = Field(default=None, description="the question that it is a value of")
    detail: dict[str, Any] = {}


class ConceptOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    kind: Kind
    name_en: str
    name_hi: str | None
    icd10: str | None
    severity: int | None
    specialty: str | None
    parent: str | None
    detail: dict[str, Any]
    source: str


class Counts(BaseModel):
    """What became of the input; the three add up to it."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
