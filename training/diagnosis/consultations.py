"""Recorded cases as patients: consultations with them, and where asking ends."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.diagnosis.asking import Asked, Consultations, ask
from models.diagnosis.cases import Case
from models.diagnosis.design import Design
from models.diagnosis.predictor import DiagnosisPredictor
from training.diagnosis.posterior import MISHEARD, complaints_of

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

STOPS = (0.9, 0.95, 0.97, 0.98, 0.99, 0.993, 0.995, 0.997, 0.998, 0.999, 0.9995, 0.9999)
MEAN_QUESTIONS, MOST_QUESTIONS = 4.0, 20


def first_complaints(known: Design, complaints: Ints, seed: int) -> list[int | None]:
    """One complaint of each case, drawn with a fixed seed; None for a case that has none."""
    rng = np.random.default_rng(seed)
    listed = known.present[:, complaints].toarray() > 0
    return [
        int(complaints[rng.choice(np.flatnonzero(row))]) if row.any() else None for row in listed
    ]


def wrongly(values: Bools, rng: np.random.Generator) -> Bools:
    """(n, values of a question) a no for a yes, and for a no one value at random."""
    said = np.zeros_like(values)
    said[np.arange(len(values)), rng.integers(0, values.shape[1], len(values))] = True
    return np.asarray(said & ~np.asarray(values.any(axis=1))[:, None])


def held(
    predictor: DiagnosisPredictor,
    known: Design,
    cases: Sequence[Case],
    first: Sequence[int | None],
    stop: float,
    most: int,
    wrong: float = 0.0,
    seed: int = 0,
) -> tuple[Consultations, Asked]:
    """The consultations as they ended, and what was asked in them. What a case does not list is absent;
    of all answers a share `wrong` is the contrary of what is so."""
    present, begun = known.present.toarray() > 0, predictor.begin(cases, first)
    questions, rng = begun.posterior.questions, np.random.default_rng(seed)

    def answer(rows: Ints, question: int) -> Bools:
        values = np.asarray(present[rows][:, list(questions[question].columns)])
        if not wrong:
            return values
        misheard = rng.random(len(rows)) < wrong
        return np.asarray(np.where(misheard[:, None], wrongly(values, rng), values))

    return begun, ask(begun, answer, stop, most)


def choose_stop(
    predictor: DiagnosisPredictor,
    known: Design,
    cases: Sequence[Case],
    truth: Ints,
    antecedents: Bools,
    seed: int,
) -> float:
    """The probability at which asking ends: that after which validation cases are most often right
    though some answers are misheard, among those that need MEAN_QUESTIONS on average or fewer where
    none is; the lowest of equal ones."""
    assert predictor.posterior is not None
    questions = predictor.posterior.questions
    first = first_complaints(known, complaints_of(questions, antecedents), seed)
    begun = predictor.begin(cases, first).probability.argmax(axis=1)
    clearly, misheard = (
        held(predictor, known, cases, first, STOPS[-1], MOST_QUESTIONS, wrong, seed)[1]
        for wrong in (0.0, MISHEARD)
    )
    short = [s for s in STOPS if _ended(clearly, truth, begun, s)[1] <= MEAN_QUESTIONS]
    right = {stop: _ended(misheard, truth, begun, stop)[0] for stop in short}
    return max(short, key=lambda stop: right[stop], default=STOPS[0])


def _ended(run: Asked, truth: Ints, begun: Ints, stop: float) -> tuple[float, float]:
    """Share of cases that are right, and mean number of questions, had asking ended at `stop`."""
    right, count = [], []
    for i, sure in enumerate(run.sure):
        ends = next((k for k, p in enumerate(sure) if p >= stop), len(sure) - 1)
        right.append((run.first_after[i][ends - 1] if ends else begun[i]) == truth[i])
        count.append(ends)
    return float(np.mean(right)), float(np.mean(count))
