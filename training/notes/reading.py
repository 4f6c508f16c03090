"""How long a note of five sentences takes to be read, in process, on one thread."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.notes import Concept, Kind
from models.notes.reader import NoteReader
from training.notes.evaluate import Marked
from training.notes.misspelling import misspellings

SENTENCES = 5
COUNT, SEED = 300, 20_262
_COMPLAINTS = (
    "{a} and {b} since {n} days.",
    "c/o {a} {n} din se, {b} bhi hai.",
    "{n}-year-old brought with {a}, worse at night, and with {b} off and on.",
)
_HISTORY = (
    "No {a}, denies {b} or {c}.",
    "h/o {a} {n} years ago, mother has {b}.",
    "{a} nahi hai, na {b}.",
)
_THOUGHT = (
    "On examination {a} is present, {b} absent, chest clear.",
    "r/o {d}, likely {e}.",
    "Impression: {d} vs {e}, cannot exclude {a}.",
)
_PLANS = (
    "Tab {f} 500 mg tds x {n} days, plenty of fluids.",
    "Start {f} 250 mg bd after food and repeat the blood count after {n} days.",
)
_ADVICE = ("Return at once if {a} or {b}.", "Review after {n} days, {c} to be watched.")
_SHAPES = (_COMPLAINTS, _HISTORY, _THOUGHT, _PLANS, _ADVICE)


@dataclass(frozen=True)
class Times:
    """In ms a note."""

    count: int
    mean: float
    p95: float


def composed(concepts: Sequence[Concept], count: int = COUNT, seed: int = SEED) -> list[str]:
    """Different notes in clinical shorthand and Hinglish; every fifth name is misspelt."""
    chance = random.Random(seed)
    names = {
        kind: [term for c in concepts if c.kind is kind for term in (c.name_en, *c.aliases)]
        for kind in Kind
    }
    wrong = [case.written for case in misspellings(concepts, max(200, count), seed)]

    def name(kind: Kind) -> str:
        return chance.choice(wrong if chance.random() < 0.2 else names[kind])

    def note() -> str:
        return " ".join(
            chance.choice(shapes).format(
                n=chance.randint(2, 9),
                f=chance.choice(names[Kind.DRUG]),
                **{letter: name(Kind.FINDING) for letter in "abc"},
                **{letter: name(Kind.CONDITION) for letter in "de"},
            )
            for shapes in _SHAPES
        )

    notes: dict[str, None] = {}
    while len(notes) < count:
        notes[note()] = None
    return list(notes)


def of_marked(rows: Sequence[Marked]) -> list[str]:
    """Sentences that people wrote, five by five as they stand in their reports, each once."""
    texts = list(dict.fromkeys(row.sentence.strip() for row in rows))
    return [" ".join(texts[n : n + SENTENCES]) for n in range(0, len(texts) - 4, SENTENCES)]


def times(reader: NoteReader, notes: Sequence[str]) -> Times:
    """Each note read once; the tables are made before."""
    reader.read("no fever")
    took = []
    for note in notes:
        began = time.perf_counter()
        reader.read(note)
        took.append(1000 * (time.perf_counter() - began))
    return Times(len(took), float(np.mean(took)), float(np.percentile(took, 95)))
