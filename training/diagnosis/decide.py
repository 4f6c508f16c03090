"""The decisions: calibration on validation cases, sets on calibration cases, urgency on validation."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from models.diagnosis.calibration import (
    Thresholds,
    evidence_edges,
    fit_calibration,
    set_threshold,
    urgent_threshold,
)
from models.diagnosis.design import Design
from models.diagnosis.predictor import DiagnosisPredictor
from training.diagnosis import evaluate, partial
from training.diagnosis.settings import Settings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FULL_VIEWS = 3  # how often a validation or calibration case counts in full
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the posterior in a first complaint's scores
PARTIAL_VIEWS = 4  # partial copies of a validation or calibration case


def calibrate(
    predictor: DiagnosisPredictor,
    known: Design,
    truth: Ints,
    rows: Ints,
    rng: np.random.Generator,
) -> DiagnosisPredictor:
    rows = rows[truth[rows] >= 0]
    views = _views(predictor, partial.take(known, rows), rng)
    found = fit_calibration(
        np.vstack([v.matrix() @ predictor.weights.T + predictor.intercept for v in views]),
        np.vstack([v.absent @ predictor.absent_weights.T for v in views]),
        np.vstack([v.local for v in views]),
        np.concatenate([v.evidence for v in views]),
        np.tile(truth[rows], len(views)),
    )
    return replace(predictor, calibration=found)


def believe_the_posterior(
    predictor: DiagnosisPredictor,
    known: Design,
    truth: Ints,
    rows: Ints,
    complaints: Ints,
    rng: np.random.Generator,
) -> DiagnosisPredictor:
    """How far the posterior is believed on a first complaint: what loses least on validation cases."""
    rows = rows[truth[rows] >= 0]
    views = [
        partial.first_complaint(partial.take(known, rows), complaints, rng)
        for _ in range(PARTIAL_VIEWS)
    ]

    def with_share(share: float) -> DiagnosisPredictor:
        return replace(predictor, calibration=replace(predictor.calibration, presented=share))

    def loss(share: float) -> float:
        tried = with_share(share)
        lost = [
            evaluate.log_loss(softmax(tried.scores(view), axis=1), truth[rows][which])
            for view, which in views
            if len(which)
        ]
        return float(np.mean(lost)) if lost else 0.0

    return with_share(min(SHARES, key=loss))


def choose_thresholds(
    predictor: DiagnosisPredictor,
    known: Design,
    truth: Ints,
    of: dict[str, Ints],
    settings: Settings,
    rng: np.random.Generator,
) -> DiagnosisPredictor:
    """Prediction sets on the calibration part, urgency on the validation part, by evidence."""
    cannot_wait = np.array([condition.urgent for condition in predictor.vocabulary.conditions])
    columns: dict[str, tuple[Ints, Floats, Floats, NDArray[np.bool_]]] = {}
    for name in ("calibration", "validation"):
        part = of[name]
        views = _views(predictor, partial.take(known, part), rng)
        answers = [predictor.decide(view) for view in views]
        labels = np.tile(truth[part], len(views))
        probability = np.vstack([a.probability for a in answers])
        columns[name] = (
            np.concatenate([a.evidence for a in answers]),
            evaluate.truth_probability(probability, labels),
            np.concatenate([a.urgent_probability for a in answers]),
            (labels >= 0) & cannot_wait[labels],
        )
    evidence, reached, _, _ = columns["calibration"]
    edges = evidence_edges(evidence, min(settings.smallest_bin, max(40, len(evidence) // 8)))
    bins = Thresholds(edges, (), ()).bins(evidence)
    in_set = tuple(set_threshold(reached[bins == b], settings.coverage) for b in range(len(edges)))
    evidence, _, urgency, truly = columns["validation"]
    bins = Thresholds(edges, (), ()).bins(evidence)
    urgent = tuple(
        urgent_threshold(
            urgency[bins == b], truly[bins == b], settings.sensitivity, settings.urgent_span
        )
        for b in range(len(edges))
    )
    return replace(predictor, thresholds=Thresholds(edges, in_set, urgent))


def _absences_implied(known: Design) -> bool:
    """A source that never records an absence lists all that is present: what is not listed is absent."""
    return int(known.absent.nnz) == 0


def _views(
    predictor: DiagnosisPredictor,
    known: Design,
    rng: np.random.Generator,
) -> list[Design]:
    """The cases in full, with one finding, and as partial copies; where absences are implied, half of
    the copies get some."""
    families = np.unique(np.array(predictor.vocabulary.families), return_inverse=True)[1]
    views = [known] * FULL_VIEWS + [partial.share_of(known, 0.0, rng)]
    for i in range(PARTIAL_VIEWS):
        view = partial.consultations(known, families, rng)
        if i % 2 and _absences_implied(known):
            view = replace(view, absent=partial.implied_absences(known, view, 4, rng))
        views.append(view)
    return views
