"""The model card: what the model is for, what it was measured on, and where it must not be used."""

from typing import Any

import numpy as np
import pandas as pd

from models.diagnosis.calibration import KNOTS
from models.diagnosis.predictor import DiagnosisPredictor
from models.diagnosis.vocabulary import Vocabulary
from training.diagnosis import evaluate_asking

_COLUMNS = ["top1", "top3", "top5", "log_loss", "ece", "coverage", "set_size", "abstained"]


def write(
    predictor: DiagnosisPredictor,
    metrics: dict[str, float],
    by_evidence: pd.DataFrame,
    settings: Any,
) -> str:
    words, calibration = predictor.vocabulary, predictor.calibration
    rows = {
        name: int(metrics[f"{name}_rows"])
        for name in ("train", "validation", "calibration", "test")
    }
    urgent = sum(condition.urgent for condition in words.conditions)
    temperatures = ", ".join(
        f"{np.exp(log):.2f} at {knot}"
        for knot, log in zip(KNOTS, calibration.temperatures, strict=True)
    )
    sensitivity = metrics.get("urgent_sensitivity")
    return f"""# Differential diagnosis

Ranks {len(words.conditions)} conditions by probability from findings (present and absent), age, sex,
earlier conditions and the district's recent disease activity{_catalogue(words)}. A suggestion to a clinician, who
confirms or rejects it; never an action, and not a medical device.

## Model
Multinomial logistic regression (L2) over {len(words.findings)} findings, learned from full cases and
{settings.copies} partial copies of each, starting from naive Bayes. Scores are divided by a temperature
that depends on how many findings are known ({temperatures}). The weight
of an absence is its smoothed log-odds, trusted by a factor {calibration.absent:.2f}; the district's
activity shifts the prevalence by a factor {calibration.local:.2f}. Prediction sets are split conformal
at {settings.coverage:.0%}, with a threshold per number of known findings. The model abstains when no
finding is known or when more than {predictor.widest_set} conditions stay possible. {urgent} conditions
of severity 1 or 2 raise the urgent flag.

## Data
Confirmed diagnoses, split by patient: {rows["train"]:,} train, {rows["validation"]:,} validation (penalty,
temperature, urgency), {rows["calibration"]:,} calibration (sets), {rows["test"]:,} test (every figure below).

## Measured on patients held back
Share of evidence: findings kept at random from each test case.

{_table(by_evidence)}

Urgent flag on full evidence: {_urgency(sensitivity, metrics.get("urgent_specificity"))}.

{_asking(predictor, metrics)}
## Limits
- Figures on synthetic patients are not clinical accuracy.
- Coverage holds over cases like the training ones, not for each condition: rare ones may fall below.
- A condition that is not among the {len(words.conditions)} is never suggested.
- Findings that training saw fewer than {settings.rarest} times are ignored and listed as unknown.
- Weights are associations in the records, not causes.
"""


def _catalogue(words: Vocabulary) -> str:
    if not words.unseen_conditions:
        return ""
    return f"""; {words.unseen_conditions} of
them no record has shown: the catalogue's frequencies and rates alone tell of those"""


def _asking(predictor: DiagnosisPredictor, metrics: dict[str, float]) -> str:
    if predictor.posterior is None or "asking_top1" not in metrics:
        return ""
    after = ", ".join(
        f"{metrics[f'asking_top1_after_{count}']:.3f} after {count}"
        for count in evaluate_asking.AFTER
    )
    return f"""## Asking
Naive Bayes along the tree of questions, from counts alone; the next question is the one whose answer
is expected to tell most of the condition, and of whether it can wait. Consultations with patients held
back begin with age, sex and one complaint (first condition right: {metrics["presenting_top1"]:.3f}, among
the first five: {metrics["presenting_top5"]:.3f}) and end when the first condition has probability
{predictor.posterior.stop:g}, chosen on validation: {metrics["asking_top1"]:.4f} right at
{metrics["asking_questions"]:.1f} questions on average. Had they gone on: {after}.
"""


def _table(by_evidence: pd.DataFrame) -> str:
    head = f"| model | evidence | {' | '.join(_COLUMNS)} |\n|---|---|{'---|' * len(_COLUMNS)}"
    lines = [
        f"| {row['model']} | {row['evidence']} | {' | '.join(_figure(row[c]) for c in _COLUMNS)} |"
        for row in by_evidence.to_dict("records")
    ]
    return "\n".join([head, *lines])


def _figure(value: Any) -> str:
    return "–" if pd.isna(value) else f"{value:.4f}"


def _urgency(sensitivity: float | None, specificity: float | None) -> str:
    if sensitivity is None or specificity is None:
        return "not measured, for no test case was urgent or none was not"
    return f"sensitivity {sensitivity:.3f}, specificity {specificity:.3f}"
