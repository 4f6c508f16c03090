"""Terms of the knowledge base as they stand in a note, found by spaCy's phrase matcher.

Compared are word stems, so that case, accents, plurals and hyphens make no difference. Whatever
words a note brings are forgotten again: spaCy would keep each of them for good otherwise.
"""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

import spacy
from spacy.lang.en.stop_words import STOP_WORDS
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from models.notes.tokens import Token, tokenise
from models.notes.values import Concept
from models.notes.words import word_set

# A term that is also a small word of English or Hinglish counts only in capitals: AS, ALL, PE, OR.
SMALL_WORDS = frozenset(STOP_WORDS) | word_set(
    """
    pe se ka ki ke ko ho hai na ne me mein bhi to
    """
)
_WITHIN = frozenset(["-", "'", "’", "/"])  # signs that may stand within a term


@dataclass(frozen=True, slots=True)
class Match:
    """Tokens first..last-1 are a term of the concept; score as in Mention."""

    first: int
    last: int
    concept: Concept
    score: float = 1.0

    @property
    def length(self) -> int:
        return self.last - self.first


def stem(word: str) -> str:
    """A folded word without the ending of an English plural: fevers, rashes; not pus, dengue.

    Headache loses its e as well, since headaches and rashes end alike."""
    if len(word) > 5 and word.endswith(("shes", "ches", "xes", "sses")):
        return word[:-2]
    if len(word) > 5 and word.endswith("che"):
        return word[:-1]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "as")):
        return word[:-1]
    return word


def stems(tokens: Iterable[Token]) -> list[str]:
    return [_encodable(stem(token.norm)) for token in tokens if token.is_word]


def _encodable(word: str) -> str:
    return word.encode("utf-8", "replace").decode()


def joined(sentence: Sequence[Token]) -> list[list[int]]:
    """The places of the words of a sentence, run by run, parted by signs that no term spans."""
    runs: list[list[int]] = [[]]
    for index, token in enumerate(sentence):
        if token.is_word:
            runs[-1].append(index)
        elif token.norm not in _WITHIN:
            runs.append([])
    return [run for run in runs if run]


class Terms:
    """Finds every term of the concepts; where two concepts share one, the earlier has it."""

    def __init__(self, concepts: Sequence[Concept]) -> None:
        with warnings.catch_warnings():
            # spaCy imports every plug-in that is installed; one brings a file Python warns about.
            warnings.simplefilter("ignore")
            self.nlp = spacy.blank("en")
        self._lock = Lock()  # spaCy's vocabulary and its memory zones are not made for threads
        self._matcher = PhraseMatcher(self.nlp.vocab)
        self._concepts: dict[tuple[str, ...], Concept] = {}
        for concept in concepts:
            for term in concept.terms:
                words = tuple(stems(tokenise(term)))
                if words:
                    self._concepts.setdefault(words, concept)
        if self._concepts:
            self._matcher.add("term", [self._doc(words) for words in self._concepts])

    @property
    def phrases(self) -> Iterable[tuple[str, ...]]:
        """Every term, by the stems of its words."""
        return self._concepts.keys()

    def _doc(self, words: Sequence[str]) -> Any:
        return Doc(self.nlp.vocab, words=list(words))

    @contextmanager
    def zone(self) -> Iterator[Any]:
        """The pipeline for as long as the block lasts; what it read is forgotten at the end."""
        with self._lock, self.nlp.memory_zone():
            yield self.nlp

    def find(self, sentence: Sequence[Token]) -> list[Match]:
        """The terms in the tokens of one sentence, in order, the longest where they overlap."""
        places = [index for index, token in enumerate(sentence) if token.is_word]
        words = stems(sentence)
        if not words or not self._concepts:
            return []
        with self.zone():
            spans = [(start, end) for _, start, end in self._matcher(self._doc(words))]
        found: list[Match] = []
        taken = 0
        for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
            first, last = places[start], places[end - 1] + 1
            if start < taken or not self._is_meant(sentence[first:last]):
                continue
            taken = end
            found.append(Match(first, last, self._concepts[tuple(words[start:end])]))
        return found

    def _is_meant(self, tokens: Sequence[Token]) -> bool:
        if len(tokens) == 1:
            return tokens[0].norm not in SMALL_WORDS or tokens[0].upper
        return all(token.is_word or token.norm in _WITHIN for token in tokens)
