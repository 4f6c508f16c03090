from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Quantity = Annotated[Decimal, Field(gt=0, le=1_000_000, max_digits=10, decimal_places=3)]


class PrescriptionIn(BaseModel):
    """One medicine: how much to supply in all, in the item's unit, and how to take it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "item_id": "0190f3d2-7c1e-7000-8000-3f1a2b4c5d6e",
                    "quantity": "15",
                    "directions": "One tablet three times a day for five days",
                }
            ]
        },
    )

    item_id: str = Field(max_length=36)
    quantity: Quantity
    directions: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)
    ]


class PrescriptionOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    encounter_id: str
    patient_id: str
    item_id: str
    quantity: Decimal
    directions: str
    prescriber_id: str
    prescribed_at: datetime


@dataclass(frozen=True, slots=True)
class PrescriptionRecord:
    """A prescription of the past, for imports and the seed."""

    id: str
    encounter_id: str
    patient_id: str
    item_id: str
    quantity: Decimal | int
    directions: str
    prescriber_id: str
    prescribed_at: datetime
    recorded_at: datetime | None = None  # when the record learned of it; None: at once
