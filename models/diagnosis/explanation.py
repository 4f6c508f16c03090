"""What speaks for and against each condition, finding by finding, in log-odds that add up."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.diagnosis.cases import Case, Weight
from models.diagnosis.design import AGE_KNOTS, Design
from models.diagnosis.unseen import against_average, speaking

if TYPE_CHECKING:
    from models.diagnosis.predictor import DiagnosisPredictor

Floats = NDArray[np.float64]

TOGETHER = "together"  # what findings say that none says alone
NEGLIGIBLE = 0.01  # log-odds that nobody needs to read


@dataclass(frozen=True)
class Contributions:
    """Of one case. names: findings and what else is known, with presence; log_odds: (names, conditions)."""

    names: tuple[tuple[str, bool], ...]
    log_odds: Floats

    def strongest(self, row: int, count: int) -> tuple[tuple[Weight, ...], tuple[Weight, ...]]:
        """Up to `count` for and as many against one condition, strongest first."""
        if not self.names:
            return (), ()
        column = self.log_odds[:, row]
        order = np.argsort(-column, kind="stable")
        for_it = [self._weight(j, row) for j in order[:count] if column[j] >= NEGLIGIBLE]
        against = [self._weight(j, row) for j in order[::-1][:count] if column[j] <= -NEGLIGIBLE]
        return tuple(for_it), tuple(against)

    def _weight(self, j: int, row: int) -> Weight:
        finding, present = self.names[j]
        return Weight(finding=finding, present=present, weight=float(self.log_odds[j, row]))


NOTHING = Contributions((), np.empty((0, 0)))


def contributions(model: "DiagnosisPredictor", known: Design) -> Contributions:
    """What a single case's findings, history, age, sex and district each contribute."""
    words, learned = model.vocabulary, model.vocabulary.learned_findings
    present, prior, absent = known.present.indices, known.prior.indices, known.absent.indices
    person = known.person[0] * model.weights[:, learned + len(words.priors) :]
    knots, seen = len(AGE_KNOTS), model.narrow(known)
    believed = model.calibration
    parts = [
        _rows(model.weights[:, :learned], present),
        model.weights[:, learned + prior].T,
        believed.absent * _rows(model.absent_weights, absent),
        person[:, :knots].sum(axis=1)[None],
        person[:, knots:].sum(axis=1)[None],
        local := believed.local * (seen.local - seen.local.mean()),
    ]
    names = (
        *((words.findings[c], True) for c in present),
        *((f"prior:{words.priors[c]}", True) for c in prior),
        *((words.findings[c], False) for c in absent),
        ("age", True),
        ("sex", True),
        ("local", True),
    )
    found = np.vstack(parts) / believed.temperature(seen.evidence)
    first = model.presented(seen)
    if first is not None:
        said, share = np.zeros_like(found), believed.presented
        said[: len(present)][present < learned] = first.complaint
        said[-3:] = np.vstack([first.age, first.sex, local])
        found = (1 - share) * found + share * said
    if not words.unseen_conditions or model.posterior is None or model.familiarity is None:
        return Contributions(names, found)
    rest = speaking(
        model.posterior,
        model.familiarity,
        words.learned_conditions,
        known,
        believed.local * known.local[0],
    )
    return Contributions(names, np.hstack([found, rest]))


def explain(
    model: "DiagnosisPredictor", case: Case
) -> tuple[Floats, list[tuple[str, bool]], Floats]:
    """(baseline, names, contributions): softmax(baseline + contributions.sum(0)) is the
    probability, exactly. baseline: (conditions,), contributions: (names, conditions). What the
    network adds to the findings one by one is a name of its own, TOGETHER."""
    known, words = model.design([case]), model.vocabulary
    parts = contributions(model, known)
    names, found = [*parts.names], parts.log_odds
    seen = model.narrow(known)
    baseline = model.intercept / model.calibration.temperature(seen.evidence)[0]
    first = model.presented(seen)
    if first is not None:
        share = model.calibration.presented
        baseline = (1 - share) * baseline + share * first.baseline
    if words.unseen_conditions and model.posterior is not None:
        rare = against_average(model.posterior.log_prior[None], words.learned_conditions)[0]
        baseline = np.concatenate([baseline, baseline.mean() + rare])
    if model.network is not None or words.unseen_conditions:
        together = model.scores(known) - baseline - found.sum(axis=0)
        together -= together[:, : words.learned_conditions].mean()
        names = [*names, (TOGETHER, True)]
        found = np.vstack([found, together])
    return baseline, names, found


def _rows(weights: Floats, columns: NDArray[np.int32]) -> Floats:
    """(columns, conditions) of (conditions, findings); of findings not learned, nothing."""
    found = np.zeros((len(columns), len(weights)))
    learned = columns < weights.shape[1]
    found[learned] = weights[:, columns[learned]].T
    return found
