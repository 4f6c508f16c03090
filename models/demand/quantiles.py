"""The quantiles every forecast has, and the two things done with them: score and blend."""

import numpy as np
from numpy.typing import NDArray

QUANTILES = (0.025, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.975)
MEDIAN = QUANTILES.index(0.5)

Array = NDArray[np.float64]


def pinball(y: Array, quantiles: Array) -> Array:
    """y [...], quantiles [..., Q] -> [..., Q]; NaN where y is unknown."""
    miss = y[..., None] - quantiles
    level = np.asarray(QUANTILES)
    return np.maximum(level * miss, (level - 1) * miss)


def weighted_quantile_loss(y: Array, quantiles: Array) -> float:
    """2 * pinball / sum |y|, pooled over all known periods and averaged over the quantiles."""
    total = float(np.nansum(np.abs(y)))
    loss = 2 * float(np.nansum(pinball(y, quantiles))) / len(QUANTILES)
    return loss / total if total > 0 else float(loss > 0)


def mean_of(quantiles: Array) -> Array:
    """The mean of the distribution with these quantiles [..., Q], linear between them -> [...]."""
    level = np.asarray(QUANTILES)
    inner = 0.5 * (quantiles[..., 1:] + quantiles[..., :-1]) * np.diff(level)
    ends = quantiles[..., 0] * level[0] + quantiles[..., -1] * (1 - level[-1])
    return np.asarray(inner.sum(axis=-1) + ends)
