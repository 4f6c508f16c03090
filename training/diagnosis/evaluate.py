"""What a differential is worth, by share of the evidence, beside two baselines in the same run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import BernoulliNB

from models.diagnosis.design import Design
from models.diagnosis.network import considered
from models.diagnosis.predictor import Answers, DiagnosisPredictor
from training.diagnosis import partial

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Singles = NDArray[np.float32]
Baseline = Callable[[Design], Floats]

SHARES = {
    "full": 1.0,
    "share_75": 0.75,
    "share_50": 0.5,
    "share_25": 0.25,
    "share_10": 0.1,
    "one_finding": 0.0,
}


@dataclass(frozen=True)
class Measured:
    """`metrics` is flat; `by_evidence` one row a model and share; `reliability` one row a share and
    bin of confidence (confidence, accuracy, cases)."""

    metrics: dict[str, float]
    by_evidence: pd.DataFrame
    reliability: pd.DataFrame


def baselines(known: Design, truth: Ints, train: Ints, seed: int) -> dict[str, Baseline]:
    """Prevalence alone, and Bernoulli naive Bayes over present findings; (N, conditions) each, nil for
    one that no record of `train` has shown."""
    X, y = known.present[train], truth[train]
    missing = ((0, 0), (0, known.local.shape[1] - len(np.unique(y))))
    dummy = DummyClassifier(strategy="prior", random_state=seed).fit(X, y)
    bayes = BernoulliNB(alpha=0.5).fit(X, y)
    return {
        "prevalence": lambda case: np.pad(dummy.predict_proba(case.present), missing),
        "naive_bayes": lambda case: np.pad(bayes.predict_proba(case.present), missing),
    }


def evaluate(
    predictor: DiagnosisPredictor,
    known: Design,
    truth: Ints,
    others: Mapping[str, Baseline],
    seed: int,
) -> Measured:
    """truth: (N,) row of the condition, -1 for one that training never saw (always wrong).

    Figures of full evidence carry no suffix (`top1`), others name the share (`top1_share_50`);
    baselines add their name (`top1_naive_bayes`, `top1_naive_bayes_share_50`).
    """
    urgent = np.array([condition.urgent for condition in predictor.vocabulary.conditions])
    metrics: dict[str, float] = {}
    table: list[dict[str, object]] = []
    reliability: list[pd.DataFrame] = []
    for name, share in SHARES.items():
        view = partial.share_of(known, share, np.random.default_rng(seed + 1))
        answers = predictor.decide(view)
        figures = {
            **ranking(answers.probability, truth),
            **decisions(answers, truth, (truth >= 0) & urgent[truth]),
        }
        table.append({"model": "differential", "evidence": name, **figures})
        metrics.update({_key(figure, "", name): value for figure, value in figures.items()})
        reliability.append(reliability_of(answers.probability, truth).assign(evidence=name))
        for other, probability in others.items():
            figures = ranking(probability(view), truth)
            table.append({"model": other, "evidence": name, **figures})
            metrics.update({_key(f, other, name): value for f, value in figures.items()})
    return Measured(metrics, pd.DataFrame(table), pd.concat(reliability, ignore_index=True))


def differential(
    predictor: DiagnosisPredictor, known: Design, labels: Singles | None, rows: Ints
) -> dict[str, float]:
    """differential_f1 of cases known in full, what they do not list being absent if the source lists
    all; nothing without labels (N, conditions) or a network."""
    if labels is None or predictor.network is None:
        return {}
    whole = partial.whole(partial.take(known, rows))
    _, belongs = predictor.network.of_design(whole)
    return {"differential_f1": f1(considered(belongs), labels[rows])}


def f1(said: NDArray[np.bool_], labels: Singles) -> float:
    """Mean over cases of the F1 of a set of conditions; both (N, conditions)."""
    both = (said & (labels > 0)).sum(axis=1)
    return float((2 * both / np.maximum(said.sum(axis=1) + labels.sum(axis=1), 1)).mean())


def _key(figure: str, model: str, evidence: str) -> str:
    return "_".join(
        word for word in (figure, model, "" if evidence == "full" else evidence) if word
    )


def ranking(probability: Floats, truth: Ints) -> dict[str, float]:
    """top1, top3, top5, log_loss, ece of (N, conditions)."""
    order = np.argsort(-probability, axis=1, kind="stable")
    hit = order == truth[:, None]
    bins = reliability_of(probability, truth)
    gap = (bins["confidence"] - bins["accuracy"]).abs() * bins["cases"]
    return {
        **{f"top{k}": float(hit[:, :k].any(axis=1).mean()) for k in (1, 3, 5)},
        "log_loss": log_loss(probability, truth),
        "ece": float(gap.sum() / len(truth)),
    }


def decisions(answers: Answers, truth: Ints, truly_urgent: NDArray[np.bool_]) -> dict[str, float]:
    """coverage and set_size of all cases; top1 and share of the answered; urgency. A figure with
    no case behind it is left out."""
    rows = np.arange(len(truth))
    answered = ~answers.abstained
    right = answers.order[:, 0] == truth
    groups = {
        "top1_answered": right[answered],
        "urgent_sensitivity": answers.urgent[truly_urgent],
        "urgent_specificity": ~answers.urgent[~truly_urgent],
    }
    return {
        "coverage": float((answers.in_set[rows, truth] & (truth >= 0)).mean()),
        "set_size": float(answers.in_set.sum(axis=1).mean()),
        "abstained": float(answers.abstained.mean()),
        **{name: float(group.mean()) for name, group in groups.items() if len(group)},
    }


def truth_probability(probability: Floats, truth: Ints) -> Floats:
    """(N,) what the truth got; 0 for a condition that training never saw."""
    reached = probability[np.arange(len(truth)), truth]
    return np.where(truth >= 0, reached, 0.0)


def log_loss(probability: Floats, truth: Ints) -> float:
    """Mean natural-log loss; a probability of nil counts as 1e-12."""
    return float(-np.log(np.maximum(truth_probability(probability, truth), 1e-12)).mean())


def reliability_of(probability: Floats, truth: Ints, bins: int = 15) -> pd.DataFrame:
    """Confidence of the best condition against how often it is right, in equal-width bins."""
    confidence = probability.max(axis=1)
    right = probability.argmax(axis=1) == truth
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    grouped = pd.DataFrame({"bin": which, "confidence": confidence, "accuracy": right}).groupby(
        "bin"
    )
    return grouped.mean().assign(cases=grouped.size()).reset_index(drop=True)
