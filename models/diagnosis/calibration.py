"""Calibration, prediction sets and urgency, all by how much is known of a case.

A probability from two findings and one from twenty go wrong in different ways, so the temperature
depends on the number of known findings, and thresholds are chosen for bins of it.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

from models.diagnosis.design import Design

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Doctors ask after what they suspect, so in records an absence goes with the condition it speaks
# against, and validation would believe none. A recorded absence must never count for nothing.
LEAST_ABSENT = 0.1
ROUNDING = 1e-9  # 100 × (1 − 0.9) is 9.999…98
ENOUGH_MISSED = 2  # cases that a condition's own threshold is to leave out: fewer say nothing
KNOTS = (1, 3, 8, 20)  # numbers of known findings between which the temperature is a line


@dataclass(frozen=True)
class Calibration:
    """score = (linear + absent · A + local · L) / temperature(findings known).

    temperatures: logarithms at KNOTS findings, straight lines between them on a log scale, level
    outside. `absent` and `local` say how far absences and the district's activity are believed, and
    `presented` how far the posterior is (0 not at all, 1 alone) on a first complaint.
    """

    temperatures: tuple[float, ...] = (0.0,) * len(KNOTS)
    absent: float = 1.0
    local: float = 0.0
    presented: float = 0.0

    def temperature(self, evidence: Ints) -> Floats:
        """(N,) for (N,) counts of known findings."""
        logs = np.interp(np.log1p(evidence), np.log1p(KNOTS), self.temperatures)
        return np.asarray(np.exp(logs), dtype=np.float64)

    def scores(self, linear: Floats, absent: Floats, local: Floats, evidence: Ints) -> Floats:
        """(N, conditions) from the three parts, each (N, conditions)."""
        mixed = linear + self.absent * absent + self.local * local
        return np.asarray(mixed / self.temperature(evidence)[:, None], dtype=np.float64)


def fit_calibration(
    linear: Floats, absent: Floats, local: Floats, evidence: Ints, truth: Ints
) -> Calibration:
    """The numbers that minimise log-loss on validation cases; a weak pull to the neutral ones."""
    rows = np.arange(len(truth))

    def calibration(parameters: Floats) -> Calibration:
        *temperatures, believed_absent, believed_local = (float(value) for value in parameters)
        return Calibration(tuple(temperatures), believed_absent, believed_local)

    def loss(parameters: Floats) -> float:
        scores = calibration(parameters).scores(linear, absent, local, evidence)
        pull = ((parameters - neutral) ** 2).sum() / len(truth)
        return float(-log_softmax(scores, axis=1)[rows, truth].mean() + pull)

    neutral = np.array([*(0.0 for _ in KNOTS), 1.0, 0.5])
    bounds = [*((-1.0, 1.5) for _ in KNOTS), (LEAST_ABSENT, 1.5), (0.0, 1.5)]
    found = minimize(loss, neutral, method="L-BFGS-B", bounds=bounds, options={"maxiter": 40})
    return calibration(found.x)


@dataclass(frozen=True)
class Thresholds:
    """Per bin of known findings: edges[i] <= findings < edges[i + 1], the last bin is open.

    in_set: lowest probability with which each condition stays in the prediction set, or one for all
    of them; urgent: lowest probability of urgent conditions together that raises the flag. presenting:
    as in_set, of a case of which one of the `complaints` (columns) is known and nothing else: patients
    come with those, and any other finding alone says more or less. familiar: what findings that go
    together reach at least, in nats (`familiarity`); nothing is strange to a model without it.
    """

    edges: tuple[int, ...]
    in_set: tuple[float | tuple[float, ...], ...]
    urgent: tuple[float, ...]
    complaints: tuple[int, ...] = ()
    presenting: tuple[float, ...] = ()
    familiar: tuple[float, ...] = ()

    def lowest(self, known: Design) -> Floats:
        """(N, conditions), or (N, 1) where one threshold is for all."""
        found = self._in_set[self.bins(known.evidence)]
        if found.ndim == 1:
            return found[:, None]
        if self.presenting:
            alone = (known.evidence == 1) & (np.diff(known.absent.indptr) == 0)
            rows = np.flatnonzero(alone)
            came_with = known.present[rows].indices
            found[rows[np.isin(came_with, self.complaints)]] = self.presenting
        return found

    @cached_property
    def _in_set(self) -> Floats:
        """`in_set` as (bins, conditions), or (bins,)."""
        return np.array(self.in_set, dtype=np.float64)

    def bins(self, evidence: Ints) -> Ints:
        """(N,) bin of each count; fewer than the first edge falls into the first bin."""
        return np.maximum(np.searchsorted(self.edges, evidence, side="right") - 1, 0)


def evidence_edges(evidence: Ints, smallest: int) -> tuple[int, ...]:
    """Lower edges of bins with at least `smallest` cases each, as fine as that allows."""
    edges, filled = [1], 0
    for count in range(1, int(evidence.max(initial=1)) + 1):
        if filled >= smallest and (evidence >= count).sum() >= smallest:
            edges.append(count)
            filled = 0
        filled += int((evidence == count).sum())
    return tuple(edges)


def set_threshold(truth_probability: Floats, coverage: float) -> float:
    """Split conformal, least ambiguous sets (Sadinle, Lei, Wasserman 2019): the probability that
    the truth reaches in at least `coverage` of exchangeable cases; 0 where too few to say."""
    n = len(truth_probability)
    rank = int((n + 1) * (1 - coverage) + ROUNDING)
    return float(np.sort(truth_probability)[rank - 1]) if rank >= 1 else 0.0


def class_thresholds(
    reached: Floats,
    truth: Ints,
    urgent: NDArray[np.bool_],
    coverage: float,
    least: float,
    urgent_coverage: float,
) -> tuple[float, ...]:
    """A threshold a condition: `coverage` of all cases, `least` of those of each condition that has
    cases enough to tell, `urgent_coverage` of those that cannot wait together.

    reached: (N,) what the truth got; truth: (N,) rows, -1 for a condition that training never saw;
    urgent: (C,). A condition's threshold is its own or the common one, whichever is lower; the common
    one is as high as the coverage of all cases allows. Where too few cases tell of a condition it
    gets what would be common if no condition had its own.
    """
    own = np.full(len(urgent), np.inf)
    truly = (truth >= 0) & urgent[truth]
    if truly.any():
        own[urgent] = set_threshold(reached[truly], urgent_coverage)
    for row in np.unique(truth[truth >= 0]):
        of_it = reached[truth == row]
        if len(of_it) * (1 - least) >= ENOUGH_MISSED:
            own[row] = min(own[row], set_threshold(of_it, least))
    covered = reached >= np.where(truth >= 0, own[truth], np.inf)
    wanted = int(np.ceil((len(reached) + 1) * coverage - ROUNDING)) - int(covered.sum())
    rest = np.sort(reached[~covered])[::-1]
    if wanted > len(rest):
        return (0.0,) * len(urgent)
    plain = set_threshold(reached, coverage)
    common = float(rest[wanted - 1]) if wanted > 0 else 1.0
    lowest = np.where(np.isfinite(own), np.minimum(own, max(common, plain)), plain)
    return tuple(float(value) for value in lowest)


def urgent_threshold(
    urgent_probability: Floats,
    truly: NDArray[np.bool_],
    sensitivity: float,
    span: tuple[float, float],
) -> float:
    """The highest threshold that flags `sensitivity` of the truly urgent, kept within `span`.

    The lower end keeps the flag worth reading, the upper end keeps it safe where few were urgent.
    """
    low, high = span
    positives = np.sort(urgent_probability[truly])
    if not len(positives):
        return low
    missed = int(len(positives) * (1 - sensitivity) + ROUNDING)
    return float(np.clip(positives[missed], low, high))
