"""What chance alone makes of a figure."""

import numpy as np
import pytest

from models.diagnosis.cases import Case
from models.diagnosis.design import design
from tests.training.diagnosis.test_posterior import CASES, PAST, TRUTH, WORDS
from training.diagnosis import limits


def test_who_is_certain_and_right_has_no_error_by_chance() -> None:
    assert limits.calibration_by_chance(np.eye(3)[[0, 1, 2, 2]], seed=0) == 0


def test_the_error_by_chance_is_that_of_a_share_of_so_many() -> None:
    """Of 400 tosses the share of heads is 0.02 off one half on average: half a normal's spread."""
    tosses = np.full((400, 2), 0.5) + np.array([1e-6, -1e-6])
    spread = np.sqrt(0.25 / 400) * np.sqrt(2 / np.pi)
    assert limits.calibration_by_chance(tosses, seed=1) == pytest.approx(spread, rel=0.4)


def test_every_complaint_of_a_patient_weighs_alike() -> None:
    """Who has cough and fever is taken for a cold by the one and for flu by the other."""
    prevalence = np.array([0.5, 0.5])
    learned = design(CASES, WORDS, prevalence), CASES, TRUTH
    cases = [Case(present=["cough", "fever"]), Case(present=["fever"])]
    held = design(cases, WORDS, prevalence), cases, np.array([0, 0])
    curve = limits.presenting_curve(learned, held, WORDS, PAST, seed=0)
    assert list(curve) == [20, 40, 80]
    assert curve[80] == pytest.approx((0.75, 1.0))
