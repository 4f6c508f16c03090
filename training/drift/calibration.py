"""Is a probability still as often right as it says? Calibration error with what chance explains.

Measured on few cases, even a perfect model has an error: 30 answers at 70 % show .07. So cases
are drawn as often as the model's own probabilities say (consistency resampling, Broecker and Smith
2007), and only what lies above what those draws show counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from training.drift.levels import CHANCE, Level, level

Floats = NDArray[np.float64]

# No model with more than .05 passes the gates; twice that misleads whoever reads a percentage.
WATCH, ALARM = 0.05, 0.10
FEWEST = 30  # confirmed cases
BINS = 15  # as at training
DRAWS = 300


@dataclass(frozen=True)
class Calibration:
    """`error`: expected calibration error of the best condition, `low` to `high` its 95 % interval
    (bootstrap); `floor`: what a perfect model shows on as many cases, 99 times of 100."""

    group: str
    rows: int
    confidence: float | None
    accuracy: float | None
    error: float | None
    low: float | None
    high: float | None
    floor: float | None
    level: Level


def calibration(
    group: str, confidence: Sequence[float], right: Sequence[bool], tests: int = 1, seed: int = 0
) -> Calibration:
    """confidence: 0..1 of the best condition; right: whether it was the one. `tests`: how many groups
    are looked at together."""
    said, was = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    n = len(said)
    if n < FEWEST:
        return Calibration(group, n, None, None, None, None, None, None, "few")
    which = np.minimum((said * BINS).astype(int), BINS - 1)
    rng = np.random.default_rng(seed)
    error = _error(which, said - was)
    perfect = [_error(which, said - (rng.random(n) < said)) for _ in range(DRAWS)]
    # A normal tail beyond the draws: with 40 hospitals the quantile is one that 300 draws never reach.
    z = float(norm.ppf(1 - CHANCE / max(1, tests)))
    floor = float(np.mean(perfect) + z * np.std(perfect))
    again = [_resampled(which, said - was, rng) for _ in range(DRAWS)]
    low, high = np.quantile(again, [0.025, 0.975])
    return Calibration(
        group=group,
        rows=n,
        confidence=float(said.mean()),
        accuracy=float(was.mean()),
        error=error,
        low=float(low),
        high=float(high),
        floor=floor,
        level=level(error, floor, WATCH, ALARM),
    )


def _error(which: NDArray[np.int64], gap: Floats) -> float:
    """Of cases in bins, `gap` being confidence minus outcome."""
    return float(np.abs(np.bincount(which, gap, BINS)).sum() / len(gap))


def _resampled(which: NDArray[np.int64], gap: Floats, rng: np.random.Generator) -> float:
    rows = rng.integers(0, len(gap), len(gap))
    return _error(which[rows], gap[rows])
