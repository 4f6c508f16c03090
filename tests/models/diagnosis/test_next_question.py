"""The next question at any point of a consultation, against the same answers given by hand."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from models.diagnosis.asking import Consultations
from models.diagnosis.cases import Case
from models.diagnosis.known import consultation
from tests.behaviour.diagnosis.clinic import trained
from tests.models.diagnosis.test_asking import FEVER, LEVEL, PAIN, WHERE, WORDS, begun, clinic

ROW = np.array([0])
NOBODY: tuple[str, ...] = ()


def known(present: Iterable[str] = NOBODY, absent: Iterable[str] = NOBODY) -> Consultations:
    posterior = clinic()
    return consultation(
        posterior,
        posterior.start([40.0], [None]),
        WORDS.known(present).keys(),
        WORDS.known(absent).keys(),
    )


def by_hand(*answers: tuple[int, list[bool]]) -> Consultations:
    held = begun(clinic())
    for question, values in answers:
        held.observe(ROW, question, np.array([values]))
    return held


def same(one: Consultations, other: Consultations) -> None:
    assert one.probability == pytest.approx(other.probability)
    assert one.gains(ROW) == pytest.approx(other.gains(ROW))


def told(held: Consultations) -> np.ndarray:
    """(C,) log-likelihood of all that was told."""
    return np.asarray(held.scores[0] - begun(clinic()).scores[0])


def test_yes_and_no_are_observed() -> None:
    same(known(["pain"], ["fever"]), by_hand((PAIN, [True]), (FEVER, [False])))
    same(known([], ["pain"]), by_hand((PAIN, [False])))
    same(known(), begun(clinic()))


def test_a_single_complaint_is_what_the_patient_came_with() -> None:
    held = begun(clinic())
    held.present([5])
    same(known(["fever"]), held)
    same(known(["fever", "?"]), held)


def test_one_value_of_one_of_is_the_answer() -> None:
    same(known(["pain", "level_@_9"]), by_hand((PAIN, [True]), (LEVEL, [False, True])))
    same(known(["level_@_9"]), by_hand((LEVEL, [False, True])))


def test_the_second_opinion_knows_what_the_first_does() -> None:
    held = known(["fever", "level_@_9"], ["where_@_belly"])
    named = np.array(WORDS.findings)
    assert set(named[held.said[0]]) == {"fever", "pain", "level_@_9"}  # who has a level has pain
    assert set(named[held.known[0] & ~held.said[0]]) == {"level_@_1", "where_@_belly"}
    assert held.answers.tolist() == [3]  # the level, where, and the pain behind both


def test_no_value_of_one_of_is_none_of_them() -> None:
    both = ["level_@_1", "level_@_9"]
    same(known(["pain"], both), by_hand((PAIN, [True]), (LEVEL, [False, False])))
    same(known([], both), by_hand((LEVEL, [False, False])))


def test_a_value_ruled_out_leaves_the_rest_open() -> None:
    held = known(["pain"], ["level_@_1"])
    table = clinic().tables
    assert told(held) == pytest.approx(np.log(table[PAIN][1]) + np.log(1 - table[LEVEL][1]))
    assert held.gains(ROW)[0, LEVEL] > 0


def test_of_several_values_those_listed_count() -> None:
    table = clinic().tables
    held = known(["pain", "where_@_belly"])
    assert told(held) == pytest.approx(np.log(table[PAIN][1]) + np.log(table[WHERE][1]))
    assert held.gains(ROW)[0, WHERE] == -1
    whole = known(["pain", "where_@_belly"], ["where_@_arm"])
    same(whole, by_hand((PAIN, [True]), (WHERE, [False, True])))
    less = known(["pain"], ["where_@_arm"])
    assert told(less) == pytest.approx(np.log(table[PAIN][1]) + np.log(1 - table[WHERE][0]))
    assert less.gains(ROW)[0, WHERE] > 0


def test_follow_ups_denied_before_the_parent_is_asked_stand_or_fall_with_it() -> None:
    table = clinic().tables
    held = known([], ["level_@_9", "where_@_belly"])
    denied = (1 - table[LEVEL][2]) * (1 - table[WHERE][1])
    pain = table[PAIN][1]
    assert told(held) == pytest.approx(np.log(pain * denied + 1 - pain))
    assert held.gains(ROW)[0, PAIN] > 0
    same(known([], ["pain", "level_@_9"]), by_hand((PAIN, [False])))


def test_a_follow_up_that_is_present_means_its_parent() -> None:
    same(known(["where_@_belly"], ["pain"]), known(["pain", "where_@_belly"]))


def test_present_goes_before_absent() -> None:
    same(known(["pain", "fever"], ["fever"]), known(["pain", "fever"]))


def test_the_order_of_findings_never_matters() -> None:
    first = known(["level_@_9", "pain", "where_@_arm"], ["fever", "where_@_belly"])
    for order in permutations(["level_@_9", "pain", "where_@_arm"]):
        same(first, known(order, ["where_@_belly", "fever"]))


def test_questions_come_best_first_and_what_is_known_is_not_asked() -> None:
    predictor = trained().predictor
    posterior = predictor.posterior
    assert posterior is not None
    case = Case(present=["fever", "?"], absent=["cough", "fever"], age=34.0, sex="F")
    questions = predictor.ask_next(case, 3)
    assert len(questions) == 3
    assert [q.gain for q in questions] == sorted((q.gain for q in questions), reverse=True)
    assert questions[0].gain > 0
    assert not {"fever", "cough"} & {q.question for q in predictor.ask_next(case, 400)}
    by_id = {q.id: q for q in posterior.questions}
    for q in questions:
        columns = by_id[q.question].columns
        assert (q.kind, q.findings) == (
            by_id[q.question].kind,
            tuple(predictor.vocabulary.findings[c] for c in columns),
        )
    assert predictor.ask_next(case, 0) == ()


def test_illness_in_the_district_changes_what_is_asked() -> None:
    predictor = trained().predictor
    believed = replace(predictor, calibration=replace(predictor.calibration, local=1.0))
    case = Case(present=["fever"])
    outbreak = replace(case, local_conditions=["dengue"], local_shares=[1.0])
    assert believed.ask_next(case, 3) != believed.ask_next(outbreak, 3)
    deaf = replace(predictor, calibration=replace(predictor.calibration, local=0.0))
    assert deaf.ask_next(case, 3) == deaf.ask_next(outbreak, 3)


def test_a_model_that_cannot_ask_asks_nothing() -> None:
    predictor = replace(trained().predictor, posterior=None)
    assert predictor.ask_next(Case(present=["fever"]), 3) == ()
