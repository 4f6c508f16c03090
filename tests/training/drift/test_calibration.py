"""A calibration error counts only above what a perfect model would show on as many cases."""

import numpy as np
import pytest

from training.drift.calibration import FEWEST, calibration


def drawn(n: int, seed: int = 0) -> tuple[np.ndarray, np.random.Generator]:
    rng = np.random.default_rng(seed)
    return rng.beta(3, 1, n), rng


@pytest.mark.parametrize("n", [30, 100, 1000])
def test_a_perfect_model_is_steady(n: int) -> None:
    crossed = 0
    for seed in range(60):
        said, rng = drawn(n, seed)
        crossed += calibration("g", said, rng.random(n) < said, seed=seed).level != "steady"
    assert crossed <= 3


def test_a_model_that_promises_too_much_alarms() -> None:
    said, rng = drawn(400)
    found = calibration("g", said, rng.random(400) < said - 0.25)
    assert found.level == "alarm"
    assert found.low is not None
    assert found.high is not None
    assert found.error is not None
    assert found.low < found.error < found.high
    assert found.confidence == pytest.approx(said.mean())


def test_by_hand() -> None:
    found = calibration("g", [0.9] * 50, [True] * 40 + [False] * 10)
    assert found.error == pytest.approx(0.1)
    assert (found.confidence, found.accuracy) == (pytest.approx(0.9), 0.8)


def test_too_few_cases_say_so() -> None:
    found = calibration("g", [0.99] * (FEWEST - 1), [False] * (FEWEST - 1))
    assert (found.level, found.rows, found.error) == ("few", FEWEST - 1, None)
    assert calibration("g", [], []).level == "few"


def test_more_groups_need_more_to_alarm() -> None:
    said, right = [0.8] * 60, [True] * 42 + [False] * 18
    one, many = calibration("g", said, right), calibration("g", said, right, tests=200)
    assert one.floor is not None
    assert many.floor is not None
    assert many.floor > one.floor
