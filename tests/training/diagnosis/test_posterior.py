"""Counts of cases that can be counted by hand."""

import numpy as np
import pytest

from models.diagnosis.cases import Case
from models.diagnosis.design import design
from models.diagnosis.vocabulary import Condition, Vocabulary
from training.diagnosis import posterior

WORDS = Vocabulary(
    (Condition("flu"), Condition("cold")),
    ("cough", "fever", "smoker"),
    ("cough", "fever", "smoker"),
)
# Forty cases of each: half of flu comes with cough and fever, all the rest with fever or cough alone;
# of the cold every fourth smokes, and nobody of flu.
CASES = [Case(present=["cough", "fever"])] * 20 + [Case(present=["fever"])] * 20
CASES += [Case(present=["cough"])] * 30 + [Case(present=["cough", "smoker"])] * 10
TRUTH = np.repeat([0, 1], 40)
PAST = np.array([False, False, True])


def learned() -> posterior.Posterior:
    known = design(CASES, WORDS, np.array([0.5, 0.5]))
    return posterior.learn(known, CASES, TRUTH, WORDS, PAST)


def test_a_complaint_is_one_of_those_that_a_patient_has() -> None:
    """Flu: half of the half that has both names the cough, 10 of 40; what is of the past is none."""
    named = np.exp(learned().log_presenting)
    assert named[0] == pytest.approx([0.25, 1.0], abs=0.01)
    assert named[1] == pytest.approx([0.75, 0.0], abs=0.01)


def test_what_is_of_the_past_counts_as_being_there() -> None:
    named = np.exp(learned().log_presenting)
    assert named[2] == pytest.approx([0.0, 0.25], abs=0.01)


def test_a_share_of_answers_is_misheard() -> None:
    """All of flu have a fever and nobody with a cold, but for what the usual rate adds."""
    there = learned().tables[1][1]
    assert there[0] == pytest.approx(1 - posterior.MISHEARD, abs=0.01)
    assert there[1] == pytest.approx(posterior.MISHEARD, abs=0.01)


def test_a_no_may_be_misheard_as_any_value_and_any_value_as_a_no() -> None:
    """Half have pain in the ear, a quarter in the back, a quarter none."""
    words = Vocabulary(
        (Condition("otitis"), Condition("cold")),
        ("cough", "pain_where_@_back", "pain_where_@_ear"),
        ("cough", "pain_where", "pain_where"),
    )
    cases = [Case(present=["pain_where_@_ear"])] * 200 + [Case(present=["pain_where_@_back"])] * 100
    cases += [Case(present=["cough"])] * 100
    known = design(cases, words, np.array([0.5, 0.5]))
    truth = np.zeros(400, dtype=np.int64)
    found = posterior.learn(known, cases, truth, words, np.zeros(3, np.bool_))
    which = next(i for i, q in enumerate(found.questions) if len(q.columns) == 2)
    wrong = posterior.MISHEARD
    said = [
        0.25 * (1 - wrong) + 0.75 * wrong,
        0.25 * (1 - wrong) + 0.25 * wrong / 2,
        0.50 * (1 - wrong) + 0.25 * wrong / 2,
    ]
    assert found.tables[which][:, 0] == pytest.approx(said, abs=0.002)
    assert found.tables[which].sum(axis=0) == pytest.approx([1, 1])


def test_a_case_speaks_for_ages_around_its_own() -> None:
    """Flu at forty, colds at two: ten years are near at forty and far at two."""
    cases = [Case(age=40.0, present=["fever"])] * 30 + [Case(age=2.0, present=["cough"])] * 30
    known = design(cases, WORDS, np.array([0.5, 0.5]))
    found = posterior.learn(known, cases, np.repeat([0, 1], 30), WORDS, PAST)
    flu, cold = np.exp(found.log_age).T
    assert flu.sum() == pytest.approx(1)
    assert flu[45] > flu[50] > 10 * flu[5]
    assert cold[2] > cold[4] > 10 * cold[12]


def test_nobody_is_younger_than_born() -> None:
    cases = [Case(age=0.1, present=["fever"])] * 30 + [Case(age=30.0, present=["cough"])] * 30
    known = design(cases, WORDS, np.array([0.5, 0.5]))
    found = posterior.learn(known, cases, np.repeat([0, 1], 30), WORDS, PAST)
    assert np.exp(found.log_age[:2, 0]).sum() > 0.9


def test_what_a_record_does_not_list_is_absent() -> None:
    """A no is written down where somebody suspected a yes: half of those say yes, and a fifth of all."""
    cases = [Case(present=["fever"])] * 20 + [Case(absent=["fever"])] * 20 + [Case()] * 60
    known = design(cases, WORDS, np.array([0.5, 0.5]))
    found = posterior.learn(known, cases, np.zeros(100, dtype=np.int64), WORDS, PAST)
    assert found.tables[1][1, 0] == pytest.approx(0.2, abs=0.03)


def test_the_catalogue_counts_as_a_few_cases() -> None:
    """Of forty cases of flu half cough; the catalogue would have it that all do."""
    expected = np.full((3, 2), np.nan)
    expected[0, 0] = 1.0
    known = design(CASES, WORDS, np.array([0.5, 0.5]))
    by_cases = posterior.learn(known, CASES, TRUTH, WORDS, PAST).tables
    told = posterior.learn(known, CASES, TRUTH, WORDS, PAST, expected).tables
    assert told[0][1, 0] == pytest.approx((20 + 10) / (40 + 10), abs=0.03)
    assert told[0][1, 1] == pytest.approx(
        by_cases[0][1, 1], abs=0.01
    )  # nothing is said of the cold
    assert told[1] == pytest.approx(by_cases[1])


def test_a_follow_up_is_expected_among_those_whom_it_follows() -> None:
    """A third of all have pain in the ear, two thirds pain: half of them have it in the ear."""
    words = Vocabulary(
        (Condition("otitis"), Condition("cold")),
        ("pain", "pain_where_@_ear", "pain_where_@_back"),
        ("pain", "pain", "pain"),
    )
    expected = np.array([[2 / 3, np.nan], [1 / 3, np.nan], [np.nan, np.nan]])
    cases = [Case(present=["pain"])] * 2
    known = design(cases, words, np.array([0.5, 0.5]))
    found = posterior.learn(known, cases, np.array([0, 1]), words, np.zeros(3, np.bool_), expected)
    which = next(i for i, q in enumerate(found.questions) if len(q.columns) == 2)
    shares = dict(zip(found.questions[which].columns, found.tables[which][-2:, 0], strict=True))
    assert shares[1] == pytest.approx(0.5, abs=0.1)
    assert shares[2] < 0.1
