"""From similarity to a score that means the same for every model: −log10 of the false match rate."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TAIL_PAIRS = 30  # impostor pairs from which the far tail is extrapolated
LARGEST_TAIL = 0.2
KNOTS = 64


@dataclass(frozen=True)
class Calibration:
    """`similarity` (rising) against `score` (rising): the knots of a piecewise linear curve.

    `match_at` and `refer_at` are scores: at or above the first a pair matches, below the second it
    does not, and between them a person looks.
    """

    similarity: tuple[float, ...]
    score: tuple[float, ...]
    match_at: float
    refer_at: float
    impostor_pairs: int

    def scores(self, similarity: NDArray[np.floating]) -> Floats:
        """Cosine similarities to scores. Beyond the last knot, about ten times what the impostor
        pairs can show, only the order is kept: the score rises by at most one more."""
        values = np.asarray(similarity, np.float64)
        inside = np.interp(values, self.similarity, self.score)
        last = self.similarity[-1]
        beyond = np.clip((values - last) / max(1.0 - last, 1e-6), 0.0, 1.0)
        return np.where(values > last, self.score[-1] + beyond, inside)

    def decide(self, score: float) -> str:
        if score >= self.match_at:
            return "match"
        return "refer" if score >= self.refer_at else "no_match"


def calibrate(
    impostor: Sequence[Floats],
    genuine: Floats,
    false_match: float = 1e-3,
    false_non_match: float = 0.02,
) -> Calibration:
    """Fit on pairs of people whom the network did not learn from, in groups of different people.

    The false match rate is the empirical one where there are impostor pairs enough, and beyond that
    an exponential tail (peaks over threshold; Pickands 1975). A pair matches at the score at which
    in no group more than `false_match` of impostors would: pairs of a few people are far from
    independent, and two who look alike can fill the tail. It is refused below the score that
    `false_non_match` of genuine pairs miss.

    Raises ValueError with too few pairs to say anything: 50 impostor and 5 genuine ones.
    """
    ordered = np.sort(np.concatenate(impostor))
    if len(ordered) < 50 or len(genuine) < 5:
        raise ValueError("calibration needs at least 50 impostor and 5 genuine pairs")
    share = min(TAIL_PAIRS / len(ordered), LARGEST_TAIL)
    start = float(np.quantile(ordered, 1 - share))
    excess = float(np.mean(ordered[ordered > start] - start)) if ordered[-1] > start else 1e-3
    body = np.quantile(ordered, 1 - np.logspace(0, np.log10(share), KNOTS))
    deepest = np.log10(10 * len(ordered))
    end = min(start + excess * float(np.log(10)) * (deepest + np.log10(share)), 0.999)
    similarity = np.append(body, max(end, start + 1e-6))
    tail = float(-np.log10(share))
    score = np.append(
        np.linspace(0, tail, KNOTS), tail + (similarity[-1] - start) / excess / np.log(10)
    )
    keep = np.append(True, np.diff(similarity) > 1e-9)
    curve = Calibration(
        tuple(map(float, similarity[keep])), tuple(map(float, score[keep])), 0.0, 0.0, len(ordered)
    )
    strictest = max(float(np.quantile(curve.scores(g), 1 - false_match)) for g in impostor)
    match_at = max(-math.log10(false_match), strictest)
    missed = float(np.quantile(curve.scores(genuine), false_non_match))
    refer_at = float(np.clip(missed, -math.log10(0.5), match_at))
    return replace(curve, match_at=match_at, refer_at=refer_at)
