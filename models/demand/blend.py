"""How much each member of the ensemble counts, chosen on a stretch of time held back for it."""

import numpy as np
from numpy.typing import NDArray

from models.demand.panel import Panel
from models.demand.quantiles import QUANTILES, pinball

Array = NDArray[np.float64]
Weights = dict[str, dict[str, float]]  # group -> member -> share, adding up to 1

GROUPS = ("smooth", "intermittent")
INTERMITTENT = 0.3  # a series with a larger share of zeros than this
ROUNDS = 20
FEW = 20  # with fewer series than this in a group, all series choose together


def group_of(panel: Panel) -> NDArray[np.int64]:
    """[N] index into GROUPS."""
    known = np.maximum(panel.known(), 1)
    rare = (panel.values == 0).sum(axis=1) / known > INTERMITTENT
    return np.asarray(rare.astype(np.int64))


def choose(
    y: Array, members: dict[str, Array], groups: NDArray[np.int64], prior: dict[str, float]
) -> Weights:
    """Shares per group. y [N, H], members name -> quantiles [N, H, Q], prior what to lean to.

    Greedy forward selection with replacement (Caruana et al. 2004) on the mean of two losses: one
    pooled, where large series decide, one where every series counts the same. The shares are
    halfway between what was selected and the prior, less so the more series there are.
    """
    whole = _select(y, members, prior)
    out = {}
    for index, group in enumerate(GROUPS):
        mine = groups == index
        enough = FEW <= mine.sum() < len(y)
        out[group] = (
            _select(y[mine], {m: q[mine] for m, q in members.items()}, prior) if enough else whole
        )
    return out


def mix(weights: Weights, members: dict[str, Array], groups: NDArray[np.int64]) -> Array:
    """Weighted mean of members [N, ...] by the share of each series' group."""
    total = np.zeros_like(next(iter(members.values())))
    for name, value in members.items():
        share = np.array([weights[g].get(name, 0.0) for g in GROUPS])[groups]
        total += value * share.reshape((-1,) + (1,) * (value.ndim - 1))
    return total


def _select(y: Array, members: dict[str, Array], prior: dict[str, float]) -> dict[str, float]:
    known = np.isfinite(y)
    if not known.any() or not np.nansum(y) > 0:
        return _normal({m: prior.get(m, 0.0) for m in members})
    size = np.nansum(y, axis=1) / np.maximum(known.sum(axis=1), 1)
    weight = _cell_weight(size, known)
    names = list(members)
    counts = dict.fromkeys(names, 0)
    running = np.zeros_like(members[names[0]])
    for taken in range(ROUNDS):
        losses = [
            float(np.nansum(pinball(y, (running + members[n]) / (taken + 1)) * weight[..., None]))
            for n in names
        ]
        best = names[int(np.argmin(losses))]
        counts[best] += 1
        running += members[best]
    trust = len(y) / (len(y) + FEW)
    base = _normal({m: prior.get(m, 0.0) for m in members})
    return {m: trust * counts[m] / ROUNDS + (1 - trust) * base[m] for m in names}


def _cell_weight(size: Array, known: NDArray[np.bool_]) -> Array:
    """[N, H]: half the pooled loss, half the loss in units of each series' own size."""
    floor = 0.1 * size[size > 0].mean()
    own = 1.0 / np.maximum(size, floor)
    pooled = 1.0 / size.mean()
    scale = len(QUANTILES) * known.sum()
    return np.asarray((0.5 * pooled + 0.5 * own / (own * size).mean())[:, None] * known / scale)


def _normal(shares: dict[str, float]) -> dict[str, float]:
    total = sum(shares.values())
    return {m: s / total if total else 1 / len(shares) for m, s in shares.items()}
