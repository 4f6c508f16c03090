"""One answer ahead: what a question would tell of which conditions belong into the differential.

The network is asked once for every answer that is probable enough; how much surer of all conditions
it would be is what the question tells. Too dear for every question of everybody, so that it is done
for the few of which the answer is least certain, once the condition itself is settled.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.diagnosis.network import Network
from models.diagnosis.outcomes import Outcomes
from models.diagnosis.posterior import Posterior

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CANDIDATES = 16  # questions a consultation that are looked at
RARE = 0.02  # a rarer answer is not looked at
BATCH = 128  # consultations in memory at once


@dataclass(frozen=True)
class Seen:
    """What N consultations know: said, known: (N, findings) present, and answered; person: (N, columns)
    of the design matrix; belongs: (N, conditions it has learned) what the network makes of it."""

    said: Bools
    known: Bools
    person: Floats
    belongs: Floats

    def take(self, rows: Ints) -> "Seen":
        return Seen(self.said[rows], self.known[rows], self.person[rows], self.belongs[rows])


def told(
    network: Network,
    posterior: Posterior,
    seen: Seen,
    probability: Floats,
    open_: Bools,
    after_parent: Bools,
) -> Floats:
    """(N, questions) nats expected of the least certain questions; -1 for the others. probability:
    (N, C) of the conditions; open_, after_parent: (N, questions) which may be asked, and of which the
    question behind them is answered with yes."""
    uncertain = np.where(
        after_parent,
        posterior.after_parent.uncertainty(probability),
        posterior.alone.uncertainty(probability),
    )
    uncertain = np.where(open_, uncertain, -1.0)
    rank = np.argsort(np.argsort(-uncertain, axis=1, kind="stable"), axis=1)
    chosen = (rank < CANDIDATES) & (uncertain > 0)
    gains = np.full(chosen.shape, -1.0)
    for start in range(0, len(chosen), BATCH):
        rows = np.arange(start, min(start + BATCH, len(chosen)))
        some = seen.take(rows)
        left, weight = np.zeros((2, len(rows), chosen.shape[1]))
        for outcomes, asked in (
            (posterior.alone, chosen[rows] & ~after_parent[rows]),
            (posterior.after_parent, chosen[rows] & after_parent[rows]),
        ):
            _look(network, outcomes, some, probability[rows], asked, left, weight)
        before = _doubt(some.belongs)[:, None]
        looked = weight > 0
        gains[rows] = np.where(looked, before - left / np.where(looked, weight, 1.0), -1.0)
    return np.where(chosen, np.maximum(gains, 0.0), -1.0)


def _look(
    network: Network,
    outcomes: Outcomes,
    seen: Seen,
    probability: Floats,
    asked: Bools,
    left: Floats,
    weight: Floats,
) -> None:
    """Add to `left` (n, questions) the doubt after each answer, times how probable the answer is, and
    that to `weight`."""
    share = probability @ outcomes.likelihood.T
    row, answer = np.nonzero(asked[:, outcomes.question] & (share >= RARE))
    if not len(row):
        return
    question = outcomes.question[answer]
    said = seen.said[row] | outcomes.said[answer]
    known = seen.known[row] | outcomes.decides[question]
    nothing = np.zeros((len(row), network.config.priors))
    _, belongs = network.of(said, known, nothing, seen.person[row])
    np.add.at(left, (row, question), share[row, answer] * _doubt(belongs))
    np.add.at(weight, (row, question), share[row, answer])


def _doubt(belongs: Floats) -> Floats:
    """(N,) nats: entropy of whether each condition belongs, summed over conditions."""
    p = np.clip(belongs, 1e-9, 1 - 1e-9)
    return np.asarray(-(p * np.log(p) + (1 - p) * np.log1p(-p)).sum(axis=1))
