"""`make bench-diagnosis`: what the diagnosis support reaches on patients that nothing has seen.

Reads a DDXPlus folder; holds back a fifth of its patients before anything is learned or chosen. A
first presentation is age, sex and one complaint (a yes/no finding that is no antecedent), drawn
with a fixed seed; what a patient does not list is absent. Baselines are fitted in the same run.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB

from models.diagnosis.asking import Asked, Consultations
from models.diagnosis.cases import Case
from models.diagnosis.design import Design
from models.diagnosis.network import considered
from models.diagnosis.posterior import BANDS
from models.diagnosis.predictor import DiagnosisPredictor
from training.datasets.ddxplus import read_ddxplus
from training.diagnosis import (
    consultations,
    evaluate,
    evaluate_familiarity,
    frame,
    limits,
    partial,
    posterior,
    terminology,
    train,
)
from training.diagnosis.run import QUICK
from training.notes import bench as notes
from training.row import Row

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

HELD_BACK, SEED = 0.2, 11
WRONG = 0.1  # share of answers that are wrong in the row that asks what they cost
LARGE_CLASS = 100  # held-back patients from which a condition's own coverage is told
MOST = 20
OTHER_DRAWS = 8
ALL_BUT_SURE = 0.999999  # who is as sure as this is asked no further: no figure would change


@dataclass(frozen=True)
class Held:
    """Patients held back, each with one complaint. truth: (N,) rows of the vocabulary; differential:
    (N, conditions) 0/1, or None where the data has none."""

    known: Design
    cases: list[Case]
    truth: Ints
    complaint: list[int]
    differential: NDArray[np.float32] | None

    def presented(self, predictor: DiagnosisPredictor) -> Design:
        names = predictor.vocabulary.findings
        return predictor.design(
            [
                Case(present=[names[column]], age=case.age, sex=case.sex)
                for case, column in zip(self.cases, self.complaint, strict=True)
            ]
        )


def measure(data: Path, say: Callable[[str], None], quick: bool = False) -> list[Row]:
    rows, dictionary = read_ddxplus(data)
    rows = frame.checked(rows)
    back = frame.split_by_patient(rows["patient_id"].astype(str), (0, 0, HELD_BACK), SEED) == "test"
    say(f"learning from {(~back).sum():,} patients, {back.sum():,} held back")
    settings = QUICK if quick else None
    predictor = train.fit(rows[~back], dictionary, settings).predictor
    asker = predictor.posterior
    assert asker is not None
    past = terminology.antecedents_of(predictor.vocabulary, dictionary)
    complaints = posterior.complaints_of(asker.questions, past)
    held = _held(rows[back], predictor, complaints)
    say("asking")
    return [
        *_asking(predictor, held),
        *_presenting(predictor, held, rows[~back], complaints, past),
        *_differentials(predictor, held),
        *_calibration(predictor, held, complaints),
        *_sets(predictor, held),
        *_strange(predictor, held, rows[~back], past),
        *_fairness(predictor, held),
    ]


def _held(rows: pd.DataFrame, predictor: DiagnosisPredictor, complaints: Ints) -> Held:
    cases, words = frame.cases_of(rows), predictor.vocabulary
    known = predictor.design(cases)
    truth = rows["condition"].map(words.condition_row).fillna(-1).to_numpy().astype(np.int64)
    labels = frame.differentials_of(rows, words)
    first = consultations.first_complaints(known, complaints, SEED)
    came = [i for i, column in enumerate(first) if column is not None]
    return Held(
        partial.take(known, np.array(came)),
        [cases[i] for i in came],
        truth[came],
        [column for column in first if column is not None],
        None if labels is None else labels[came],
    )


def _ask(
    predictor: DiagnosisPredictor, held: Held, stop: float, most: int, wrong: float = 0.0
) -> Asked:
    return _consult(predictor, held, stop, most, wrong)[1]


def _consult(
    predictor: DiagnosisPredictor, held: Held, stop: float, most: int, wrong: float = 0.0
) -> tuple[Consultations, Asked]:
    return consultations.held(
        predictor, held.known, held.cases, held.complaint, stop, most, wrong, SEED
    )


def _right(found: Asked, held: Held, after: int | None = None) -> Bools:
    """(N,) whether the first condition was right at the end, or after so many questions."""
    if after is None:
        return np.asarray(found.probability.argmax(axis=1) == held.truth)
    last = [told[min(after, len(told)) - 1] if told else -1 for told in found.first_after]
    return np.asarray(np.array(last) == held.truth)


def _asking(predictor: DiagnosisPredictor, held: Held) -> list[Row]:
    assert predictor.posterior is not None
    stop = predictor.posterior.stop
    stopped = _ask(predictor, held, stop, MOST)
    on = _ask(predictor, held, 1.1, 10)
    wrong = _ask(predictor, held, stop, MOST, WRONG)
    alone = replace(predictor, network=None)
    without = _ask(alone, held, stop, MOST)
    asked_without = np.mean([len(questions) for questions in without.questions])
    count = np.mean([len(questions) for questions in stopped.questions])
    right = _right(stopped, held).mean()
    curve = [f"posterior alone {_right(without, held).mean():.2%} at {asked_without:.2f}"]
    costs = []
    for stop in (0.9, 0.97, 0.99, 0.997, 0.9999):
        run, heard = (_ask(predictor, held, stop, MOST, share) for share in (0.0, WRONG))
        asked = np.mean([len(questions) for questions in run.questions])
        told = _right(run, held).mean()
        curve.append(f"{told:.2%} at {asked:.2f}")
        costs.append(f"{(told - _right(heard, held).mean()) * 100:.1f} at {asked:.2f}")
    cost = (right - _right(wrong, held).mean()) * 100
    return [
        Row("asking: top-1 at mean questions", f"{right:.2%} at {count:.2f}", ", ".join(curve), "≥ 99.3 % at ≤ 4.0"),
        Row("top-1 after 5 questions", f"{_right(on, held, 5).mean():.2%}", f"after 1 {_right(on, held, 1).mean():.2%}, 3 {_right(on, held, 3).mean():.2%}, 10 {_right(on, held, 10).mean():.2%}", "≥ 95 %"),
        Row("cost of 10 % wrong answers", f"{cost:.1f} points", f"by questions where none is wrong: {', '.join(costs)}", "≤ 3 points"),
    ]  # fmt: skip


def _presenting(
    predictor: DiagnosisPredictor,
    held: Held,
    learned: pd.DataFrame,
    complaints: Ints,
    antecedents: Bools,
) -> list[Row]:
    truth = held.truth

    def told(scores: Floats) -> str:
        order = np.argsort(-scores, axis=1, kind="stable")
        return f"{(order[:, 0] == truth).mean():.1%} / {(order[:, :5] == truth[:, None]).any(axis=1).mean():.1%}"

    cases, words = frame.cases_of(learned), predictor.vocabulary
    labels = learned["condition"].map(words.condition_row).to_numpy().astype(np.int64)
    known = predictor.design(cases)
    first = consultations.first_complaints(known, complaints, SEED + 1)
    came = [i for i, column in enumerate(first) if column is not None]
    X = _presentation([first[i] or 0 for i in came], [cases[i] for i in came], len(words.findings))
    T = _presentation(held.complaint, held.cases, len(words.findings))
    logistic = LogisticRegression(C=1.0, max_iter=300).fit(X, labels[came])
    full = sparse.hstack([known.present, _person(cases)], "csr")
    bayes = BernoulliNB(alpha=0.5).fit(full, labels)
    beside = f"logistic regression {told(_columns(logistic, X=T, width=len(words.conditions)))}, naive Bayes {told(_columns(bayes, X=T, width=len(words.conditions)))}"
    ours = told(predictor.begin(held.cases, held.complaint).probability)
    differential = told(predictor.decide(held.presented(predictor)).probability)
    curve = limits.presenting_curve(
        (known, cases, labels), (held.known, held.cases, truth), words, antecedents, SEED
    )
    told_curve = ", ".join(f"{n} {a:.1%} / {b:.1%}" for n, (a, b) in curve.items())
    return [
        Row("first presentation, top-1 / top-5", ours, beside, "≥ 38.5 / 73 %"),
        Row("  the same by `sehat predict diagnosis`", differential, f"counts of so many patients, over all complaints of each held back: {told_curve}", "≥ 38.5 / 73 %"),
    ]  # fmt: skip


def _columns(model: LogisticRegression | BernoulliNB, X: sparse.csr_matrix, width: int) -> Floats:
    """(N, width) probabilities in the vocabulary's order; 0 for a condition that it never met."""
    out = np.zeros((X.shape[0], width))
    out[:, model.classes_] = model.predict_proba(X)
    return out


def _presentation(columns: Sequence[int], cases: Sequence[Case], width: int) -> sparse.csr_matrix:
    n = len(columns)
    told = sparse.csr_matrix((np.ones(n), (np.arange(n), columns)), shape=(n, width))
    return sparse.hstack([told, _person(cases)], "csr")


def _person(cases: Sequence[Case]) -> sparse.csr_matrix:
    """(N, bands of age + sex) 0/1."""
    band = np.digitize([case.age or 0.0 for case in cases], BANDS)
    ages = np.eye(len(BANDS) + 1)[band]
    return sparse.csr_matrix(np.column_stack([ages, [case.sex == "F" for case in cases]]))


def _differentials(predictor: DiagnosisPredictor, held: Held) -> list[Row]:
    """F1 of the set of conditions to be considered, beside the likeliest few of naive Bayes."""
    network, labels = predictor.network, held.differential
    if network is None or labels is None:
        return []
    _, full = network.of_design(partial.whole(held.known))
    consulted, asked = _consult(predictor, held, 1.1, 10)
    after = consulted.belongs
    assert after is not None
    count = np.mean([len(questions) for questions in asked.questions])
    bayes, size = consulted.scores, int(np.median(labels.sum(axis=1)))
    likeliest = np.argsort(np.argsort(-bayes, axis=1), axis=1) < size
    return [
        Row("differential F1, full evidence", f"{evaluate.f1(considered(full), labels):.3f}", "", "≥ .93"),
        Row("differential F1, after 10 questions", f"{evaluate.f1(considered(after), labels):.3f} at {count:.2f}", f"the posterior's {size} likeliest {evaluate.f1(likeliest, labels):.3f}", "≥ .80"),
    ]  # fmt: skip


def _calibration(predictor: DiagnosisPredictor, held: Held, complaints: Ints) -> list[Row]:
    """At each number of answers, over the consultations that come so far when nobody stops."""
    errors, chance = [], []
    for count in (0, 1, 2, 3, 5, 10):
        probability = _ask(predictor, held, ALL_BUT_SURE, count).probability
        errors.append((evaluate.ranking(probability, held.truth)["ece"], count))
        chance.append(limits.calibration_by_chance(probability, SEED))
    worst, at = max(errors)
    told = (
        f"{e:.3f} after {c} ({by:.3f} if it were exact)"
        for (e, c), by in zip(errors, chance, strict=True)
    )
    begun = []
    for seed in range(OTHER_DRAWS):
        first = consultations.first_complaints(held.known, complaints, seed)
        probability = predictor.begin(held.cases, first).probability
        exact = limits.calibration_by_chance(probability, seed)
        begun.append((evaluate.ranking(probability, held.truth)["ece"], exact))
    mean, exact = np.mean(begun, axis=0)
    return [
        Row("calibration error while asking, at worst", f"{worst:.3f} after {at}", ", ".join(told), "≤ .015"),
        Row(f"  before any answer, mean of {OTHER_DRAWS} other draws of the complaint", f"{mean:.3f}", f"{exact:.3f} if it were exact", "≤ .015"),
    ]  # fmt: skip


def _sets(predictor: DiagnosisPredictor, held: Held) -> list[Row]:
    answers = predictor.decide(held.presented(predictor))
    rows, truth = np.arange(len(held.truth)), held.truth
    cannot_wait = np.array([c.urgent for c in predictor.vocabulary.conditions])
    large = [c for c in np.unique(truth) if (truth == c).sum() >= LARGE_CLASS]

    def told(in_set: Bools) -> tuple[str, str]:
        inside, size = in_set[rows, truth], in_set.sum(axis=1)
        worst = min((inside[truth == c].mean() for c in large), default=float("nan"))
        severe = inside[cannot_wait[truth]].mean()
        return (
            f"{inside.mean():.3f}; {size.mean():.1f}; {worst:.2f}",
            f"{severe:.3f} at {size.mean():.1f}",
        )

    ours = told(answers.in_set)
    best = told(limits.sets_at_best(answers.probability, truth, cannot_wait))
    empty = (predictor.decide(held.known).in_set.sum(axis=1) == 0).mean()
    chosen = "thresholds chosen on the patients held back themselves"
    return [
        Row("95 % sets at first presentation: coverage; size; worst class; empty", f"{ours[0]}; {empty:.0%}", f"{chosen} {best[0]}", ".94–.96; ≤ 10; ≥ .90; none"),
        Row("severity 1–2 inside the set", ours[1], f"by those thresholds {best[1]}", "≥ .99 at ≤ 11"),
    ]  # fmt: skip


def _strange(
    predictor: DiagnosisPredictor, held: Held, learned: pd.DataFrame, antecedents: Bools
) -> list[Row]:
    """All that is known of each patient; no target is set, so the false alarms stand beside it."""
    cases = frame.cases_of(learned)
    truth = learned["condition"].map(predictor.vocabulary.condition_row).to_numpy().astype(np.int64)
    strangers = evaluate_familiarity.of_strangers(
        predictor,
        (predictor.design(cases), cases, truth),
        (held.known, held.cases, held.truth),
        antecedents,
    )
    each = ", ".join(f"{name} {share:.0%}" for name, share in strangers.items())
    of_patients = evaluate_familiarity.of_patients(predictor, held.known)
    nonsense = evaluate_familiarity.of_nonsense(predictor, held.known, SEED)
    mean = np.mean([*strangers.values()]) if strangers else float("nan")
    return [
        Row("findings that fit no known condition: of a condition left out", f"{mean:.0%}", each, ""),
        Row("  of random findings; of patients, a false alarm", f"{nonsense:.0%}; {of_patients:.1%}", "", ""),
    ]  # fmt: skip


def _fairness(predictor: DiagnosisPredictor, held: Held) -> list[Row]:
    begun = predictor.begin(held.cases, held.complaint)
    sure = begun.probability.max(axis=1) * 100  # how often it expects to be right
    right = (begun.probability.argmax(axis=1) == held.truth) * 100.0
    sex = np.array([case.sex == "F" for case in held.cases])
    band = np.digitize([case.age or 0.0 for case in held.cases], (18, 45, 65))
    ages, expected = ([of[band == b].mean() for b in np.unique(band)] for of in (right, sure))
    return [
        Row("gap between sexes, first presentation", f"{abs(right[sex].mean() - right[~sex].mean()):.1f} points", f"by its own probabilities {abs(sure[sex].mean() - sure[~sex].mean()):.1f}", "≤ 1.5"),
        Row("gap between age bands (<18, <45, <65, older)", f"{max(ages) - min(ages):.1f} points", ", ".join(f"{a:.1f}" for a in ages) + f"; by its own probabilities {max(expected) - min(expected):.1f}: " + ", ".join(f"{a:.1f}" for a in expected), "≤ 2.5"),
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with DDXPlus patients")
    parser.add_argument("--quick", action="store_true", help="a smaller model, for a first look")
    options = parser.parse_args()
    console = Console(width=200)
    table = Table("measure", "ours", "beside it, same run", "reach", box=None)
    folder = options.data / "diagnosis" if (options.data / "diagnosis").is_dir() else options.data
    rows = measure(folder, lambda text: console.print(text, style="dim"), options.quick)
    for row in [*rows, *notes.rows(folder.parent / "notes")]:
        table.add_row(row.what, row.ours, row.beside, row.reach)
    console.print(table)
    console.print("CDS Hooks are measured by `make bench`, which serves a city.", style="dim")


if __name__ == "__main__":
    main()
