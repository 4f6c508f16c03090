"""What asking is worth: how often the first condition is right, by the number of questions."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.diagnosis.cases import Case
from models.diagnosis.design import Design
from models.diagnosis.predictor import DiagnosisPredictor
from training.diagnosis.consultations import MOST_QUESTIONS, first_complaints, held
from training.diagnosis.partial import take
from training.diagnosis.posterior import complaints_of

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

AFTER = (1, 3, 5, 10)  # questions after which the first condition is looked at


def evaluate(
    predictor: DiagnosisPredictor,
    known: Design,
    cases: Sequence[Case],
    truth: Ints,
    antecedents: Bools,
    seed: int,
) -> dict[str, float]:
    """Consultations that begin with one complaint, drawn with a fixed seed, of patients held back.

    asking_top1 and asking_questions at the model's own stop; asking_top1_after_K had it gone on to K
    questions; presenting_top1 and _top5 before any. A share of no case is left out.
    """
    posterior = predictor.posterior
    assert posterior is not None
    first = first_complaints(known, complaints_of(posterior.questions, antecedents), seed + 1)
    came = np.array([i for i, column in enumerate(first) if column is not None], dtype=np.int64)
    if not len(came):
        return {}
    known, cases, truth = take(known, came), [cases[i] for i in came], truth[came]
    complaints = [first[i] for i in came]
    order = np.argsort(-predictor.begin(cases, complaints).probability, axis=1, kind="stable")
    _, stopped = held(predictor, known, cases, complaints, posterior.stop, MOST_QUESTIONS)
    _, on = held(predictor, known, cases, complaints, 1.1, max(AFTER))

    def after(count: int) -> float:
        last = [
            f[min(count, len(f)) - 1] if f else order[i, 0] for i, f in enumerate(on.first_after)
        ]
        return float((np.array(last) == truth).mean())

    return {
        "presenting_top1": float((order[:, 0] == truth).mean()),
        "presenting_top5": float((order[:, :5] == truth[:, None]).any(axis=1).mean()),
        "asking_top1": float((stopped.probability.argmax(axis=1) == truth).mean()),
        "asking_questions": float(np.mean([len(questions) for questions in stopped.questions])),
        **{f"asking_top1_after_{count}": after(count) for count in AFTER},
    }
