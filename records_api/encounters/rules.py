"""Vital signs that a nurse could have measured, and how a decision relates to a differential.

Ranges say what is possible in a living person of any age, not what is healthy: they catch a slip of
the pen (a temperature of 381), never a sick patient. Codes are LOINC, units UCUM.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from records_api.core.i18n import marked as _


@dataclass(frozen=True)
class VitalKind:
    code: str
    name: str
    unit: str
    low: Decimal
    high: Decimal

    def plausible(self, value: Decimal) -> bool:
        return self.low <= value <= self.high


def _kind(code: str, name: str, unit: str, low: str, high: str) -> VitalKind:
    return VitalKind(code, name, unit, Decimal(low), Decimal(high))


VITALS = {
    kind.code: kind
    for kind in (
        _kind("8867-4", _("Heart rate"), "/min", "20", "300"),
        _kind("9279-1", _("Respiratory rate"), "/min", "4", "120"),
        _kind("8310-5", _("Body temperature"), "Cel", "24", "45"),
        _kind("59408-5", _("Oxygen saturation"), "%", "30", "100"),
        _kind("2708-6", _("Oxygen saturation, arterial"), "%", "30", "100"),
        _kind("8480-6", _("Systolic blood pressure"), "mm[Hg]", "30", "320"),
        _kind("8462-4", _("Diastolic blood pressure"), "mm[Hg]", "10", "220"),
        _kind("29463-7", _("Body weight"), "kg", "0.3", "500"),
        _kind("8302-2", _("Body height"), "cm", "20", "260"),
        _kind("39156-5", _("Body mass index"), "kg/m2", "5", "120"),
        _kind("9843-4", _("Head circumference"), "cm", "15", "80"),
        _kind("56072-2", _("Upper arm circumference"), "cm", "4", "80"),
        _kind("2339-0", _("Blood glucose"), "mg/dL", "5", "2000"),
        _kind("1558-6", _("Fasting glucose"), "mg/dL", "5", "2000"),
        _kind("72514-3", _("Pain, 0 to 10"), "{score}", "0", "10"),
        _kind("9269-2", _("Glasgow coma score"), "{score}", "3", "15"),
    )
}
SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"
GLUCOSE, FASTING_GLUCOSE = "2339-0", "1558-6"


@dataclass(frozen=True)
class VitalProblem:
    """A sentence with `{names}`, and what fills them; `{vital}`, where it stands, is the name of `kind`."""

    sentence: str
    kind: VitalKind | None = None
    params: Mapping[str, str] = field(default_factory=dict)


def vital_problem(code: str, value: Decimal, unit: str) -> VitalProblem | None:
    """What is wrong with a measurement; None when it can be kept."""
    kind = VITALS.get(code)
    if kind is None:
        return VitalProblem(
            _("{code} is not a vital sign that is kept here."), None, {"code": code}
        )
    if unit != kind.unit:
        return VitalProblem(_("{vital} is given in {unit}."), kind, {"unit": kind.unit})
    if not kind.plausible(value):
        params = {"low": str(kind.low), "high": str(kind.high), "unit": kind.unit}
        return VitalProblem(_("{vital} lies between {low} and {high} {unit}."), kind, params)
    return None


def pressures_swapped(values: Iterable[tuple[str, Decimal]]) -> bool:
    """Whether one set of measurements has a diastolic pressure above the systolic one."""
    by_code = dict(values)
    if SYSTOLIC not in by_code or DIASTOLIC not in by_code:
        return False
    return by_code[DIASTOLIC] > by_code[SYSTOLIC]


def verdict(confirmed: str, suggested: Iterable[str]) -> str:
    """What a confirmed condition says of the differential the doctor had before them."""
    return "accepted" if confirmed in set(suggested) else "rejected"
