"""What the catalogue expects of a condition that no record has shown, reckoned by hand."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.diagnosis.cases import Case
from models.diagnosis.design import design
from models.diagnosis.posterior import YEARS, Posterior
from models.diagnosis.vocabulary import Condition, Vocabulary
from tests.behaviour.diagnosis.catalogue import dictionary, rabies, with_rabies, without
from training.diagnosis import frame, posterior, unseen
from training.diagnosis.generated import generate
from training.diagnosis.widening import widen, with_unseen

FLU = Vocabulary((Condition("flu"), Condition("cold")), ("cough", "fever"), ("cough", "fever"))
CASES = [Case(present=["fever"], age=30.0, sex="F")] * 30 + [Case(present=["cough"], age=3.0)] * 10
TRUTH = np.array([0] * 30 + [1] * 10)


def book(**told: Any) -> pd.DataFrame:
    """code = (findings, rate) of conditions."""
    rows = [
        {"code": code, "kind": "condition", "detail": json.dumps({"findings": f, "rate": rate})}
        for code, (f, rate) in told.items()
    ]
    return pd.DataFrame(rows)


def rows(month: int = 1) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "patient_id": range(len(CASES)),
            "age": [case.age for case in CASES],
            "sex": [case.sex for case in CASES],
            "present": [list(case.present) for case in CASES],
            "condition": np.array(["flu", "cold"])[TRUTH],
            "event_timestamp": pd.Timestamp(2026, month, 5, tz="UTC"),
        }
    )


def expected(told: pd.DataFrame, month: int = 1) -> unseen.Expected:
    words = unseen.widened(FLU, told)
    assert words.unseen_conditions == 1
    return unseen.expected(words, rows(month), TRUTH, told)


def plague(**rate: Any) -> pd.DataFrame:
    return book(
        flu=({"fever": 0.9}, {"per_thousand": 3}),
        cold=({"cough": 0.8}, {"per_thousand": 1}),
        plague=({"bubo": 0.7, "fever": 0.9, "rash": 0}, {"per_thousand": 0.4, **rate}),
    )


def test_a_dictionary_without_frequencies_changes_nothing() -> None:
    found = without().predictor
    train = generate(50)[0]
    args = train, frame.cases_of(train), np.zeros(len(train), dtype=np.int64)
    assert with_unseen(found, *args, dictionary()) is found
    assert with_unseen(found, *args, dictionary({"code": "x", "kind": "condition"})) is found
    assert "by_catalogue" not in str(without().metrics)
    assert "no record has shown" not in without().card


def test_the_vocabulary_gains_conditions_and_their_findings() -> None:
    words = unseen.widened(FLU, plague())
    assert [c.code for c in words.conditions] == ["flu", "cold", "plague"]
    assert words.findings == ("cough", "fever", "bubo")  # what is never met is no finding of it
    assert (words.learned_conditions, words.learned_findings) == (2, 2)


def test_visitors_would_have_come_of_it_as_its_rate_has_it() -> None:
    """Forty came of what has a rate of 4 together; of 0.4, four are to be expected. None came: of 4.5
    cases' worth half a case is believed."""
    assert expected(plague()).cases == pytest.approx([4 * 0.5 / (0.5 + 4)])


def test_who_comes_is_by_age_and_sex() -> None:
    of_children = plague(ages_from=[0, 5], ages=[4.0, 0.0])
    found = expected(of_children)
    assert found.cases == pytest.approx([4 * 0.5 / 4.5])  # 10 children, four times as likely
    assert found.ages[np.digitize(3, YEARS), 0] == pytest.approx(1)
    of_men = expected(plague(female=0.0))  # ten are of unknown sex
    assert of_men.cases == pytest.approx([1 * 0.5 / 1.5])


def test_out_of_season_its_absence_says_little() -> None:
    winter, summer = [0.1] + [1.0] * 11, [2.0] + [1.0] * 11
    assert expected(plague(months=winter)).cases == pytest.approx([4 * 0.5 / (0.5 + 0.4)])
    assert expected(plague(months=summer)).cases == pytest.approx([4 * 0.5 / (0.5 + 8)])


def test_without_rates_what_was_seen_once_tells_how_often_something_new_comes() -> None:
    bare = book(plague=({"bubo": 0.7}, None))
    assert expected(bare).cases == pytest.approx([0.5])
    words = unseen.widened(FLU, pd.concat([bare, book(a=({"x": 1}, {}), b=({"x": 1}, {}))]))
    assert unseen.expected(words, rows(), TRUTH, bare).cases == pytest.approx([1 / 3] * 3)


def widened() -> tuple[Posterior, Posterior]:
    told, nan = plague(), np.nan
    words = unseen.widened(FLU, told)
    first = posterior.learn(
        design(CASES, FLU, np.full(2, 0.5)), CASES, TRUTH, FLU, np.zeros(2, dtype=np.bool_)
    )
    share = np.array([[nan, 0.8, nan], [0.9, nan, 0.9], [nan, nan, 0.7]])
    past, hope = np.zeros(3, dtype=np.bool_), unseen.expected(words, rows(), TRUTH, told)
    known = design(CASES, words, np.full(3, 1 / 3))
    return first, widen(first, known, CASES, TRUTH, words, past, share, hope, frozenset())


def test_what_it_does_not_name_is_as_frequent_as_with_others_that_do_not() -> None:
    """Nobody with the flu coughs, all with the cold do, and only the cold's entry names a cough: what a
    quarter of all have would explain whatever the known ones do not."""
    _, wide = widened()
    heard = posterior.MISHEARD
    assert wide.tables[0][1, 2] == pytest.approx(heard, abs=0.01)  # as of the flu, and no quarter
    assert wide.tables[1][1, 2] == pytest.approx(0.9, abs=0.06)
    told = 0.7 * 10 / 10.5
    assert wide.tables[2][1, 2] == pytest.approx((1 - heard) * told + heard * (1 - told), abs=0.01)


def test_what_was_known_stays() -> None:
    first, wide = widened()
    for before, after in zip(first.tables, wide.tables, strict=False):
        np.testing.assert_array_equal(before, after[:, :2])
    np.testing.assert_array_equal(first.log_presenting, wide.log_presenting[:2, :2])
    np.testing.assert_array_equal(first.log_age, wide.log_age[:, :2])
    for table in (wide.tables[0], np.exp(wide.log_age), np.exp(wide.log_sex)):
        assert table.sum(axis=0) == pytest.approx(np.ones(3))
    assert np.exp(wide.log_presenting[:, 2]).sum() == pytest.approx(1)


def test_questions_with_several_answers_that_are_new_can_be_asked() -> None:
    told = book(plague=({"spots_@_red": 0.5, "spots_@_blue": 0.5}, None))
    told = pd.concat([told, pd.DataFrame([{"code": "spots", "detail": '{"answer": "many"}'}])])
    words = unseen.widened(FLU, told)
    first = posterior.learn(
        design(CASES, FLU, np.full(2, 0.5)), CASES, TRUTH, FLU, np.zeros(2, dtype=np.bool_)
    )
    share = np.full((4, 3), np.nan)
    share[2:, 2] = 0.5
    hope = unseen.expected(words, rows(), TRUTH, told)
    known, past = design(CASES, words, np.full(3, 1 / 3)), np.zeros(4, dtype=np.bool_)
    many = frozenset({"spots"})
    wide = widen(first, known, CASES, TRUTH, words, past, share, hope, many)
    assert wide.questions[-1].kind == "any_of"
    assert wide.common[-1].sum(axis=1).tolist() == [0, 1, 1]
    assert wide.alone.gain(np.full((1, 3), 1 / 3))[0, -1] > 0.05


def test_the_card_and_the_figures_count_them() -> None:
    assert with_rabies().metrics["conditions_by_catalogue"] == 1
    assert "1 of\nthem no record has shown" in with_rabies().card


def test_a_rabies_that_came_is_learned_like_anything_else() -> None:
    words = without().predictor.vocabulary
    assert unseen.widened(words, dictionary(rabies())).unseen_conditions == 1
    seen = Vocabulary((*words.conditions, Condition("rabies")), words.findings, words.families)
    assert unseen.widened(seen, dictionary(rabies())).unseen_conditions == 0


def test_its_threshold_is_that_of_which_too_few_cases_tell() -> None:
    """Not that of what cannot wait, which is as low as to hold nearly all of it."""
    model = with_rabies().predictor
    row = model.vocabulary.condition_row
    thresholds = np.array([*model.thresholds.in_set, model.thresholds.presenting])
    urgent, rabies_ = thresholds[:, row["heart_attack"]], thresholds[:, row["rabies"]]
    assert (rabies_ >= urgent).all()
    assert (rabies_ > urgent).any()
