"""The linear part: logistic regression on full cases and partial copies, begun at naive Bayes."""

import warnings
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from models.diagnosis.calibration import Calibration, Thresholds
from models.diagnosis.design import Design
from models.diagnosis.predictor import DiagnosisPredictor
from models.diagnosis.vocabulary import Vocabulary
from training.diagnosis import evaluate, partial
from training.diagnosis.settings import Progress, Settings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PRIOR_SCALE = 0.1  # earlier conditions are many, rare and weak: learn little of each


def learn(
    known: Design,
    truth: Ints,
    of: dict[str, Ints],
    words: Vocabulary,
    prevalence: Floats,
    settings: Settings,
    rng: np.random.Generator,
    progress: Progress,
) -> DiagnosisPredictor:
    """Logistic regression on full cases and partial copies; strength chosen on partial validation."""
    families = np.unique(np.array(words.families), return_inverse=True)[1]
    train, validation = (partial.take(known, of[name]) for name in ("train", "validation"))
    copies = [train] + [partial.consultations(train, families, rng) for _ in range(settings.copies)]
    matrices = [_learned_from(copy) for copy in copies]
    seen = truth[of["validation"]] >= 0
    partly = partial.consultations(validation, families, rng)
    held_back = sparse.vstack([_learned_from(validation)[seen], _learned_from(partly)[seen]], "csr")
    answers = np.tile(truth[of["validation"]][seen], 2)
    few = min(2, len(matrices))
    start = _first_guess(train, truth[of["train"]], len(words.conditions), matrices[0].shape[1])

    def model(strength: float, count: int) -> LogisticRegression:
        found = LogisticRegression(C=strength, max_iter=settings.iterations, warm_start=True)
        found.coef_, found.intercept_ = start  # where `warm_start` begins
        X = sparse.vstack(matrices[:count], "csr")
        with warnings.catch_warnings():
            # Stopping early is meant: it keeps rare conditions near the first guess.
            warnings.simplefilter("ignore", ConvergenceWarning)
            weight = np.ones(X.shape[0])
            weight[: len(of["train"])] = settings.full_weight
            return found.fit(X, np.tile(truth[of["train"]], count), sample_weight=weight)

    best = settings.strengths[0]
    if len(settings.strengths) > 1:
        losses = {
            strength: evaluate.log_loss(model(strength, few).predict_proba(held_back), answers)
            for strength in settings.strengths
        }
        best = min(losses, key=lambda strength: losses[strength])
        progress(0.4, f"penalty 1/{best:g} chosen; learning from {len(matrices)} copies")
    final = model(best, len(matrices))
    weights, intercept = _per_condition(final)
    weights[:, len(words.findings) : len(words.findings) + len(words.priors)] *= PRIOR_SCALE
    return DiagnosisPredictor(
        vocabulary=words,
        weights=weights - weights.mean(axis=0),
        intercept=intercept - intercept.mean(),
        absent_weights=_absent_weights(train, truth[of["train"]], len(words.conditions)),
        prevalence=prevalence,
        calibration=Calibration(),
        thresholds=Thresholds((1,), (0.0,), (settings.urgent_span[0],)),
        widest_set=min(settings.widest_set, max(1, len(words.conditions) // 2)),
    )


def _learned_from(known: Design) -> sparse.csr_matrix:
    """The design matrix with earlier conditions scaled down, which penalises their weights more."""
    return replace(known, prior=known.prior * PRIOR_SCALE).matrix().astype(np.float32)


def _first_guess(
    train: Design, truth: Ints, conditions: int, columns: int
) -> tuple[Floats, Floats]:
    """Naive Bayes over present findings, as coefficients: what a rare condition has too few cases to
    learn from zero. (conditions, columns) and (conditions,); of two conditions, one row."""
    present = (_by_condition(truth, conditions) @ train.present).toarray()
    counts = np.bincount(truth, minlength=conditions)[:, None]
    usual = np.maximum(present.sum(axis=0) / counts.sum(), 1e-6)
    logs = np.log((present + usual) / (counts + 1))
    weights = np.zeros((conditions, columns))
    weights[:, : logs.shape[1]] = logs - logs.mean(axis=0)
    intercept = np.log(counts.ravel() / counts.sum())
    if conditions == 2:
        return weights[1:] - weights[:1], intercept[1:] - intercept[:1]
    return weights, intercept - intercept.mean()


def _by_condition(truth: Ints, conditions: int) -> sparse.csr_matrix:
    """(conditions, N) with a one where case n has the condition: times a matrix, sums by condition."""
    n = len(truth)
    return sparse.csr_matrix((np.ones(n), (truth, np.arange(n))), shape=(conditions, n))


def _per_condition(model: LogisticRegression) -> tuple[Floats, Floats]:
    """(conditions, columns) and (conditions,); of two conditions scikit-learn keeps one row."""
    if len(model.classes_) > 2:
        return model.coef_, model.intercept_
    return np.vstack([-model.coef_, model.coef_]) / 2, np.r_[
        -model.intercept_, model.intercept_
    ] / 2


def _absent_weights(
    train: Design, truth: Ints, conditions: int, prior_count: float = 2.0
) -> Floats:
    """(conditions, findings) log of how much likelier a finding is absent than on average, among
    the cases in which it was looked for. Smoothed towards the finding's own rate, never below 1 %."""
    of_condition = _by_condition(truth, conditions)
    present = (of_condition @ train.present).toarray()
    recorded = (of_condition @ train.absent).toarray()
    implied = np.bincount(truth, minlength=conditions)[:, None] - present
    # A finding that nobody ever recorded as absent is listed whenever it is there.
    absent = np.where(recorded.sum(axis=0) > 0, recorded, implied)
    usual = (absent.sum(axis=0) + 0.5) / (absent.sum(axis=0) + present.sum(axis=0) + 1)
    rate = (absent + prior_count * usual) / (absent + present + prior_count)
    logs = np.log(np.maximum(rate, 0.01))
    return np.asarray(logs - logs.mean(axis=0), dtype=np.float64)
