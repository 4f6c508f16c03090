"""Measurements against the limits of the Delhi catalogue, without a database."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from knowledge.measured import Answer, Said, Taken, combined, judged, rules_of
from records_api.encounters.rules import VITALS
from tests.knowledge.measurements import RULES

START = datetime(2026, 7, 1, 9, tzinfo=UTC)
SPO2, ARTERIAL, BREATHS, PULSE, TEMP = "59408-5", "2708-6", "9279-1", "8867-4", "8310-5"
SYSTOLIC, DIASTOLIC, ARM, SUGAR = "8480-6", "8462-4", "56072-2", "2339-0"
FASTING = "1558-6"


def taken(code: str, value: str, minutes: int = 0) -> Taken:
    at = START + timedelta(minutes=minutes)
    return Taken(code, Decimal(value), at, at)


def said(code: str, status: str, minutes: int = 0) -> Said:
    return Said(code, status, START + timedelta(minutes=minutes))


def found(age: float, *measurements: Taken) -> dict[str, bool]:
    return {code: a.present for code, a in judged(RULES, measurements, age).items()}


def test_every_limit_is_of_a_vital_sign_that_is_kept_and_could_be_measured():
    assert len(RULES) >= 14
    for code, rules in RULES.items():
        assert rules, code
        for rule in rules:
            kinds = [VITALS[c] for c in (*rule.codes, *filter(None, [rule.minus]))]
            assert len({kind.unit for kind in kinds}) == 1, code
            assert rule.minus or all(kind.low < rule.limit < kind.high for kind in kinds), code


def test_nothing_measured_is_nothing_known():
    assert found(30) == {}
    assert found(30, taken("29463-7", "60")) == {}, "a weight decides none"


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        (SPO2, "94", {"low_oxygen": False, "very_low_oxygen": False}),
        (SPO2, "93", {"low_oxygen": True, "very_low_oxygen": False}),
        (SPO2, "90", {"low_oxygen": True, "very_low_oxygen": False}),
        (SPO2, "89.9", {"low_oxygen": True, "very_low_oxygen": True}),
        (ARTERIAL, "89", {"low_oxygen": True, "very_low_oxygen": True}),
        (TEMP, "37.9", {"temp_over_38": False, "temp_over_40": False}),
        (TEMP, "38.0", {"temp_over_38": True, "temp_over_40": False}),
        (TEMP, "40.2", {"temp_over_38": True, "temp_over_40": True}),
        (PULSE, "100", {"fast_pulse": False, "slow_pulse": False}),
        (PULSE, "101", {"fast_pulse": True, "slow_pulse": False}),
        (PULSE, "59", {"fast_pulse": False, "slow_pulse": True}),
        (SUGAR, "69", {"low_sugar": True, "very_high_sugar": False}),
        (SUGAR, "199", {"low_sugar": False, "very_high_sugar": False}),  # fasting perhaps
        (SUGAR, "200", {"high_sugar": True, "low_sugar": False, "very_high_sugar": False}),
        (SUGAR, "300", {"high_sugar": True, "low_sugar": False, "very_high_sugar": True}),
        (FASTING, "125", {"low_sugar": False, "very_high_sugar": False}),
        (FASTING, "126", {"high_sugar": True, "low_sugar": False, "very_high_sugar": False}),
        (FASTING, "69", {"low_sugar": True, "very_high_sugar": False}),
        (SYSTOLIC, "141", {"high_bp": True, "low_bp": False}),
        (SYSTOLIC, "120", {"low_bp": False}),  # high by the diastolic, perhaps
        (DIASTOLIC, "91", {"high_bp": True}),
        (ARM, "11", {}),  # of an adult it says nothing
    ],
)
def test_an_adult_s_measurement(code: str, value: str, expected: dict[str, bool]):
    assert found(30, taken(code, value)) == expected


def test_both_pressures():
    pair = taken(SYSTOLIC, "120"), taken(DIASTOLIC, "100")
    assert found(30, *pair) == {
        "high_bp": True, "very_high_bp": False, "low_bp": False, "narrow_pulse_pressure": True,
    }  # fmt: skip
    assert (
        found(30, taken(SYSTOLIC, "120"), taken(DIASTOLIC, "99"))["narrow_pulse_pressure"] is False
    )
    apart = found(30, taken(SYSTOLIC, "110", 30), taken(DIASTOLIC, "95"))
    assert "narrow_pulse_pressure" not in apart, "pressures of two moments have no difference"


@pytest.mark.parametrize(
    ("age", "breaths", "fast"),
    [
        (0.1, "59", False),
        (0.1, "60", True),
        (0.17, "59", True),
        (0.17, "49", False),
        (0.99, "50", True),
        (1.0, "49", True),
        (1.0, "39", False),
        (4.99, "40", True),
        (5.0, "29", False),
        (11.9, "30", True),
        (12.0, "24", True),
        (80.0, "23", False),
    ],
)
def test_breathing_is_judged_by_age(age: float, breaths: str, fast: bool):
    assert found(age, taken(BREATHS, breaths)) == {"fast_breathing": fast}


@pytest.mark.parametrize(("age", "low"), [(0.01, False), (0.5, True), (3, True), (30, True)])
def test_a_pressure_that_is_low_in_an_adult_is_usual_in_the_newborn(age: float, low: bool):
    assert found(age, taken(SYSTOLIC, "65"))["low_bp"] is low


def test_sugar_is_not_high_if_it_was_measured_both_ways_and_neither_says_so():
    both = found(30, taken(SUGAR, "180"), taken(FASTING, "110"))
    assert both["high_sugar"] is False
    assert found(30, taken(SUGAR, "210"), taken(FASTING, "110"))["high_sugar"] is True


def test_the_arm_counts_from_six_months_to_five_years():
    arm = taken(ARM, "11.4")
    assert [found(age, arm) for age in (0.4, 0.5, 4.9, 5.0)] == [
        {}, {"low_muac": True}, {"low_muac": True}, {},
    ]  # fmt: skip


def test_the_latest_measurement_counts_however_it_was_taken():
    worse, better = taken(SPO2, "88", 0), taken(SPO2, "97", 20)
    for order in ([worse, better], [better, worse]):
        assert found(30, *order) == {"low_oxygen": False, "very_low_oxygen": False}
    assert found(30, better, taken(ARTERIAL, "88", 40))["very_low_oxygen"] is True
    assert found(30, worse, taken(ARTERIAL, "97", 40))["very_low_oxygen"] is False
    twice = Taken(SPO2, Decimal(97), START, START + timedelta(minutes=5), "2")
    assert found(30, twice, worse)["low_oxygen"] is False, "what was corrected holds"


LOW = {"low_oxygen": Answer(True, START + timedelta(minutes=10))}
FINE = {"low_oxygen": Answer(False, START + timedelta(minutes=10))}


@pytest.mark.parametrize(
    ("measured", "told", "present", "disputed"),
    [
        (LOW, [], True, False),
        (FINE, [], False, False),
        (LOW, [said("low_oxygen", "unknown", 20)], True, False),
        (LOW, [said("low_oxygen", "present")], True, False),
        (LOW, [said("low_oxygen", "absent", 20)], False, True),
        (LOW, [said("low_oxygen", "absent", 10)], False, True),
        (LOW, [said("low_oxygen", "absent", 0)], True, True),  # worse since
        (FINE, [said("low_oxygen", "present", 0)], True, True),
        (FINE, [said("low_oxygen", "present", 20)], True, True),
    ],
)
def test_a_person_s_word_goes_first_unless_it_is_worse_since(
    measured: dict[str, Answer], told: Iterable[Said], present: bool, disputed: bool
):
    answer = combined(told, measured)["low_oxygen"]
    assert (answer.present, answer.disputed) == (present, disputed)


def test_what_is_not_measured_stays_as_it_was_said():
    told = [said("fever", "present"), said("cough", "absent"), said("rash", "unknown")]
    answers = combined(told, LOW)
    assert {code: a.present for code, a in answers.items()} == {
        "low_oxygen": True, "fever": True, "cough": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    "told",
    [
        None,
        "x",
        {"codes": [SPO2], "below": 90},
        [],
        [[]],
        [{}],
        [{"codes": [], "below": 90}],
        [{"codes": SPO2, "below": 90}],
        [{"codes": [1], "below": 90}],
        [{"codes": [SPO2], "below": "90"}],
        [{"codes": [SPO2], "below": True}],
        [{"codes": [SPO2], "below": 90, "at_least": 80}],
        [{"codes": [SPO2]}],
        [{"codes": [SPO2], "below": 10**400}],
        [{"codes": [SPO2], "below": float("nan")}],
        [{"codes": [SPO2], "below": 90, "from_age": "old"}],
        [{"codes": [SPO2], "below": 90, "minus": {"a": 1}}],
        [{"codes": [SPO2], "below": 90}, {"codes": [SPO2]}],
    ],
)
def test_a_terminology_of_another_shape_decides_nothing(told: Any):
    assert rules_of(told) == ()
    assert judged({"low_oxygen": rules_of(told)}, [taken(SPO2, "80")], 30) == {}


def test_a_catalogue_says_it_in_plain_json():
    told = json.loads('[{"codes": ["59408-5"], "below": 92.5, "from_age": 12, "minus": null}]')
    rules = {"hypoxia": rules_of(told)}
    assert judged(rules, [taken(SPO2, "92.4")], 12)["hypoxia"].present
    assert judged(rules, [taken(SPO2, "92.5")], 12)["hypoxia"].present is False
    assert judged(rules, [taken(SPO2, "80")], 11.9) == {}
