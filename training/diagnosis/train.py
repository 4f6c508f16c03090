"""Learn the differential from confirmed encounters: pure, from frames to a predictor with figures.

Reads: the training frame (one row a confirmed diagnosis) and the dictionary. Writes nothing.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.diagnosis.cases import Case
from models.diagnosis.design import Design, design
from models.diagnosis.posterior import Posterior
from models.diagnosis.predictor import DiagnosisPredictor
from models.diagnosis.vocabulary import Vocabulary
from training.diagnosis import (
    card,
    consultations,
    decide,
    evaluate,
    evaluate_asking,
    figures,
    frame,
    learn,
    network,
    partial,
    posterior,
    terminology,
    widening,
)
from training.diagnosis.settings import Progress, Settings

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Trained:
    """A predictor with what was measured of it on patients it never saw."""

    predictor: DiagnosisPredictor
    metrics: dict[str, float]
    by_evidence: pd.DataFrame  # one row a model and share of evidence
    figures: dict[str, Any] = field(repr=False)  # file name → matplotlib Figure
    card: str = field(repr=False)
    part: pd.Series = field(
        repr=False
    )  # encounter (or row) → train | validation | calibration | test

    def save(self, folder: Path) -> list[Path]:
        """Write `predictor/`, the figures and `model-card.md`; the figures' paths."""
        self.predictor.save(folder / "predictor")
        (folder / "model-card.md").write_text(self.card, encoding="utf-8")
        for name, figure in self.figures.items():
            figure.savefig(folder / name, dpi=110)
        return [folder / name for name in self.figures]


def fit(
    rows: pd.DataFrame,
    dictionary: pd.DataFrame,
    settings: Settings | None = None,
    progress: Progress = lambda _done, _what: None,
) -> Trained:
    """Split by patient, learn, calibrate, choose thresholds, measure. Deterministic for a seed.

    rows: see the training frame in `training.diagnosis.frame`; dictionary: code, icd10, severity,
    specialty, parent. `progress` is told how far it is. Raises TrainingDataError.
    """
    settings = settings or Settings()
    started = time.perf_counter()
    rows = frame.checked(rows)
    rows, left_out = frame.with_findings(rows)
    rows = at_most(rows, settings)
    part = frame.split_by_patient(
        rows["patient_id"].astype(str),
        (settings.validation, settings.calibration, settings.test),
        settings.seed,
    )
    train = rows[part == "train"]
    words = frame.vocabulary_of(train, dictionary, settings.rarest)
    truth = _truth(rows, words)
    counts = np.bincount(truth[part == "train"], minlength=len(words.conditions)).astype(float)
    prevalence = counts / counts.sum()
    cases = frame.cases_of(rows)
    known = design(cases, words, prevalence)
    rng = np.random.default_rng(settings.seed)
    of: dict[str, Ints] = {name: np.where(part == name)[0] for name in frame.PARTS}
    _enough(of)

    progress(0.05, f"learning {len(words.conditions)} conditions from {len(train):,} diagnoses")
    predictor = learn.learn(known, truth, of, words, prevalence, settings, rng, progress)
    progress(0.45, "calibrating")
    predictor = decide.calibrate(predictor, known, truth, of["validation"], rng)
    past = terminology.antecedents_of(words, dictionary)
    first = posterior.learn(
        *_of(known, cases, truth, of["train"]),
        words,
        past,
        terminology.frequencies_of(words, dictionary),
    )
    complaints = posterior.complaints_of(first.questions, past)
    predictor = decide.believe_the_posterior(
        replace(predictor, posterior=first), known, truth, of["validation"], complaints, rng
    )
    labels = frame.differentials_of(rows, words)
    progress(0.5, "learning the network")
    predictor = _with_network(
        predictor, known, cases, truth, labels, of["train"], complaints, settings, progress
    )
    progress(0.82, "weighing one against the other")
    validation = _of(known, cases, truth, of["validation"])
    predictor = decide.blend_the_network(predictor, *validation, complaints, rng)
    predictor = widening.with_unseen(
        predictor, train, *_of(known, cases, truth, of["train"])[1:], dictionary
    )
    if predictor.vocabulary.unseen_conditions:
        words = predictor.vocabulary
        truth, known = _truth(rows, words), predictor.design(cases)
        past = terminology.antecedents_of(words, dictionary)
        complaints = posterior.complaints_of(_asker(predictor).questions, past)
    predictor = decide.choose_thresholds(predictor, known, truth, of, complaints, settings, rng)
    progress(0.88, "learning what to ask")
    chosen_on = np.concatenate([of["validation"], of["calibration"]])
    asked_of = _of(known, cases, truth, chosen_on)
    stop = consultations.choose_stop(predictor, *asked_of, past, settings.seed)
    predictor = replace(predictor, posterior=replace(_asker(predictor), stop=stop))

    progress(0.9, "measuring on patients held back")
    baselines = evaluate.baselines(known, truth, of["train"], settings.seed)
    measured = evaluate.evaluate(
        predictor, partial.take(known, of["test"]), truth[of["test"]], baselines, settings.seed
    )
    test = _of(known, cases, truth, of["test"])
    metrics = {
        **measured.metrics,
        **evaluate_asking.evaluate(predictor, *test, past, settings.seed),
        **evaluate.differential(predictor, known, labels, of["test"]),
        **{f"{name}_rows": float(len(index)) for name, index in of.items()},
        "rows_without_findings": float(left_out),
        "conditions": float(len(words.conditions)),
        **_by_catalogue(words),
        "findings": float(len(words.findings)),
        "fit_seconds": time.perf_counter() - started,
    }
    about = {"settings": json.loads(json.dumps(asdict(settings))), "metrics": metrics}
    key = rows.get("encounter_id", rows.index)
    return Trained(
        predictor=replace(predictor, about=about),
        metrics=metrics,
        by_evidence=measured.by_evidence,
        figures=figures.draw(measured),
        card=card.write(predictor, metrics, measured.by_evidence, settings),
        part=pd.Series(part, index=key, name="part"),
    )


def _truth(rows: pd.DataFrame, words: Vocabulary) -> Ints:
    """(N,) row of each condition; -1 for one that the vocabulary lacks."""
    return rows["condition"].map(words.condition_row).fillna(-1).to_numpy().astype(np.int64)


def _asker(predictor: DiagnosisPredictor) -> Posterior:
    assert predictor.posterior is not None
    return predictor.posterior


def _by_catalogue(words: Vocabulary) -> dict[str, float]:
    unseen = words.unseen_conditions
    return {"conditions_by_catalogue": float(unseen)} if unseen else {}


def _with_network(
    predictor: DiagnosisPredictor,
    known: Design,
    cases: list[Case],
    truth: Ints,
    labels: network.Singles | None,
    rows: Ints,
    complaints: Ints,
    settings: Settings,
    progress: Progress,
) -> DiagnosisPredictor:
    """Some training cases are asked as the posterior would, for the network to know such consultations."""
    assert predictor.posterior is not None
    led = rows[: settings.asked]
    complaint = consultations.first_complaints(partial.take(known, led), complaints, settings.seed)
    _, run = consultations.held(
        predictor,
        partial.take(known, led),
        [cases[i] for i in led],
        complaint,
        1.1,
        decide.ANSWERS[-1],
    )
    orders = np.full((len(rows), decide.ANSWERS[-1]), -1, dtype=np.int64)
    first = np.full(len(rows), -1, dtype=np.int64)
    for i, asked in enumerate(run.questions):
        orders[i, : len(asked)] = asked
        came_with = complaint[i]
        first[i] = -1 if came_with is None else came_with
    learned = network.cases_of(
        partial.take(known, rows),
        truth[rows],
        orders,
        first,
        None if labels is None else labels[rows],
        partial.absences_implied(known),
    )
    found = network.fit(
        learned,
        predictor.posterior.questions,
        complaints,
        len(predictor.vocabulary.conditions),
        settings,
        progress,
    )
    return replace(predictor, network=found)


def _of(
    known: Design, cases: Sequence[Case], truth: Ints, rows: Ints
) -> tuple[Design, list[Case], Ints]:
    """Those of the rows whose condition the vocabulary knows."""
    rows = rows[truth[rows] >= 0]
    return partial.take(known, rows), [cases[i] for i in rows], truth[rows]


def at_most(rows: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """A sample of patients when there are more rows than pay: the accuracy of a linear model is
    flat long before."""
    if len(rows) <= settings.most_rows:
        return rows
    patients = rows["patient_id"].astype(str)
    kept = frame.split_by_patient(
        patients, (settings.most_rows / len(rows), 0, 0), settings.seed + 1
    )
    return rows.take(np.flatnonzero(kept == frame.PARTS[1])).reset_index(drop=True)


def _enough(of: dict[str, Ints]) -> None:
    for name, index in of.items():
        if not len(index):
            raise frame.TrainingDataError(
                f"no patient falls into the {name} part: more are needed."
            )
