"""Vocabulary, design matrix, calibration: each against what it should be by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.diagnosis.calibration import (
    Calibration,
    Thresholds,
    evidence_edges,
    fit_calibration,
    set_threshold,
    urgent_threshold,
)
from models.diagnosis.cases import Case
from models.diagnosis.design import AGE_KNOTS, design
from models.diagnosis.vocabulary import Condition, Vocabulary, normalise_icd10, specialty_of

WORDS = Vocabulary(
    conditions=(Condition("a"), Condition("b")),
    findings=("f", "g", "h"),
    families=("f", "g", "h"),
    priors=("a",),
)
EVEN = np.array([0.5, 0.5])


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("J93", "J93"),
        ("g44.009", "G44.009"),
        ("j17, j18", "J17, J18"),
        ("J17;J18", "J17, J18"),
        (" a15 ", "A15"),
        ("", None),
        (None, None),
    ],
)
def test_icd10_is_upper_case_and_keeps_both_codes(field: str | None, code: str | None) -> None:
    assert normalise_icd10(field) == code


@pytest.mark.parametrize(
    ("code", "specialty"),
    [("I20.0", "cardiology"), ("A15", "pulmonology"), ("A90", "infectious diseases"), (None, None)],
)
def test_specialty_follows_the_longest_prefix(code: str | None, specialty: str | None) -> None:
    assert specialty_of(code) == specialty


def test_a_finding_both_present_and_absent_counts_as_present() -> None:
    known = design([Case(present=["f"], absent=["f", "g", "g", "?"])], WORDS, EVEN)

    assert known.present.toarray().tolist() == [[1, 0, 0]]
    assert known.absent.toarray().tolist() == [[0, 1, 0]]
    assert known.evidence.tolist() == [1]


@given(st.floats(-10, 300))
def test_age_is_a_weighted_mean_of_two_knots(age: float) -> None:
    row = design([Case(age=age)], WORDS, EVEN).person[0, : len(AGE_KNOTS)]

    assert row.sum() == pytest.approx(1)
    assert row @ AGE_KNOTS == pytest.approx(min(max(age, 0), AGE_KNOTS[-1]))


def test_unknown_age_and_sex_say_nothing() -> None:
    assert not design(
        [Case(age=None, sex=None), Case(age=float("nan"), sex="other")], WORDS, EVEN
    ).person.any()


def test_local_activity_is_a_log_ratio_and_finite_where_nothing_was_seen() -> None:
    usual = np.array([0.2, 0.8])
    cases = [
        Case(local_conditions=["a", "b"], local_shares=[0.2, 0.8]),
        Case(local_conditions=["a"], local_shares=[1.0]),
        Case(local_conditions=["unheard"], local_shares=[1.0]),
    ]
    local = design(cases, WORDS, usual).local

    np.testing.assert_allclose(local[0], 0, atol=1e-12)
    assert local[1, 0] > 0 > local[1, 1] > -10
    np.testing.assert_allclose(local[2], 0)


def test_calibration_cools_scores_that_are_too_sure() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(size=(4000, 3)) * 2
    chances = np.exp(true) / np.exp(true).sum(axis=1, keepdims=True)
    truth = np.array([rng.choice(3, p=row) for row in chances])
    nothing = np.zeros_like(true)
    found = fit_calibration(true * 2, nothing, nothing, np.full(4000, 8), truth)

    assert found.temperature(np.array([8]))[0] == pytest.approx(2, rel=0.1)


def test_temperature_is_level_beyond_the_last_knot() -> None:
    calibration = Calibration((0.0, 0.1, 0.2, 0.3))

    assert calibration.temperature(np.array([20, 500])).tolist() == pytest.approx([np.exp(0.3)] * 2)


def test_the_set_threshold_covers_as_promised() -> None:
    rng = np.random.default_rng(1)
    covered = [(rng.random(500) >= set_threshold(rng.random(200), 0.95)).mean() for _ in range(300)]

    assert 0.945 <= np.mean(covered) <= 0.96


def test_too_few_cases_keep_every_condition_in_the_set() -> None:
    assert set_threshold(np.array([0.9] * 10), 0.95) == 0


def test_the_urgent_threshold_misses_no_more_than_allowed_and_stays_in_its_span() -> None:
    chances = np.linspace(0.01, 1, 100)
    urgent = np.ones(100, dtype=bool)

    assert urgent_threshold(chances, urgent, 0.9, (0.0, 1.0)) == pytest.approx(chances[10])
    assert urgent_threshold(chances, urgent, 0.9, (0.0, 0.05)) == 0.05
    assert urgent_threshold(chances, ~urgent, 0.9, (0.02, 0.2)) == 0.02


def test_bins_hold_enough_cases_and_take_every_count() -> None:
    evidence = np.repeat(np.arange(1, 21), 50)
    edges = evidence_edges(evidence, 120)
    bins = Thresholds(edges, (), ()).bins(evidence)

    assert np.bincount(bins).min() >= 120
    assert Thresholds(edges, (), ()).bins(np.array([0, 999])).tolist() == [0, len(edges) - 1]
