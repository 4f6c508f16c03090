import math

import pytest

from training.gates import GATES, Gate, judge

GOOD = {
    "top1": 0.9,
    "top1_prevalence": 0.2,
    "log_loss": 0.3,
    "log_loss_prevalence": 2.0,
    "ece": 0.02,
    "coverage": 0.95,
}


def test_a_good_model_becomes_champion() -> None:
    assert judge("diagnosis", GOOD).promoted


@pytest.mark.parametrize("name", sorted(GOOD))
def test_every_figure_must_be_measured(name: str) -> None:
    verdict = judge("diagnosis", {k: v for k, v in GOOD.items() if k != name})
    assert not verdict.promoted
    assert any(name in reason for reason in verdict.reasons)


def test_nan_never_passes() -> None:
    assert not judge("diagnosis", {**GOOD, "ece": math.nan}).promoted
    assert not judge("diagnosis", {**GOOD, "top1_prevalence": math.nan}).promoted


def test_a_model_no_better_than_its_baseline_is_refused() -> None:
    verdict = judge("diagnosis", {**GOOD, "top1": 0.2})
    assert not verdict.promoted
    assert "top1_prevalence" in verdict.reasons[0]


def test_bounds_hold_on_the_right_side() -> None:
    assert Gate("x", at_most=1.0).failure({"x": 1.0}) is None
    assert Gate("x", at_most=1.0).failure({"x": 1.01})
    assert Gate("x", at_least=1.0).failure({"x": 1.0}) is None
    assert Gate("x", at_least=1.0).failure({"x": 0.99})


def test_a_worse_model_on_the_same_data_does_not_replace_the_champion() -> None:
    worse = {**GOOD, "log_loss": 0.4}
    assert not judge("diagnosis", worse, champion=GOOD, same_data=True).promoted
    assert judge("diagnosis", worse, champion=GOOD, same_data=False).promoted


def test_retraining_may_move_a_figure_a_little() -> None:
    assert judge("diagnosis", {**GOOD, "log_loss": 0.303}, champion=GOOD, same_data=True).promoted


def test_every_capability_is_measured_against_a_baseline() -> None:
    for gates in GATES.values():
        assert any(gate.above or gate.below for gate in gates)
