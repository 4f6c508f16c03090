"""Character and word error rates of handwriting: `python -m training.handwriting.evaluate`.

It fits an engine that never saw the last form of each letter, and measures it on synthetic writers
whom it never saw: of the usual kind, with those forms, with stronger slants and tremors, with both;
on sentences of ours (`sentences.txt`) and on strings that are no words. Beside it, in the same run,
a plain baseline: letters told apart by gaps, each the nearest form. These are drawings of a program:
what people's writing gives, `--recordings` measures (InkML files, each with a `truth` annotation or
a `.txt` of the same name).
"""

import argparse
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

import ink as inks
from ink.inkml import truth
from models.handwriting import Recogniser, load
from training.handwriting import texts, train, writers
from training.handwriting.alphabet import Form, fitted, held_out, letters
from training.handwriting.baseline import NearestForm

SEED = 20_000  # training begins at other seeds
WRITERS = 30  # of each kind


class Sample(NamedTuple):
    ink: inks.Ink
    text: str


@dataclass(frozen=True)
class Measured:
    """Shares of 1: edits of characters, of words, and characters of the best of the alternatives."""

    samples: int
    characters: int
    cer: float
    wer: float


def sentences() -> list[str]:
    """Ours, written for this measure alone; none was used while fitting."""
    text = files("training.handwriting").joinpath("sentences.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line]


def strings(rng: np.random.Generator, count: int) -> list[str]:
    """Letters and digits without sense: what the network reads when no word helps it."""
    pool = list("abcdefghijklmnopqrstuvwxyz" * 2 + "0123456789")
    return [
        " ".join("".join(rng.choice(pool, int(rng.integers(2, 8)))) for _ in range(3))
        for _ in range(count)
    ]


def mixed(letter: str) -> tuple[Form, ...]:
    """Forms never fitted and fitted ones, half and half: as a stranger's hand would have."""
    known = fitted(letter)
    unseen = held_out(letter)
    return known[:1] + unseen if len(unseen) == 1 else known


KINDS = {
    "usual": (writers.usual, fitted),
    "usual, half of the forms never fitted": (writers.usual, mixed),
    "strong": (writers.strong, fitted),
    "strong, half of the forms never fitted": (writers.strong, mixed),
}


def written(kind: str, lines: Sequence[str], seed: int, count: int = WRITERS) -> list[Sample]:
    """Each line by a writer of its own, `count` in turn over the lines."""
    style, use = KINDS[kind]
    rng = np.random.default_rng(seed)
    return [
        Sample(writers.ink(text, style(rng, use), rng), text)
        for text in (lines[number % len(lines)] for number in range(count))
    ]


def measure(engine: Recogniser, samples: Iterable[Sample]) -> Measured:
    wrong = characters = bad = words = count = 0
    for sample in samples:
        read = " ".join(engine.recognise(sample.ink).text.split())
        meant = " ".join(sample.text.split())
        wrong += distance(read, meant)
        bad += distance(read.split(), meant.split())
        characters += len(meant)
        words += len(meant.split())
        count += 1
    return Measured(count, characters, wrong / max(characters, 1), bad / max(words, 1))


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Edits between two texts, or two lists of words (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def recordings(folder: Path) -> list[Sample]:
    """A site's own drawings. Raises InkError or ValueError, naming the file."""
    found = []
    for path in sorted(folder.glob("*.inkml")):
        content = path.read_bytes()
        beside = path.with_suffix(".txt")
        said = beside.read_text(encoding="utf-8") if beside.exists() else truth(content)
        if not said.strip():
            raise ValueError(f"{path.name}: nothing says what was written")
        found.append(Sample(inks.read(content), said))
    return found


def parts(count: int) -> dict[tuple[str, str], list[Sample]]:
    rng = np.random.default_rng(SEED)
    plain = strings(rng, count)
    return {
        (kind, what): written(kind, lines, SEED + number, count)
        for number, kind in enumerate(KINDS)
        for what, lines in (("sentences", sentences()), ("no words", plain))
    }


def report(engines: dict[str, Recogniser], samples: dict[tuple[str, str], list[Sample]]) -> Table:
    table = Table(title="Handwriting read, synthetic writers: character / word error rate, %")
    table.add_column("writers")
    table.add_column("what")
    table.add_column("characters", justify="right")
    for name in engines:
        table.add_column(name, justify="right")
    for (kind, what), part in samples.items():
        found = [measure(engine, part) for engine in engines.values()]
        figures = [f"{100 * one.cer:.1f} / {100 * one.wer:.1f}" for one in found]
        table.add_row(kind, what, f"{found[0].characters:,}", *figures)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how handwriting is read.")
    parser.add_argument("--engine", type=Path, help="a fitted folder, instead of fitting one")
    parser.add_argument("--recordings", type=Path, help="folder of InkML, measured too")
    parser.add_argument("--writers", type=int, default=WRITERS, help="of each kind")
    asked = parser.parse_args()
    words = texts.words()
    with tempfile.TemporaryDirectory() as made:
        folder = asked.engine or Path(made)
        if asked.engine is None:
            torch.set_num_threads(1)
            train.save(train.fit(fitted, tell=True), folder, "fitted forms")
        engines: dict[str, Recogniser] = {
            "network, lexicon": load(words, folder),
            "network alone": load((), folder),
            "nearest form": NearestForm(fitted, letters()),
        }
        Console().print(report(engines, parts(asked.writers)))
    if asked.recordings:
        found = measure(load(words), recordings(asked.recordings))
        Console().print(
            f"recordings, shipped engine: {found.samples} drawings, {found.characters} characters, "
            f"CER {100 * found.cer:.1f} %, WER {100 * found.wer:.1f} %"
        )


if __name__ == "__main__":
    main()
