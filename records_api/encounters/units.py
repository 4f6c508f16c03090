"""Measurements by the codes and units of other systems, as ours.

Sources: LOINC for which codes measure the same, UCUM for units and their factors; glucose has
180.156 g/mol. Millimoles are rounded to whole mg/dL and kilopascals to whole mm[Hg], as those are
read: 11.1 mmol/L is the 200 mg/dL of the guidelines, and not 199.97.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from records_api.encounters.rules import FASTING_GLUCOSE, GLUCOSE, VITALS, vital_problem

_THOUSANDTH, _WHOLE = Decimal("0.001"), Decimal(1)
_NOTE = re.compile(r"\{[^{}]*\}")  # what UCUM lets be said of a number: {beats}/min


@dataclass(frozen=True)
class _Unit:
    """(value + plus) × times, rounded to `step`."""

    times: Decimal = Decimal(1)
    plus: Decimal = Decimal(0)
    step: Decimal = _THOUSANDTH

    def ours(self, value: Decimal) -> Decimal:
        return ((value + self.plus) * self.times).quantize(self.step)


_OURS = _Unit()
_MOLES = dict.fromkeys(("mmol/L", "mmol/l"), _Unit(Decimal("18.0156"), step=_WHOLE))
# Units that others use, by the unit that we use.
_UNITS: Mapping[str, Mapping[str, _Unit]] = {
    "Cel": {
        "[degF]": _Unit(Decimal(5) / 9, plus=Decimal(-32)),
        "K": _Unit(plus=Decimal("-273.15")),
    },
    "/min": {"1/min": _OURS},
    "mm[Hg]": {"kPa": _Unit(Decimal("7.50062"), step=_WHOLE)},
    "kg": {"g": _Unit(Decimal("0.001")), "[lb_av]": _Unit(Decimal("0.45359237"))},
    "cm": {
        "m": _Unit(Decimal(100)),
        "mm": _Unit(Decimal("0.1")),
        "[in_i]": _Unit(Decimal("2.54")),
    },
    "mg/dL": {"mg/dl": _OURS, "g/L": _Unit(Decimal(100)), **_MOLES},
    "{score}": {"1": _OURS, "": _OURS},
}
# Codes of others that measure what one of ours does. Those of moles are given in moles alone.
_SERUM, _SERUM_MOLES, _BLOOD_MOLES, _STRIP = "2345-7", "14749-6", "15074-8", "41653-7"
_FASTING_MOLES = "14771-0"
_SAME: Mapping[str, str] = {
    _SERUM: GLUCOSE,
    _SERUM_MOLES: GLUCOSE,
    _BLOOD_MOLES: GLUCOSE,
    _STRIP: GLUCOSE,
    _FASTING_MOLES: FASTING_GLUCOSE,
}
_OF_MOLES = frozenset({_SERUM_MOLES, _BLOOD_MOLES, _FASTING_MOLES})


def ours(code: str, value: Decimal, unit: str) -> tuple[str, Decimal] | None:
    """Our code, and the value in our unit; None for what we do not keep, for a unit that does not
    fit, and for a value that cannot be. `value` has fewer than twenty digits."""
    kind = VITALS.get(_SAME.get(code, code))
    if kind is None or (code in _OF_MOLES and unit not in _MOLES):
        return None
    told = unit if unit == kind.unit else _NOTE.sub("", unit)
    given = _OURS if told == kind.unit else _UNITS.get(kind.unit, {}).get(told)
    if given is None:
        return None
    result = given.ours(value)
    return (kind.code, result) if vital_problem(kind.code, result, kind.unit) is None else None
