"""How often a model says that findings fit nothing it knows: of patients, of nonsense, of strangers."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.diagnosis.cases import Case
from models.diagnosis.design import Design
from models.diagnosis.predictor import DiagnosisPredictor
from training.diagnosis import partial, posterior

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Cases = tuple[Design, Sequence[Case], Ints]  # known, cases, truth

STRANGERS = 10  # conditions that are left out, one at a time
FEWEST = 20  # patients of such a condition


def of_patients(predictor: DiagnosisPredictor, known: Design) -> float:
    return float(predictor.decide(known).strange.mean())


def of_nonsense(predictor: DiagnosisPredictor, known: Design, seed: int) -> float:
    """Each patient's findings exchanged for as many others, drawn by how often they are met."""
    rng = np.random.default_rng(seed)
    n, width = known.present.shape
    often = np.asarray(known.present.sum(axis=0), dtype=np.float64).ravel() + 1e-9
    drawn = np.zeros((n, width))
    for row, count in enumerate(known.evidence):
        drawn[row, rng.choice(width, size=count, replace=False, p=often / often.sum())] = 1
    return of_patients(predictor, replace(known, present=sparse.csr_matrix(drawn)))


def of_strangers(
    predictor: DiagnosisPredictor, learned: Cases, held: Cases, antecedents: Bools
) -> dict[str, float]:
    """Condition → share of its patients held back that are strange to counts without it. Some of the
    conditions with patients enough, spread evenly; thresholds stay as they were chosen."""
    known, cases, truth = learned
    words = predictor.vocabulary
    enough = [c for c in np.unique(held[2]) if c >= 0 and (held[2] == c).sum() >= FEWEST]
    found = {}
    for condition in enough[:: max(1, len(enough) // STRANGERS)]:
        rows = np.flatnonzero(truth != condition)
        counts = posterior.learn(
            partial.take(known, rows),
            [cases[i] for i in rows.tolist()],
            truth[rows],
            words,
            antecedents,
        )
        theirs = partial.take(held[0], np.flatnonzero(held[2] == condition))
        without = replace(predictor, posterior=counts)
        found[words.conditions[int(condition)].code] = of_patients(without, theirs)
    return found
