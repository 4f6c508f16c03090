"""How well faces are verified, and how well the plainest method does on the same pairs.

A pair is genuine (one person) or an impostor's (two people). FMR is the share of impostor pairs at
or above a threshold, FNMR the share of genuine pairs below it (ISO/IEC 19795-1).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Pairs:
    """Similarities (or scores) of all pairs within one set of people."""

    genuine: NDArray[np.float64]
    impostor: NDArray[np.float64]


def pairs(templates: Floats, people: NDArray[np.int64]) -> Pairs:
    """(n, d) templates of length one and (n,) people → cosines of all n(n−1)/2 pairs."""
    upper = np.triu_indices(len(people), 1)
    similarity = np.asarray(templates @ templates.T, np.float64)[upper]
    same = (people[:, None] == people[None, :])[upper]
    return Pairs(similarity[same], similarity[~same])


def together(parts: list[Pairs]) -> Pairs:
    return Pairs(
        np.concatenate([p.genuine for p in parts]), np.concatenate([p.impostor for p in parts])
    )


def det(found: Pairs) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """FMR and FNMR at every threshold that occurs, from the loosest to the strictest."""
    thresholds = np.unique(np.concatenate([found.genuine, found.impostor]))
    impostor, genuine = np.sort(found.impostor), np.sort(found.genuine)
    fmr = 1 - np.searchsorted(impostor, thresholds, "left") / len(impostor)
    fnmr = np.searchsorted(genuine, thresholds, "left") / len(genuine)
    return np.append(fmr, 0.0), np.append(fnmr, 1.0)


def eer(found: Pairs) -> float:
    """Equal error rate: where FMR and FNMR cross."""
    fmr, fnmr = det(found)
    at = int(np.argmin(np.abs(fmr - fnmr)))
    return float((fmr[at] + fnmr[at]) / 2)


def fnmr_at(found: Pairs, fmr: float) -> float:
    """The lowest FNMR at a false match rate of at most `fmr`."""
    false_match, false_non_match = det(found)
    return float(false_non_match[false_match <= fmr].min())


def eigenfaces(
    train: NDArray[np.float64], test: NDArray[np.float64], components: int = 60
) -> NDArray[np.float64]:
    """Turk & Pentland, "Eigenfaces for recognition", 1991: (n, pixels) → templates of `test`.

    Each picture is brought to zero mean and unit length first, which makes it a fairer opponent.
    """

    def level(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return _unit(rows - rows.mean(axis=1, keepdims=True))

    model = PCA(min(components, len(train) - 1), svd_solver="randomized", random_state=0)
    return _unit(model.fit(level(train)).transform(level(test)))


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    length: NDArray[np.float64] = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.maximum(length, 1e-9)
