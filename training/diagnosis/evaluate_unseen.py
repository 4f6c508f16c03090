"""What the catalogue is worth for conditions that no record has shown: `python -m
training.diagnosis.evaluate_unseen`, on the training set of the feature store.

First months: the first visits are learned from, and visits of later days ask. Left out: some conditions
are taken out of what is learned from, and their patients ask. Beside each stands the model of the same
visits for which the catalogue names only what they show. The demonstration city falls ill by the
catalogue itself, so that its figures say that the sums are right and nothing about patients.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from features import store
from models.diagnosis.predictor import Answers, DiagnosisPredictor
from training.diagnosis import evaluate, frame
from training.diagnosis.consultations import held
from training.diagnosis.posterior import complaints_of
from training.diagnosis.run import QUICK
from training.diagnosis.settings import Settings
from training.diagnosis.terminology import antecedents_of
from training.diagnosis.train import fit
from training.row import Row

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Say = Callable[[str], None]

FIRST = 2_000  # visits of the first months
# Conditions that are left out, patients of each at least, and visits that are learned from.
LEFT_OUT, FEWEST, LEARNED = 20, 20, 4_000
ASK, QUESTIONS = 2_000, 10  # patients who are looked at, and questions to each
SEED = 7
NOWHERE = 1_000_000


@dataclass(frozen=True)
class Found:
    """Of N patients: truth, -1 for what the model lacks; probability (N, C), of which the last `unseen`
    no record has shown; its decisions."""

    truth: Ints
    answers: Answers
    unseen: int

    @property
    def place(self) -> Ints:
        return _place(self.answers.probability, self.truth)

    @property
    def mass(self) -> Floats:
        """(N,) probability of all that no record has shown."""
        probability = self.answers.probability
        return np.asarray(probability[:, probability.shape[1] - self.unseen :].sum(axis=1))

    def top(self, count: int, rows: Bools) -> str:
        return _share(self.place[rows] < count)

    def of(self, rows: Bools) -> str:
        return " / ".join(self.top(count, rows) for count in (1, 5, 10))

    def error(self, rows: Bools) -> float:
        """Expected calibration error of the first condition."""
        return evaluate.ranking(self.answers.probability[rows], self.truth[rows])["ece"]


def measure(
    rows: pd.DataFrame, dictionary: pd.DataFrame, settings: Settings, say: Say
) -> Iterator[list[Row]]:
    """Raises TrainingDataError where too few visits are known."""
    rows, _ = frame.with_findings(frame.checked(rows))
    rows = rows.sort_values("event_timestamp", kind="stable").reset_index(drop=True)
    if len(rows) < 2 * FIRST:
        raise frame.TrainingDataError(f"{len(rows)} visits are too few: {2 * FIRST} are needed.")
    say(f"learning from the first {FIRST:,} of {len(rows):,} visits")
    yield _first_months(rows, dictionary, settings)
    say(f"leaving out {LEFT_OUT} conditions")
    yield _left_out(rows, dictionary, settings)


def _first_months(rows: pd.DataFrame, dictionary: pd.DataFrame, settings: Settings) -> list[Row]:
    learned, later = rows.head(FIRST), rows.iloc[FIRST:]
    later = later.sample(min(ASK, len(later)), random_state=SEED)
    told, blind = _both(learned, dictionary, settings)
    words = told.vocabulary
    codes = {condition.code for condition in words.conditions[words.learned_conditions :]}
    new = later["condition"].isin(codes).to_numpy()
    expected = (
        np.exp(told.posterior.log_prior)[words.learned_conditions :].sum() if told.posterior else 0
    )
    once = (learned["condition"].value_counts() == 1).sum() / len(learned)
    name = f"first {FIRST:,} visits: "
    return [
        Row(
            name + f"{words.learned_conditions} conditions, {len(codes)} by the catalogue",
            f"{new.mean():.2%} of later visits",
            f"expected {expected:.2%}, by what was seen once {once:.2%}",
            "",
        ),
        *_compared(told, blind, later, new, dictionary),
    ]


def _left_out(rows: pd.DataFrame, dictionary: pd.DataFrame, settings: Settings) -> list[Row]:
    learned, later = _halves(rows)
    often = later["condition"].value_counts()
    enough = sorted(often.index[often >= FEWEST])
    out = set(enough[:: max(1, len(enough) // LEFT_OUT)][:LEFT_OUT])
    kept = learned[~learned["condition"].isin(out)]
    told, blind = _both(kept, dictionary, settings)
    new = later["condition"].isin(out).to_numpy()
    later = pd.concat(
        [
            part.sample(min(ASK // 2, len(part)), random_state=SEED)
            for part in (later[new], later[~new])
        ]
    )
    new = later["condition"].isin(out).to_numpy()
    ranked = _found(told, later)
    each = ", ".join(
        f"{code} {ranked.top(1, (later['condition'] == code).to_numpy())}" for code in sorted(out)
    )
    return [
        Row(f"{len(out)} conditions left out: first place of each", "", each, ""),
        *_compared(told, blind, later, new, dictionary),
    ]


def _halves(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is learned from and what asks, by patient."""
    rows = rows.sample(min(2 * LEARNED, len(rows)), random_state=SEED)
    part = frame.split_by_patient(rows["patient_id"].astype(str), (0, 0, 0.5), SEED)
    return rows[part != "test"], rows[part == "test"]


def _both(
    rows: pd.DataFrame, dictionary: pd.DataFrame, settings: Settings
) -> tuple[DiagnosisPredictor, DiagnosisPredictor]:
    """The model of the visits, and the same where the catalogue names only what they show."""
    told = fit(rows, dictionary, settings).predictor
    words = told.vocabulary
    other = {condition.code for condition in words.conditions[words.learned_conditions :]}
    return told, fit(rows, dictionary[~dictionary["code"].isin(other)], settings).predictor


def _compared(
    told: DiagnosisPredictor,
    blind: DiagnosisPredictor,
    rows: pd.DataFrame,
    new: Bools,
    dictionary: pd.DataFrame,
) -> list[Row]:
    ours, theirs = _found(told, rows), _found(blind, rows)
    complaints = _complaints(blind, dictionary)
    asked = [_asked(model, rows, complaints) for model in (told, blind)]
    right = [" ; ".join(_share(place[which] == 0) for which in (new, ~new)) for place in asked]
    return [
        Row("  not seen: among 1 / 5 / 10", ours.of(new), theirs.of(new), ""),
        Row("  seen: among 1 / 5 / 10", ours.of(~new), theirs.of(~new), ""),
        Row(
            f"  right after a complaint and {QUESTIONS} questions: not seen; seen",
            right[0],
            right[1],
            "",
        ),
        Row(
            "  probability on all not seen: of their patients; of others",
            f"{_share(ours.mass[new])}; {_share(ours.mass[~new])}",
            "0",
            "",
        ),
        Row(
            "  calibration error: all; of seen",
            f"{ours.error(new | ~new):.3f}; {ours.error(~new):.3f}",
            f"{theirs.error(new | ~new):.3f}; {theirs.error(~new):.3f}",
            "",
        ),
        Row(
            "  found strange: not seen; seen",
            f"{_share(ours.answers.strange[new])}; {_share(ours.answers.strange[~new])}",
            f"{_share(theirs.answers.strange[new])}; {_share(theirs.answers.strange[~new])}",
            "",
        ),
        Row(
            "  abstained; conditions in the set",
            f"{ours.answers.abstained.mean():.1%}; {ours.answers.in_set.sum(axis=1).mean():.1f}",
            f"{theirs.answers.abstained.mean():.1%}; {theirs.answers.in_set.sum(axis=1).mean():.1f}",
            "",
        ),
    ]


def _found(predictor: DiagnosisPredictor, rows: pd.DataFrame) -> Found:
    answers = predictor.decide(predictor.design(frame.cases_of(rows)))
    return Found(_truth(predictor, rows), answers, predictor.vocabulary.unseen_conditions)


def _truth(predictor: DiagnosisPredictor, rows: pd.DataFrame) -> Ints:
    known = rows["condition"].map(predictor.vocabulary.condition_row)
    return np.asarray(known.fillna(-1).to_numpy(dtype=np.int64))


def _complaints(predictor: DiagnosisPredictor, dictionary: pd.DataFrame) -> set[str]:
    assert predictor.posterior is not None
    words = predictor.vocabulary
    columns = complaints_of(predictor.posterior.questions, antecedents_of(words, dictionary))
    return {words.findings[column] for column in columns}


def _asked(predictor: DiagnosisPredictor, rows: pd.DataFrame, complaints: set[str]) -> Ints:
    """(N,) place of the truth after a complaint and some questions."""
    words, cases = predictor.vocabulary, frame.cases_of(rows)
    first = [_complaint(case.present, complaints, i) for i, case in enumerate(cases)]
    columns = [None if f is None else words.finding_column[f] for f in first]
    _, asked = held(predictor, predictor.design(cases), cases, columns, 1.1, QUESTIONS)
    return _place(asked.probability, _truth(predictor, rows))


def _complaint(present: Sequence[str], complaints: set[str], row: int) -> str | None:
    named = sorted(set(present) & complaints)
    return named[row % len(named)] if named else None


def _place(probability: Floats, truth: Ints) -> Ints:
    """(N,) place of the truth in the ranking from 0; NOWHERE of what is not in it."""
    own = probability[np.arange(len(truth)), truth][:, None]
    before = (probability > own).sum(axis=1)
    return np.where(truth < 0, NOWHERE, before)


def _share(values: Floats | Bools) -> str:
    """The mean; of nobody none is made up."""
    return f"{values.mean():.1%}" if len(values) else "–"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller models, for a first look")
    options = parser.parse_args()
    settings = QUICK if options.quick else Settings()
    known = store.training_set("diagnosis"), store.dictionary()
    for rows in measure(*known, settings, lambda text: Console().print(text, style="dim")):
        show(rows)


def show(rows: Sequence[Row]) -> None:
    table = Table("measure", "with the catalogue", "without, same visits", box=None)
    for row in rows:
        table.add_row(row.what, row.ours, row.beside)
    Console(width=200).print(table)


if __name__ == "__main__":
    main()
