"""What is measured in a visit, in keeping with what was found: by the limits of the catalogue.

Everybody's temperature is taken; what else, where the doctor recorded a finding that it decides. A
vital sign that was not found is not there, so no measurement says more than the examination did.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal

import numpy as np

from knowledge.schema import Catalogue, Measure
from records_api.encounters.rules import DIASTOLIC, SYSTOLIC, VITALS

TEMPERATURE = "8310-5"
_FEVERS = (("temp_over_40", 40.5), ("high_fever", 39.4), ("temp_over_38", 38.7))
_RECENT_FEVER = 37.4  # there is a fever, and not now
# Usual values of the well, and how they spread: from the first of each pair's ages on.
_USUAL = {
    "8867-4": (((0, 135), (1, 115), (3, 100), (6, 90), (12, 80)), 9.0),
    "9279-1": (((0, 42), (0.167, 36), (1, 28), (5, 20), (12, 16)), 2.0),
    "59408-5": (((0, 97.5),), 0.8),
    SYSTOLIC: (((0, 70), (0.083, 85), (1, 95), (5, 102), (10, 118)), 8.0),
}
_NARROW = "narrow_pulse_pressure"
_IN_SHOCK = 100.0  # the highest systolic pressure of whoever has that
_ANY = 999.0
_OF_SYSTOLIC = 0.65  # the usual diastolic pressure

Vitals = tuple[tuple[str, Decimal], ...]


class Nurse:
    """Measures; draws of her own, so that a city without her is the same city."""

    def __init__(self, catalogue: Catalogue, draw: np.random.Generator) -> None:
        self._draw = draw
        self._limits = [(f.id, measure) for f in catalogue.findings for measure in f.measured]

    def of(
        self, present: Collection[str], absent: Collection[str], age: float, degrees: float
    ) -> Vitals:
        """LOINC codes with values in the unit of the records; age in years."""
        found: dict[str, float | None] = {
            TEMPERATURE: self._within(TEMPERATURE, present, age, degrees, _ANY)
        }
        recorded = {*present, *absent}
        for code in _USUAL:
            if any(finding in recorded for finding, _ in self._on(code, age)):
                highest = _IN_SHOCK if code == SYSTOLIC and _NARROW in present else _ANY
                found[code] = self._within(code, present, age, self._usual(code, age), highest)
        if (systolic := found.get(SYSTOLIC)) is not None:
            found[DIASTOLIC] = self._diastolic(systolic, present, age)
            if found[DIASTOLIC] is None:
                del found[SYSTOLIC]
        return tuple((code, Decimal(f"{v:g}")) for code, v in found.items() if v is not None)

    def _on(self, code: str, age: float) -> Sequence[tuple[str, Measure]]:
        return [
            (finding, measure)
            for finding, measure in self._limits
            if code in measure.codes
            and measure.from_age <= age
            and (measure.below_age is None or age < measure.below_age)
        ]

    def _usual(self, code: str, age: float) -> float:
        ages, spread = _USUAL[code]
        usual = next(value for start, value in reversed(ages) if start <= age)
        return float(self._draw.normal(usual, spread))

    def _within(
        self, code: str, present: Collection[str], age: float, value: float, highest: float
    ) -> float | None:
        """The value on the side of each limit that was found; None if there is no such side."""
        step = 0.1 if code == TEMPERATURE else 1.0
        low, high = float(VITALS[code].low), min(float(VITALS[code].high), highest)
        for finding, measure in self._on(code, age):
            limit = measure.at_least or measure.below or 0.0
            if measure.minus is not None:
                continue
            if (finding in present) == (measure.at_least is not None):
                low = max(low, limit)
            else:
                high = min(high, limit - step)
        if low > high:
            return None
        mirrored = 2 * low - value if value < low else 2 * high - value if value > high else value
        places = 1 if code == TEMPERATURE else 0
        return round(min(high, max(low, mirrored)), places)

    def _diastolic(self, systolic: float, present: Collection[str], age: float) -> float | None:
        narrow = _NARROW in present
        usual = systolic - 15 if narrow else _OF_SYSTOLIC * systolic
        found = self._within(DIASTOLIC, present, age, usual, systolic - (8 if narrow else 21))
        return None if found is None or (narrow and systolic - found > 20) else found


def degrees(present: Collection[str], draw: np.random.Generator) -> float:
    """A temperature in Celsius as the findings say, before the limits are held."""
    fever = {"fever", "high_fever"} & {*present}
    usual = _RECENT_FEVER if fever else 36.7
    if "temp_over_38" in present:
        usual = next(value for code, value in _FEVERS if code in present)
    return float(draw.normal(usual, 0.25))
