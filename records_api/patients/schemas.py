from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic.json_schema import SkipJsonSchema

from records_api.patients.rules import valid_health_id

Sex = Literal["F", "M", "other", "unknown"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class PatientIn(BaseModel):
    """A resident to register. Without a health number one is given."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Asha Sharma",
                    "name_hi": "आशा शर्मा",
                    "sex": "F",
                    "birth_date": "1988-04-12",
                    "phone": "+919812345678",
                    "district": "south-east",
                }
            ]
        },
    )

    id: SkipJsonSchema[str | None] = Field(default=None, exclude=True, max_length=36)
    name: Name
    name_hi: Name | None = None
    sex: Sex
    birth_date: date = Field(ge=date(1890, 1, 1))
    phone: Annotated[str, StringConstraints(pattern=r"^\+[0-9]{8,15}$")] | None = None
    district: str | None = Field(default=None, max_length=40)
    household_id: str | None = Field(default=None, max_length=36)
    health_id: str | None = None
    deceased_at: datetime | None = None

    @field_validator("health_id")
    @classmethod
    def _plausible(cls, value: str | None) -> str | None:
        if value is not None and not valid_health_id(value):
            raise ValueError("this is not a health number: a digit is wrong or two are swapped")
        return value


class PatientChange(BaseModel):
    """What may be corrected. Fields left out stay as they are."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"phone": "+919812345678"}]}
    )

    name: Name | None = None
    name_hi: Name | None = None
    sex: Sex | None = None
    birth_date: date | None = Field(default=None, ge=date(1890, 1, 1))
    phone: Annotated[str, StringConstraints(pattern=r"^\+[0-9]{8,15}$")] | None = None
    district: str | None = Field(default=None, max_length=40)


class PatientOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    health_id: str
    name: str
    name_hi: str | None
    sex: Sex
    birth_date: date
    phone: str | None
    district: str | None
    household_id: str | None
    synthetic: bool
    recorded_at: datetime
    updated_at: datetime
    version: int


class PatientListed(BaseModel):
    """What a search shows: enough to pick the right person, nothing of the record."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    health_id: str
    name: str
    name_hi: str | None
    sex: Sex
    birth_date: date
    district: str | None
    synthetic: bool
