from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]
Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Quantity = Annotated[Decimal, Field(gt=0, le=1_000_000_000, max_digits=13, decimal_places=3)]
Change = Annotated[
    Decimal, Field(ge=-1_000_000_000, le=1_000_000_000, max_digits=13, decimal_places=3)
]
# One letter, two digits, one letter, one letter, two digits: each level with those before it.
Atc = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_upper=True,
        pattern=r"^[A-Za-z]([0-9]{2}([A-Za-z]([A-Za-z]([0-9]{2})?)?)?)?$",
    ),
]


class ItemIn(BaseModel):
    """A medicine or supply of the city's list."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "code": "PCM500",
                    "name": "Paracetamol 500 mg tablet",
                    "name_hi": "पैरासिटामोल ५०० मि.ग्रा.",
                    "atc": "N02BE01",
                    "unit": "{tbl}",
                }
            ]
        },
    )

    id: SkipJsonSchema[str | None] = Field(default=None, exclude=True, max_length=36)
    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")]
    name: Name
    name_hi: Name | None = None
    atc: Atc | None = None
    unit: Annotated[str, StringConstraints(min_length=1, max_length=40)] = Field(
        description="UCUM, as in {tbl} or mL"
    )


class ItemOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    code: str
    name: str
    name_hi: str | None
    atc: str | None
    unit: str


class ReceiveIn(BaseModel):
    """A delivery of one batch."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "item_id": "0190f3d2-7c1e-7000-8000-3f1a2b4c5d6e",
                    "number": "PC2409",
                    "expires_on": "2027-09-30",
                    "quantity": "1000",
                }
            ]
        },
    )

    item_id: str = Field(max_length=36)
    number: Number
    expires_on: date | None = None
    quantity: Quantity


class AdjustIn(BaseModel):
    """A correction after a count: broken, found, lost. Signed."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"quantity": "-3", "reason": "broken"}]}
    )

    quantity: Change
    reason: Reason


class TransferIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"facility_id": "0190f3d2-7c1e-7000-8000-0000000000f2", "quantity": "50"}]
        },
    )

    facility_id: str = Field(max_length=36, description="where it goes")
    quantity: Quantity


class DispenseIn(BaseModel):
    """Supply to a patient, against a prescription or without one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"item_id": "0190f3d2-7c1e-7000-8000-3f1a2b4c5d6e", "quantity": "15"}]
        },
    )

    item_id: str = Field(max_length=36)
    quantity: Quantity = Field(description="what was asked for")
    prescription_id: str | None = Field(default=None, max_length=36)
    patient_id: str | None = Field(default=None, max_length=36)


class DispenseOut(BaseModel):
    """`supplied` less than `requested` means that stock ran out; both are kept."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    facility_id: str
    item_id: str
    patient_id: str | None
    prescription_id: str | None
    requested: Decimal
    supplied: Decimal
    at: datetime


class BatchOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    facility_id: str
    item_id: str
    number: str
    expires_on: date | None
    on_hand: Decimal


class MovementOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    batch_id: str
    facility_id: str
    item_id: str
    kind: Literal["receive", "dispense", "adjust", "transfer", "expire"]
    quantity: Decimal
    dispense_id: str | None
    reason: str | None
    at: datetime
    by: str


class StockLine(BaseModel):
    """One item on the shelf of one facility."""

    item_id: str
    code: str
    name: str
    name_hi: str | None
    unit: str
    atc: str | None
    on_hand: Decimal = Field(description="what can be given: not expired")
    expired: Decimal = Field(description="still on the shelf, to be written off")
    next_expiry: date | None
    daily_use: float = Field(description="asked for, mean of the last 90 days of the ledger")
    days_of_cover: float | None = Field(description="null: nothing was asked for")


class Use(BaseModel):
    """What was asked for and given in one period; `ds` is its first day."""

    ds: date
    requested: Decimal
    supplied: Decimal
