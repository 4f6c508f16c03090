"""Two opinions as one, by how much is known: a logarithmic pool, each opinion to a power of its own.

The powers are chosen on validation cases; where they add up to less than one they soften as well,
so that the pool is calibration too. Logarithmic pools: Genest and Zidek 1986, Statistical Science.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from models.diagnosis.logs import total

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Blend:
    """Powers of the first and the second opinion at `knots` known things, straight lines between them
    on a log scale, level outside."""

    knots: tuple[int, ...]
    first: tuple[float, ...]
    second: tuple[float, ...]

    def scores(self, first: Floats, second: Floats, count: Ints) -> Floats:
        """(N, C) from log-probabilities (N, C) each, and how much is known of each case (N,)."""
        between = _between(self.knots, count)
        own, other = between @ np.array(self.first), between @ np.array(self.second)
        return np.asarray(own[:, None] * first + other[:, None] * second, dtype=np.float64)


def carried(learned: Floats, counts: Floats) -> Floats:
    """(N, C) log-scores: those of the first conditions as `learned` has them, (N, fewer), and of the
    rest with the odds that the posterior's scores `counts` (N, C) give them against those."""
    first = learned.shape[1]
    if first == counts.shape[1]:
        return learned
    level = total(learned) - total(counts[:, :first])
    return np.hstack([learned, counts[:, first:] + level[:, None]])


def fit_blend(
    first: Floats, second: Floats, count: Ints, truth: Ints, knots: tuple[int, ...]
) -> Blend:
    """The powers that lose least on validation cases; truth: (N,) rows, all known to training."""
    between, n = _between(knots, count), len(truth)
    rows = np.arange(n)

    def loss(powers: Floats) -> tuple[float, Floats]:
        own, other = between @ powers[: len(knots)], between @ powers[len(knots) :]
        scores = own[:, None] * first + other[:, None] * second
        wrong = softmax(scores, axis=1)
        wrong[rows, truth] -= 1
        slope = [between.T @ (wrong * side).sum(axis=1) / n for side in (first, second)]
        pull = (powers - neutral) / n
        lost = -log_softmax(scores, axis=1)[rows, truth].mean() + (pull * (powers - neutral)).sum()
        return float(lost), np.concatenate(slope) + 2 * pull

    neutral = np.full(2 * len(knots), 0.5)
    bounds = [(0.0, 2.0)] * len(neutral)
    found = minimize(loss, neutral, jac=True, method="L-BFGS-B", bounds=bounds).x
    powers = [float(value) for value in found]
    return Blend(knots, tuple(powers[: len(knots)]), tuple(powers[len(knots) :]))


def _between(knots: tuple[int, ...], count: Ints) -> Floats:
    """(N, knots) shares of the knots on either side of each count; rows sum to 1."""
    at = np.log1p(np.asarray(knots, dtype=np.float64))
    where = np.log1p(np.asarray(count, dtype=np.float64))
    return np.column_stack([np.interp(where, at, unit) for unit in np.eye(len(knots))])
