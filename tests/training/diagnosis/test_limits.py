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
    assert list(curve) == ["20", "40", "80", "the 2 themselves"]
    assert curve["80"] == pytest.approx((0.75, 1.0))
    assert curve["the 2 themselves"] == (1.0, 1.0)


def test_sets_at_best_hold_what_is_asked_and_no_more() -> None:
    """Four hundred are surely the first of three; of forty more each is likelier another: nine in ten
    of them must be inside, or all where it cannot wait."""
    sure = np.tile([0.8, 0.2 - 1e-9, 0.0], (400, 1))
    chances = np.linspace(0.1, 0.6, 40)
    doubtful = np.column_stack([1 - chances, chances, np.zeros(40)])
    probability, truth = np.vstack([sure, doubtful]), np.repeat([0, 1], [400, 40])
    waits = limits.sets_at_best(probability, truth, np.array([False, False, False]))
    assert 36 <= waits[400:, 1].sum() < 40
    urgent = limits.sets_at_best(probability, truth, np.array([False, True, False]))
    assert urgent[400:, 1].all()
    assert not urgent[:, 2].any()
