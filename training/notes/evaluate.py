"""How well negation is read, measured on sentences that people marked. Nothing is trained on them.

    python -m training.notes.evaluate --data ../shared/data/notes

FOLDER holds negation_sentences.jsonl: concept, sentence, negation (Affirmed or Negated).
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from models.notes import Assertion, Judgement, judge_concept

FILE = "negation_sentences.jsonl"
LOOKED_AT = 3  # rows whose number is a multiple of it were read while the rules were written
TRUTHS = ("Affirmed", "Negated")


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence, a concept in it, and whether a person marked the concept as negated."""

    sentence: str
    concept: str
    negated: bool


@dataclass(frozen=True)
class Measured:
    """Of `negated` against all else. confusion: (marked, answered) -> rows; times in ms."""

    rows: int
    precision: float
    recall: float
    f1: float
    ms_mean: float
    ms_p95: float
    confusion: dict[tuple[str, str], int]


def read_marked(folder: Path) -> list[Marked]:
    """The rows of FILE in order. Raises ValueError naming the line."""
    found = []
    with (folder / FILE).open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            row = json.loads(line)
            if row.get("negation") not in TRUTHS:
                raise ValueError(f"{FILE}, line {number}, negation: is not {' or '.join(TRUTHS)}")
            found.append(Marked(row["sentence"], row["concept"], row["negation"] == "Negated"))
    return found


def measure(
    rows: Sequence[Marked], judge: Callable[[str, str], Judgement] = judge_concept
) -> Measured:
    """Judge every row one by one, on this thread."""
    if rows:
        judge(rows[0].sentence, rows[0].concept)  # builds the tables
    confusion: Counter[tuple[str, str]] = Counter()
    times = []
    for row in rows:
        began = time.perf_counter()
        answer = judge(row.sentence, row.concept).assertion
        times.append(1000 * (time.perf_counter() - began))
        confusion[TRUTHS[row.negated], answer.value] += 1
    negated = Assertion.NEGATED.value
    right = confusion["Negated", negated]
    answered = sum(n for (_, answer), n in confusion.items() if answer == negated)
    marked = sum(row.negated for row in rows)
    return Measured(
        rows=len(rows),
        precision=right / answered if answered else 0.0,
        recall=right / marked if marked else 0.0,
        f1=2 * right / (answered + marked) if answered + marked else 0.0,
        ms_mean=float(np.mean(times)) if times else 0.0,
        ms_p95=float(np.percentile(times, 95)) if times else 0.0,
        confusion=dict(confusion),
    )


def halves(rows: Sequence[Marked]) -> dict[str, list[Marked]]:
    """What was looked at while the rules were written, and what was not."""
    return {
        "looked at": [row for number, row in enumerate(rows) if number % LOOKED_AT == 0],
        "unseen": [row for number, row in enumerate(rows) if number % LOOKED_AT],
    }


def table_of(measured: dict[str, Measured]) -> Table:
    table = Table(title="Negation of a concept in a sentence")
    for name in ("rows", "n", "F1", "precision", "recall", "ms mean", "ms p95"):
        table.add_column(name, justify="left" if name == "rows" else "right")
    for name, one in measured.items():
        table.add_row(
            name,
            f"{one.rows:,}",
            *(f"{value:.3f}" for value in (one.f1, one.precision, one.recall)),
            f"{one.ms_mean:.2f}",
            f"{one.ms_p95:.2f}",
        )
    return table


def confusion_of(one: Measured) -> Table:
    table = Table(title="Marked, and what was answered")
    table.add_column("marked")
    for answer in Assertion:
        table.add_column(answer.value, justify="right")
    for truth in TRUTHS:
        table.add_row(truth, *(str(one.confusion.get((truth, a.value), 0)) for a in Assertion))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how negation is read in notes.")
    parser.add_argument("--data", type=Path, required=True, help=f"folder with {FILE}")
    rows = read_marked(parser.parse_args().data)
    parts = {**halves(rows), "all": rows}
    measured = {name: measure(part) for name, part in parts.items()}
    Console().print(table_of(measured), confusion_of(measured["all"]))


if __name__ == "__main__":
    main()
