"""What is known of many cases at once says the same as when it is told step by step."""

import numpy as np
import pytest

from models.diagnosis.cases import Case
from models.diagnosis.design import design
from models.diagnosis.evidence import said, weighed
from models.diagnosis.posterior import Posterior
from tests.models.diagnosis.test_asking import (
    ADULT,
    FEVER,
    LEVEL,
    PAIN,
    WHERE,
    WORDS,
    begun,
    clinic,
)


def of(*present: str, absent: tuple[str, ...] = ()) -> np.ndarray:
    case = Case(present=present, absent=absent, age=ADULT[0], sex="F")
    return weighed(clinic(), design([case], WORDS, np.full(3, 1 / 3)))[0]


def start(posterior: Posterior) -> np.ndarray:
    return np.asarray(posterior.start(ADULT, ["F"])[0])


def test_answers_say_what_they_say_one_by_one() -> None:
    posterior, row = clinic(), np.array([0])
    step = begun(posterior)
    step.observe(row, PAIN, np.array([[True]]))
    step.observe(row, LEVEL, np.array([[False, True]]))
    step.observe(row, FEVER, np.array([[False]]))
    told = of("pain", "level_@_9", absent=("fever",)) - start(posterior)
    assert told == pytest.approx(step.scores[0] - posterior.start(ADULT, [None])[0])


def test_who_says_where_it_hurts_has_pain() -> None:
    assert of("where_@_arm", "fever") == pytest.approx(of("pain", "where_@_arm", "fever"))


def test_a_complaint_alone_is_what_the_patient_came_with() -> None:
    posterior = clinic()
    assert of("fever") == pytest.approx(start(posterior) + posterior.log_presenting[5])
    both = of("fever", absent=("pain",))
    tables = posterior.tables[FEVER][1], posterior.tables[PAIN][0]
    assert both == pytest.approx(start(posterior) + np.log(tables[0]) + np.log(tables[1]))


def test_follow_ups_denied_before_their_question_stand_or_fall_with_it() -> None:
    posterior = clinic()
    pain, level, where = (posterior.tables[q] for q in (PAIN, LEVEL, WHERE))
    denied = of("fever", absent=("level_@_9", "where_@_arm"))
    nothing = (1 - level[2]) * (1 - where[0])
    expected = np.log(posterior.tables[FEVER][1]) + np.log(pain[1] * nothing + pain[0])
    assert denied == pytest.approx(start(posterior) + expected)
    whole = of("fever", absent=("level_@_9", "where_@_arm", "pain"))
    expected = np.log(posterior.tables[FEVER][1]) + np.log(pain[0])  # nothing to follow up
    assert whole == pytest.approx(start(posterior) + expected)


def test_cases_do_not_touch_each_other() -> None:
    rng = np.random.default_rng(0)
    present, absent = rng.random((2, 40, 6)) < 0.3
    absent &= ~present
    together = said(clinic(), present, absent)
    alone = [said(clinic(), present[[i]], absent[[i]])[0] for i in range(40)]
    assert together == pytest.approx(np.array(alone))
