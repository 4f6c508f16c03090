"""What a FHIR R4 Observation measured, in our codes and units: one map for imports and for what
another system sends with its question.

Only what is certain is taken, and nothing is too strange to read: a void observation, a unit or value
that cannot be, a value "below" another one, pressures the wrong way round are passed over.
Source: https://hl7.org/fhir/R4/observation.html and its profiles of vital signs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from records_api.encounters import units
from records_api.encounters.rules import DIASTOLIC, SYSTOLIC, VITALS, pressures_swapped

LOINC = "http://loinc.org"
VOID = frozenset({"entered-in-error", "cancelled"})
_LARGEST = 10**9


@dataclass(frozen=True)
class Measured:
    """`measured_at` is None where no moment is told, or only a day."""

    name: str  # of the resource
    code: str
    value: Decimal
    measured_at: datetime | None

    @property
    def unit(self) -> str:
        return VITALS[self.code].unit


def fields(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def each(values: Any) -> Iterator[dict[str, Any]]:
    for value in values if isinstance(values, list) else ():
        yield fields(value)


def measurements(observation: dict[str, Any]) -> list[Measured]:
    """Its own value and those of its components; the first of its codes that is ours counts."""
    status = observation.get("status")
    if not isinstance(status, str) or status in VOID:
        return []
    told, at = observation.get("id"), moment(observation)
    name = told if isinstance(told, str) else ""
    found = [
        Measured(name, *value, at)
        for part in (observation, *each(observation.get("component")))
        if (value := _value(part)) is not None
    ]
    if pressures_swapped((one.code, one.value) for one in found):
        found = [one for one in found if one.code not in (SYSTOLIC, DIASTOLIC)]
    return found


def moment(observation: dict[str, Any]) -> datetime | None:
    """When it was measured, in UTC; of a period its end."""
    period = fields(observation.get("effectivePeriod"))
    for told in (
        observation.get("effectiveDateTime"),
        observation.get("effectiveInstant"),
        period.get("end"),
        period.get("start"),
    ):
        if isinstance(told, str) and "T" in told:
            return _utc(told)
    return None


def _utc(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _value(part: dict[str, Any]) -> tuple[str, Decimal] | None:
    quantity = fields(part.get("valueQuantity"))
    value, unit = quantity.get("value"), quantity.get("code") or quantity.get("unit")
    if "comparator" in quantity or "dataAbsentReason" in part or not isinstance(unit, str):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if not -_LARGEST < value < _LARGEST:  # nor what is no number
        return None
    for coding in each(fields(part.get("code")).get("coding")):
        code = coding.get("code")
        if coding.get("system") == LOINC and isinstance(code, str):
            found = units.ours(code, Decimal(str(value)), unit)
            if found is not None:
                return found
    return None
