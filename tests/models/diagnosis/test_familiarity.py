"""Findings that go together, reckoned by hand, and those that go together nowhere."""

from dataclasses import replace

import numpy as np
import pytest

from models.diagnosis.cases import Case, Reason
from models.diagnosis.design import Design, design
from models.diagnosis.familiarity import NEVER, Familiarity, least_familiar
from tests.behaviour.diagnosis.clinic import trained
from tests.models.diagnosis.test_asking import FEVER, LEVEL, PAIN, WORDS, clinic


def seen(*present: str) -> Design:
    return design([Case(present=present)], WORDS, np.full(3, 1 / 3))


def nats(*present: str) -> float:
    return float(Familiarity.of(clinic()).nats(seen(*present))[0])


def test_one_finding_alone_goes_together_with_itself() -> None:
    assert nats("fever") == pytest.approx(0)
    assert nats("level_@_9") == pytest.approx(nats("pain", "level_@_9"))  # a level is of a pain
    assert nats("pain", "level_@_9") == pytest.approx(0)


def test_two_findings_are_weighed_against_each_by_itself() -> None:
    share, tables = np.array([0.2, 0.3, 0.5]), clinic().tables
    pain, fever = tables[PAIN][1], tables[FEVER][1]
    by_hand = (share @ (pain * fever)) / ((share @ pain) * (share @ fever))
    assert nats("pain", "fever") == pytest.approx(np.log(by_hand))
    assert by_hand > 1
    level = tables[LEVEL][2]
    of_pain = share * pain / (share @ pain)
    both = (share @ (pain * level * fever)) / ((share @ pain) * (of_pain @ level) * (share @ fever))
    assert nats("level_@_9", "fever") == pytest.approx(np.log(both))


def test_the_least_is_what_all_but_a_share_reach() -> None:
    values = np.arange(999.0)
    assert least_familiar(values, 0.005) == pytest.approx(4)
    assert least_familiar(values[:100], 0.005) == NEVER


def test_the_findings_of_two_illnesses_fit_none() -> None:
    """Half of a heart attack and half of a migraine, which no patient of the clinic ever had."""
    model = trained().predictor
    assert model.thresholds.familiar
    both = ["chest_pain", "sweating", "light_hurts", "nausea", "eye_pain", "wheeze"]
    [answer] = model.predict([Case(present=both, age=60.0)])
    assert (answer.abstained, answer.reason) == (True, Reason.STRANGE)
    [usual] = model.predict([Case(present=["chest_pain", "sweating"], age=60.0)])
    assert usual.reason is not Reason.STRANGE
    before = replace(model, thresholds=replace(model.thresholds, familiar=()))
    [old] = before.predict([Case(present=both, age=60.0)])
    assert old.reason is not Reason.STRANGE  # a model of an earlier version
