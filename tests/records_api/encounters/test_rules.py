from decimal import Decimal

import pytest

from records_api.encounters import rules


@pytest.mark.parametrize("kind", rules.VITALS.values(), ids=lambda kind: kind.name)
def test_ranges_include_their_ends_and_nothing_beyond(kind: rules.VitalKind):
    step = Decimal("0.001")
    assert rules.vital_problem(kind.code, kind.low, kind.unit) is None
    assert rules.vital_problem(kind.code, kind.high, kind.unit) is None
    assert rules.vital_problem(kind.code, kind.low - step, kind.unit)
    assert rules.vital_problem(kind.code, kind.high + step, kind.unit)


@pytest.mark.parametrize(
    ("code", "value", "unit", "told"),
    [
        ("8310-5", "101.3", "[degF]", {"unit": "Cel"}),  # Fahrenheit
        ("8310-5", "381", "Cel", {"low": "24", "high": "45", "unit": "Cel"}),  # a lost point
        ("8867-4", "72", "{beats}/min", {"unit": "/min"}),
        ("0000-0", "1", "/min", {"code": "0000-0"}),
    ],
)
def test_slips_are_named(code: str, value: str, unit: str, told: dict[str, str]):
    problem = rules.vital_problem(code, Decimal(value), unit)
    assert problem is not None
    assert problem.params == told
    assert problem.kind is rules.VITALS.get(code)


@pytest.mark.parametrize("sick", [("8310-5", "41.5", "Cel"), ("59408-5", "61", "%")])
def test_the_very_sick_are_not_refused(sick: tuple[str, str, str]):
    assert rules.vital_problem(sick[0], Decimal(sick[1]), sick[2]) is None


def test_swapped_pressures():
    high, low = Decimal(120), Decimal(80)
    assert not rules.pressures_swapped([("8480-6", high), ("8462-4", low)])
    assert rules.pressures_swapped([("8480-6", low), ("8462-4", high)])
    assert not rules.pressures_swapped([("8462-4", high)])


def test_a_confirmed_condition_judges_the_differential():
    assert rules.verdict("flu", ["cold", "flu"]) == "accepted"
    assert rules.verdict("measles", ["cold", "flu"]) == "rejected"
    assert rules.verdict("measles", []) == "rejected"
