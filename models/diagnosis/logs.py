"""Sums in the log domain, quick for a single case."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def total(scores: Floats) -> Floats:
    """(N,) log of the summed exponentials of (N, C). scipy's `logsumexp` spends a tenth of a millisecond
    on looking at its arguments, which is more than this takes for one case; of thousands it is quicker."""
    return np.asarray(np.logaddexp.reduce(scores, axis=1), dtype=np.float64)
