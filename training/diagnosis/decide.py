"""The decisions: calibration, blends and urgency on validation cases, sets on calibration cases too."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from models.diagnosis.blend import Blend, fit_blend
from models.diagnosis.calibration import (
    KNOTS,
    Thresholds,
    class_thresholds,
    evidence_edges,
    fit_calibration,
    urgent_threshold,
)
from models.diagnosis.cases import Case
from models.diagnosis.design import Design
from models.diagnosis.familiarity import least_familiar
from models.diagnosis.network import inputs
from models.diagnosis.predictor import DiagnosisPredictor
from training.diagnosis import consultations, evaluate, partial, posterior
from training.diagnosis.settings import Settings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
View = tuple[Design, Ints]  # cases as far as something is known of them, and which they are

FULL_VIEWS = 3  # how often a validation or calibration case counts in full
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the posterior in a first complaint's scores
PARTIAL_VIEWS = 4  # partial copies of a validation or calibration case
COMPLAINT_VIEWS = 4  # and of its first complaints
ANSWERS = (0, 1, 2, 3, 5, 10)  # numbers of answers at which posterior and network are weighed


def calibrate(
    predictor: DiagnosisPredictor,
    known: Design,
    truth: Ints,
    rows: Ints,
    rng: np.random.Generator,
) -> DiagnosisPredictor:
    rows = rows[truth[rows] >= 0]
    views = [view for view, _ in _views(predictor, partial.take(known, rows), rng)]
    linear = [predictor.linear(view) for view in views]
    found = fit_calibration(
        np.vstack([there for there, _ in linear]),
        np.vstack([absent for _, absent in linear]),
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
    views = _complaints(partial.take(known, rows), complaints, rng)

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


def blend_the_network(
    predictor: DiagnosisPredictor,
    known: Design,
    cases: list[Case],
    truth: Ints,
    complaints: Ints,
    rng: np.random.Generator,
) -> DiagnosisPredictor:
    """How far the network is believed beside the regression, by present findings, and beside the
    posterior, by answers. known, cases and truth are of validation alone."""
    network = predictor.network
    assert network is not None
    views = _views(predictor, known, rng) + _complaints(known, complaints, rng)
    blend = fit_blend(
        np.vstack([log_softmax(predictor.regression(view), axis=1) for view, _ in views]),
        np.vstack([network.of_design(view)[0] for view, _ in views]),
        np.concatenate([view.evidence for view, _ in views]),
        np.concatenate([truth[which] for _, which in views]),
        KNOTS,
    )
    return replace(
        predictor,
        blend=blend,
        asking_blend=_asking_blend(predictor, known, cases, truth, complaints, rng),
    )


def _asking_blend(
    predictor: DiagnosisPredictor,
    known: Design,
    cases: list[Case],
    truth: Ints,
    complaints: Ints,
    rng: np.random.Generator,
) -> Blend:
    network = predictor.network
    assert network is not None
    own, other, counts = [], [], []
    history = np.zeros((len(cases), network.config.priors))
    # What comes before any answer varies most, by the complaint that is drawn.
    looks = (*[ANSWERS[0]] * COMPLAINT_VIEWS, *ANSWERS)
    for count in looks:
        seed = int(rng.integers(1 << 31))
        first = consultations.first_complaints(known, complaints, seed)
        held, _ = consultations.held(
            predictor, known, cases, first, 1.1, count, posterior.MISHEARD, seed
        )
        own.append(log_softmax(held.scores, axis=1))
        other.append(network.answer(inputs(held.said, held.known, history, known.person))[0])
        counts.append(held.answers)
    return fit_blend(
        np.vstack(own),
        np.vstack(other),
        np.concatenate(counts),
        np.tile(truth, len(looks)),
        ANSWERS,
    )


def choose_thresholds(
    predictor: DiagnosisPredictor,
    known: Design,
    truth: Ints,
    of: dict[str, Ints],
    complaints: Ints,
    settings: Settings,
    rng: np.random.Generator,
) -> DiagnosisPredictor:
    """Prediction sets on the calibration and validation parts, for of the latter only a few powers were
    learned; urgency on the validation part. Both by evidence."""
    words = predictor.vocabulary
    cannot_wait = np.array([condition.urgent for condition in words.conditions])
    # Of those that no record has shown too few cases tell, whether or not they can wait.
    told_of = cannot_wait & (np.arange(len(cannot_wait)) < words.learned_conditions)
    validation, calibration = (
        (partial.take(known, of[name]), truth[of[name]]) for name in ("validation", "calibration")
    )
    decided = [
        _decided(predictor, _views(predictor, cases, rng), labels)
        for cases, labels in (validation, calibration)
    ]
    presented = [
        _decided(predictor, _complaints(cases, complaints, rng), labels)
        for cases, labels in (validation, calibration)
    ]

    def lowest(reached: Floats, labels: Ints) -> tuple[float, ...]:
        return class_thresholds(
            reached,
            labels,
            told_of,
            settings.coverage,
            settings.least_coverage,
            settings.urgent_coverage,
        )

    evidence, reached, labels = (np.concatenate([part[i] for part in decided]) for i in range(3))
    edges = evidence_edges(evidence, min(settings.smallest_bin, max(40, len(evidence) // 8)))
    bins = Thresholds(edges, (), ()).bins(evidence)
    in_set = tuple(lowest(reached[bins == b], labels[bins == b]) for b in range(len(edges)))
    presenting = lowest(*(np.concatenate([part[i] for part in presented]) for i in (1, 2)))
    evidence, _, labels, urgency = decided[0]
    truly = (labels >= 0) & cannot_wait[labels]
    bins = Thresholds(edges, (), ()).bins(evidence)
    urgent = tuple(
        urgent_threshold(
            urgency[bins == b], truly[bins == b], settings.sensitivity, settings.urgent_span
        )
        for b in range(len(edges))
    )
    columns = tuple(int(column) for column in complaints)
    familiar = _familiar(predictor, known, of, edges, settings, rng)
    found = Thresholds(edges, in_set, urgent, columns, presenting, familiar)
    return replace(predictor, thresholds=found)


def _familiar(
    predictor: DiagnosisPredictor,
    known: Design,
    of: dict[str, Ints],
    edges: tuple[int, ...],
    settings: Settings,
    rng: np.random.Generator,
) -> tuple[float, ...]:
    """How familiar findings are at least, by evidence, on validation and calibration cases."""
    assert predictor.familiarity is not None
    rows = np.concatenate([of["validation"], of["calibration"]])
    views = [view for view, _ in _views(predictor, partial.take(known, rows), rng)]
    nats = np.concatenate([predictor.familiarity.nats(view) for view in views])
    bins = Thresholds(edges, (), ()).bins(np.concatenate([view.evidence for view in views]))
    return tuple(least_familiar(nats[bins == b], settings.strange) for b in range(len(edges)))


def _decided(
    predictor: DiagnosisPredictor, views: list[View], truth: Ints
) -> tuple[Ints, Floats, Ints, Floats]:
    """Of all views of the cases: evidence, what the truth got, the truth, what is urgent."""
    answers = [predictor.decide(view) for view, _ in views]
    labels = np.concatenate([truth[which] for _, which in views])
    probability = np.vstack([a.probability for a in answers])
    return (
        np.concatenate([a.evidence for a in answers]),
        evaluate.truth_probability(probability, labels),
        labels,
        np.concatenate([a.urgent_probability for a in answers]),
    )


def _complaints(known: Design, complaints: Ints, rng: np.random.Generator) -> list[View]:
    """The cases as they present, by other complaints each time; those that have one."""
    return [partial.first_complaint(known, complaints, rng) for _ in range(COMPLAINT_VIEWS)]


def _views(
    predictor: DiagnosisPredictor,
    known: Design,
    rng: np.random.Generator,
) -> list[View]:
    """The cases in full, with one finding, and as partial copies; where absences are implied, half of
    the copies get some."""
    everyone = np.arange(len(known.person))
    families = np.unique(np.array(predictor.vocabulary.families), return_inverse=True)[1]
    views = [known] * FULL_VIEWS + [partial.share_of(known, 0.0, rng)]
    for i in range(PARTIAL_VIEWS):
        view = partial.consultations(known, families, rng)
        if i % 2 and partial.absences_implied(known):
            view = replace(view, absent=partial.implied_absences(known, view, 4, rng))
        views.append(view)
    return [(view, everyone) for view in views]
