"""What a figure can be at best on the patients held back: by chance alone, and by what is learned from."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.diagnosis.calibration import class_thresholds
from models.diagnosis.cases import Case
from models.diagnosis.design import Design
from models.diagnosis.posterior import Posterior
from models.diagnosis.vocabulary import Vocabulary
from training.diagnosis import evaluate, partial, posterior

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DRAWS = 20
SHARES = (0.25, 0.5, 1.0)
# What is asked of sets: coverage of all cases, of each condition, of what cannot wait.
ASKED_OF_SETS = (0.94, 0.90, 0.99)


def calibration_by_chance(probability: Floats, seed: int) -> float:
    """The calibration error of (N, C) probabilities that are exactly right: truths are drawn from them.
    It is above nil, for in a bin of a few hundred patients shares vary."""
    rng = np.random.default_rng(seed)
    edges = probability.cumsum(axis=1)
    errors = []
    for _ in range(DRAWS):
        drawn = (edges < rng.random((len(edges), 1)) * edges[:, -1:]).sum(axis=1)
        errors.append(evaluate.ranking(probability, drawn)["ece"])
    return float(np.mean(errors))


def presenting_curve(
    learned: tuple[Design, Sequence[Case], Ints],
    held: tuple[Design, Sequence[Case], Ints],
    words: Vocabulary,
    antecedents: Bools,
    seed: int,
) -> dict[str, tuple[float, float]]:
    """Patients learned from → top-1 and top-5 of first presentations by counts alone; at last by
    counts of the patients held back themselves, which know more of them than those of any others can.
    Each patient presents with every complaint, each weighing alike: what a draw of one would
    be on average. learned, held: known, cases, truth."""
    order = np.random.default_rng(seed).permutation(len(learned[2]))
    some = [np.sort(order[: round(share * len(order))]) for share in SHARES]
    parts = {f"{len(rows):,}": _some(learned, rows) for rows in some}
    parts[f"the {len(held[2]):,} themselves"] = held
    return {
        name: _presenting(posterior.learn(*part, words, antecedents), *held, antecedents)
        for name, part in parts.items()
    }


def _some(
    cases: tuple[Design, Sequence[Case], Ints], rows: Ints
) -> tuple[Design, Sequence[Case], Ints]:
    known, told, truth = cases
    return partial.take(known, rows), [told[i] for i in rows], truth[rows]


def sets_at_best(probability: Floats, truth: Ints, urgent: Bools) -> Bools:
    """(N, C) the sets that these probabilities would allow if thresholds could be chosen on the cases
    (N, C) that measure them: narrower than any that hold what is asked of cases yet unseen."""
    reached = probability[np.arange(len(truth)), truth]
    lowest = class_thresholds(reached, truth, urgent, *ASKED_OF_SETS)
    inside = probability >= np.array(lowest)
    inside[np.arange(len(truth)), probability.argmax(axis=1)] = True
    return np.asarray(inside)


def _presenting(
    counts: Posterior,
    known: Design,
    cases: Sequence[Case],
    truth: Ints,
    antecedents: Bools,
) -> tuple[float, float]:
    complaints = posterior.complaints_of(counts.questions, antecedents)
    listed = known.present[:, complaints].toarray() > 0
    row, column = np.nonzero(listed)
    start = counts.start([case.age for case in cases], [case.sex for case in cases])
    order = np.argsort(-(start[row] + counts.log_presenting[complaints[column]]), axis=1)
    weight = 1 / listed.sum(axis=1)[row]
    hit = (order == truth[row][:, None]) * weight[:, None]
    return float(hit[:, 0].sum() / weight.sum()), float(hit[:, :5].sum() / weight.sum())
