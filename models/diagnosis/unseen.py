"""What speaks for and against conditions that no record has shown, as the catalogue has it."""

import numpy as np
from numpy.typing import NDArray

from models.diagnosis.design import Design
from models.diagnosis.familiarity import Familiarity
from models.diagnosis.posterior import LEAST, Posterior
from models.diagnosis.presentation import ages_of, sexes_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def speaking(
    posterior: Posterior, familiar: Familiarity, learned: int, known: Design, local: Floats
) -> Floats:
    """(names, conditions after the first `learned`) log-odds of one case against the average condition
    that records have shown, finding by finding: present ones, earlier conditions (nothing), absent
    ones, age, sex, and `local` (C,)."""
    present, absent = known.present.indices, known.absent.indices
    bare = posterior.start([None], [None])
    there = familiar.given[present]
    if len(present) == 1 and not len(absent) and posterior.plain[present[0]]:
        there = posterior.log_presenting[present]
    said = [
        there,
        np.zeros((known.prior.nnz, len(posterior.log_prior))),
        _denied(familiar, absent, present),
        posterior.start(ages_of(known.person), [None]) - bare,
        posterior.start([None], sexes_of(known.person)) - bare,
        local[None],
    ]
    return against_average(np.vstack(said), learned)


def against_average(scores: Floats, learned: int) -> Floats:
    """Of (N, C) log-scores those after the first `learned`, less the mean of the first."""
    average = scores[:, :learned].mean(axis=1, keepdims=True)
    return np.asarray(scores[:, learned:] - average, dtype=np.float64)


def _denied(familiar: Familiarity, absent: Ints, present: Ints) -> Floats:
    """(absent, C) that each is not there; what it follows is, or nobody knows."""
    behind = familiar.behind[absent]
    unknown = (behind != absent) & ~np.isin(behind, present)
    there = familiar.given[absent] + np.where(unknown[:, None], familiar.given[behind], 0.0)
    return np.asarray(np.log(np.maximum(-np.expm1(there), LEAST)), dtype=np.float64)
