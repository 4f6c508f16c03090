"""How well misspelt aliases find their concept: alone, and where they stand in a note. Beside it the
nearest alias by difflib, which compares letters and knows nothing of sounds or of clinics.

A nearest alias there always is, so recall alone flatters whoever never refuses. What is done with
words for a concept that is unknown is therefore told too: a half of the catalogue is withheld, and
every link of a misspelt alias of that half is a wrong one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from models.notes import Concept
from models.notes.linking import Linker
from models.notes.reader import NoteReader
from models.notes.tokens import fold_text
from training.notes.misspelling import KINDS, Kind, Misspelt, misspellings

COUNT = 1_000
SEED = 20_261  # of the bench. What it makes is not for looking at: try rules on other seeds
SENTENCE = "pt c/o {} since 2 days"

Answers = Sequence[str | None]  # ids of concepts
Link = Callable[[Sequence[str]], Answers]


@dataclass(frozen=True)
class Measured:
    """Shares of 1. nearest: difflib's; wrong: links where the concept is unknown, ours and its."""

    count: int
    recall: float
    by_kind: dict[Kind, float]
    nearest: float
    wrong: float
    wrong_nearest: float
    in_notes: float
    in_notes_by_words: dict[int, float]


def measure(concepts: Sequence[Concept], count: int = COUNT, seed: int = SEED) -> Measured:
    cases = misspellings(concepts, count, seed)
    found = _right(_linker(concepts), cases)
    withheld = {concept.id for concept in concepts[::2]}
    known = [concept for concept in concepts if concept.id not in withheld]
    unknown = [case for case in cases if case.meant in withheld]
    read = in_notes(NoteReader(concepts), cases)
    words = [min(3, len(case.written.split())) for case in cases]
    return Measured(
        count=len(cases),
        recall=_share(found),
        by_kind={
            kind: _share([f for f, case in zip(found, cases, strict=True) if case.kind == kind])
            for kind in KINDS
        },
        nearest=_share(_right(_nearest(concepts), cases)),
        wrong=_share(_any(_linker(known), unknown)),
        wrong_nearest=_share(_any(_nearest(known), unknown)),
        in_notes=_share(read),
        in_notes_by_words={
            n: _share([r for r, length in zip(read, words, strict=True) if length == n])
            for n in sorted({*words})
        },
    )


def in_notes(reader: NoteReader, cases: Sequence[Misspelt]) -> list[bool]:
    """Whether each is read as what is meant where it stands in a sentence."""
    return [
        any(m.concept_id == case.meant for m in reader.read(SENTENCE.format(case.written)))
        for case in cases
    ]


def _linker(concepts: Sequence[Concept]) -> Link:
    linker = Linker(concepts)
    return lambda texts: [link.concept.id if link else None for link in linker.link_all(texts)]


def _nearest(concepts: Sequence[Concept]) -> Link:
    owners: dict[str, str] = {}
    for concept in concepts:
        for term in concept.terms:
            owners.setdefault(fold_text(term), concept.id)

    def link(texts: Sequence[str]) -> Answers:
        found = [get_close_matches(text, owners, n=1) for text in texts]
        return [owners[best[0]] if best else None for best in found]

    return link


def _right(link: Link, cases: Sequence[Misspelt]) -> list[bool]:
    answers = link([case.written for case in cases])
    return [answer == case.meant for answer, case in zip(answers, cases, strict=True)]


def _any(link: Link, cases: Sequence[Misspelt]) -> list[bool]:
    return [answer is not None for answer in link([case.written for case in cases])]


def _share(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else 0.0
