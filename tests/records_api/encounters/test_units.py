from decimal import Decimal

import pytest

from knowledge.lint import _is_loinc
from records_api.encounters import units
from records_api.encounters.rules import VITALS


@pytest.mark.parametrize(
    ("code", "value", "unit", "ours"),
    [
        ("8310-5", "38.04", "Cel", ("8310-5", "38.04")),
        ("8310-5", "100.4", "[degF]", ("8310-5", "38")),
        ("8310-5", "311.15", "K", ("8310-5", "38")),
        ("8867-4", "72", "{beats}/min", ("8867-4", "72")),
        ("9279-1", "24", "{breaths}/min", ("9279-1", "24")),
        ("9279-1", "24", "1/min", ("9279-1", "24")),
        ("8480-6", "12", "kPa", ("8480-6", "90")),
        ("29463-7", "154.3", "[lb_av]", ("29463-7", "69.989")),
        ("29463-7", "3250", "g", ("29463-7", "3.25")),
        ("8302-2", "1.61", "m", ("8302-2", "161")),
        ("56072-2", "114", "mm", ("56072-2", "11.4")),
        ("2339-0", "11.1", "mmol/L", ("2339-0", "200")),
        ("15074-8", "3.9", "mmol/L", ("2339-0", "70")),
        ("14749-6", "16.7", "mmol/l", ("2339-0", "301")),
        ("2345-7", "1.1", "g/L", ("2339-0", "110")),
        ("41653-7", "99", "mg/dL", ("2339-0", "99")),
        ("14771-0", "7", "mmol/L", ("1558-6", "126")),
        ("9269-2", "15", "1", ("9269-2", "15")),
        ("9269-2", "15", "{score}", ("9269-2", "15")),
    ],
)
def test_the_same_in_our_code_and_unit(code: str, value: str, unit: str, ours: tuple[str, str]):
    assert units.ours(code, Decimal(value), unit) == (ours[0], Decimal(ours[1]))


@pytest.mark.parametrize(
    ("code", "value", "unit"),
    [
        ("8310-5", "38", ""),
        ("8310-5", "38", "{C}"),
        ("8310-5", "38", "degF"),
        ("8310-5", "38", "[degF]"),  # 3 degrees Celsius
        ("8310-5", "38", "kg"),
        ("8310-5", "381", "Cel"),
        ("59408-5", "0.97", "1"),
        ("29463-7", "70", "mmol/L"),
        ("15074-8", "99", "mg/dL"),  # a code of moles
        ("718-7", "12", "g/dL"),
        ("", "1", "/min"),
    ],
)
def test_what_does_not_fit_is_no_measurement(code: str, value: str, unit: str):
    assert units.ours(code, Decimal(value), unit) is None


def test_codes_are_of_loinc_and_lead_to_what_is_kept():
    assert all(map(_is_loinc, (*VITALS, *units._SAME)))
    assert VITALS.keys() >= set(units._SAME.values())
    assert not VITALS.keys() & units._SAME.keys()
    assert {kind.unit for kind in VITALS.values()} >= units._UNITS.keys()
