from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

Kind = Literal["hospital", "dispensary", "mohalla_clinic", "other"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
DistrictCode = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,39}$")
]
FacilityCode = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")
]


class DistrictIn(BaseModel):
    """A node of the district tree. Without a parent it is a root: a city."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "code": "south-east",
                    "name_en": "South East",
                    "name_hi": "दक्षिण पूर्व",
                    "parent": "delhi",
                }
            ]
        },
    )

    code: DistrictCode
    name_en: Name
    name_hi: Name | None = None
    parent: DistrictCode | None = None


class DistrictOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    name_en: str
    name_hi: str | None
    parent: str | None


class FacilityIn(BaseModel):
    """A place that serves residents. `code` is its number in the city's register."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "code": "MC-0142",
                    "name": "Mohalla Clinic Okhla 2",
                    "kind": "mohalla_clinic",
                    "district": "south-east",
                    "latitude": 28.56,
                    "longitude": 77.28,
                }
            ]
        },
    )

    id: SkipJsonSchema[str | None] = Field(default=None, exclude=True, max_length=36)
    code: FacilityCode
    name: Name
    name_hi: Name | None = None
    kind: Kind
    district: DistrictCode
    latitude: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    longitude: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    zone: Annotated[str, StringConstraints(max_length=40)] = "Asia/Kolkata"


class FacilityChange(BaseModel):
    """Fields left out stay as they are."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "Mohalla Clinic Okhla 3"}]}
    )

    name: Name | None = None
    name_hi: Name | None = None
    kind: Kind | None = None
    district: DistrictCode | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    longitude: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)


class FacilityOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    code: str
    name: str
    name_hi: str | None
    kind: Kind
    district: str
    latitude: float | None
    longitude: float | None
    zone: str
    synthetic: bool
    version: int
