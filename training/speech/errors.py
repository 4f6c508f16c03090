"""What an engine got wrong: words, and among them those that a clinician acts on.

A rate has an interval of 95 % by bootstrap over sentences, not words: the errors of a sentence come
together, and so do those of one sentence in several voices.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from spacy.lang.en.stop_words import STOP_WORDS

from knowledge.catalogue import DELHI, load
from models.notes.words import word_set
from models.speech.phrases import medicines
from models.speech.written import written

DRAWS, SEED = 1000, 7
_GAP, _CHANGED = 10_000, 10_001  # of two ways with as many errors the one with fewer changed words
_NOT_WORDS = re.compile(r"[^\w\s/%.]|[.](?!\d)")
_NEGATIONS = word_set("no not nahi without denies never cannot none negative nor")
# Words of names that say when, how often or where, and no finding.
_EVERYDAY = word_set(
    """
    age air began care comes count daily day days examination family fingers goes going hand history
    home known light like lying minute minutes missed months morning needs night normal old passed
    past percent period possible rest room seen signs small stopped tablet injection times use warning
    week weeks years
    """
)
CLINICAL = ("findings", "drugs", "numbers", "negations")


@dataclass(frozen=True)
class Heard:
    """A sentence as an engine heard it. `missed`, `invented`: kind of word of each error, if clinical."""

    sentence: str
    words: int
    errors: int
    said: tuple[str, ...] = ()  # kinds of its clinical words
    missed: tuple[str, ...] = ()
    invented: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rate:
    errors: int
    words: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.errors / self.words if self.words else 0.0

    def __str__(self) -> str:
        if not self.words:
            return "–"
        return f"{100 * self.value:.1f} % ({100 * self.low:.1f}–{100 * self.high:.1f})"


def words_of(text: str) -> list[str]:
    """As written (500 mg, 130/80), without case and punctuation: for what was said and heard alike."""
    return written(_NOT_WORDS.sub(" ", text.lower())).split()


def compared(sentence: str, text: str) -> Heard:
    said, heard = words_of(sentence), words_of(text)
    pairs = aligned(said, heard)
    wrong = [(a, b) for a, b in pairs if a != b]
    return Heard(
        sentence,
        len(said),
        len(wrong),
        _kinds(said),
        _kinds(a for a, _ in wrong if a),
        _kinds(b for _, b in wrong if b),
    )


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words put in, left out or taken for another: the least that turns one into the other."""
    return sum(a != b for a, b in aligned(said, heard))


def aligned(said: Sequence[str], heard: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs (said, heard) with the fewest errors; "" stands for a word put in or left out.

    Of ways with as many errors the one that keeps more words in their place: "no rash" heard as
    "rash with cough" lost its "no", not its rash.
    """
    cost = np.zeros((len(said) + 1, len(heard) + 1), dtype=np.int64)
    cost[:, 0], cost[0] = _GAP * np.arange(len(said) + 1), _GAP * np.arange(len(heard) + 1)
    for i, word in enumerate(said, start=1):
        for j, other in enumerate(heard, start=1):
            one = cost[i - 1, j - 1] + (word != other) * _CHANGED
            cost[i, j] = min(one, cost[i - 1, j] + _GAP, cost[i, j - 1] + _GAP)
    pairs = []
    i, j = len(said), len(heard)
    while i or j:
        if i and cost[i, j] == cost[i - 1, j] + _GAP:
            i -= 1
            pairs.append((said[i], ""))
        elif j and cost[i, j] == cost[i, j - 1] + _GAP:
            j -= 1
            pairs.append(("", heard[j]))
        else:
            i, j = i - 1, j - 1
            pairs.append((said[i], heard[j]))
    return pairs[::-1]


def kind(word: str) -> str | None:
    """Which of CLINICAL a word as written is."""
    if word in _NEGATIONS:
        return "negations"
    if any(letter.isdigit() for letter in word):
        return "numbers"
    if word in _drugs():
        return "drugs"
    return "findings" if word in _findings() else None


def _kinds(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(found for word in words if (found := kind(word)))


@cache
def _drugs() -> frozenset[str]:
    """Words of their names, without those of "iron and folic acid" that no drug is known by."""
    names = frozenset(word for name in medicines() for word in name.split())
    return names - STOP_WORDS - {"acid"}


@cache
def _findings() -> frozenset[str]:
    """Words of the names of the catalogue's findings and illnesses, without those of everyday."""
    catalogue = load(DELHI)
    named = [(x.name_en, *x.aliases) for x in catalogue.findings]
    named += [(x.name_en, *x.aliases) for x in catalogue.conditions]
    names = " ".join(name for entry in named for name in entry)
    return frozenset(re.findall(r"[a-z]{3,}", names.lower())) - STOP_WORDS - _EVERYDAY


def word_rate(heard: Sequence[Heard]) -> Rate:
    return _rate([(h.sentence, h.errors, h.words) for h in heard])


def missed_rate(heard: Sequence[Heard], what: str) -> Rate:
    """Of the clinical words said, those that were left out or taken for another."""
    return _rate([(h.sentence, h.missed.count(what), h.said.count(what)) for h in heard])


def invented(heard: Sequence[Heard], what: str) -> int:
    """Clinical words heard that nobody said there."""
    return sum(h.invented.count(what) for h in heard)


def _rate(counts: Sequence[tuple[str, int, int]]) -> Rate:
    by_sentence: dict[str, list[int]] = {}
    for sentence, errors, words in counts:
        sums = by_sentence.setdefault(sentence, [0, 0])
        sums[0], sums[1] = sums[0] + errors, sums[1] + words
    if not by_sentence:
        return Rate(0, 0, 0.0, 0.0)
    table = np.array(list(by_sentence.values()))  # (sentences, 2)
    chosen = np.random.default_rng(SEED).integers(len(table), size=(DRAWS, len(table)))
    sums = table[chosen].sum(axis=1)
    rates = sums[:, 0] / np.maximum(1, sums[:, 1])
    low, high = np.quantile(rates, [0.025, 0.975])
    return Rate(int(table[:, 0].sum()), int(table[:, 1].sum()), float(low), float(high))
