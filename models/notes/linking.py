"""Misspelt and Hinglish words linked to concepts: character n-grams to find candidates, edits to
choose among them.

scispaCy's own index for this refuses scipy 1.11 and newer and is made for millions of terms; ours
has some thousands, for which one sparse product is enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from models.notes.likeness import alike, begin_alike, sound
from models.notes.tokens import tokenise
from models.notes.values import Concept

CANDIDATES = 12  # terms by n-grams whose edits are counted
LEAST = 0.72  # likeness (0..1) under which nothing is linked
FAR = 0.2  # cosine of n-grams under which edits need not be counted


@dataclass(frozen=True, slots=True)
class Link:
    concept: Concept
    score: float


class Linker:
    """Links a few words to the concept that has the term most like them."""

    def __init__(self, concepts: Sequence[Concept]) -> None:
        owners: dict[str, Concept] = {}
        for concept in concepts:
            for term in concept.terms:
                owners.setdefault(_plain(term), concept)
        owners.pop("", None)
        self._terms = list(owners)
        self._owners = list(owners.values())
        self._vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), lowercase=False)
        if self._terms:
            matrix = self._vectorizer.fit_transform([_shown(term) for term in self._terms])
            self._terms_by_gram = matrix.T.tocsr()

    def link(self, text: str, least: float = LEAST) -> Link | None:
        """The concept most like `text`, or None when none is alike enough. Takes any text."""
        [found] = self.link_all([text], least)
        return found

    def link_all(self, texts: Sequence[str], least: float = LEAST) -> list[Link | None]:
        """`link` for many texts at once."""
        plain = [_plain(text) for text in texts]
        if not self._terms or not plain:
            return [None] * len(plain)
        likeness = self._vectorizer.transform([_shown(text) for text in plain])
        scores = (likeness @ self._terms_by_gram).tocsr()
        found: list[Link | None] = []
        for row, text in enumerate(plain):
            part = slice(scores.indptr[row], scores.indptr[row + 1])
            found.append(self._best(text, scores.indices[part], scores.data[part], least))
        return found

    def _best(
        self, text: str, terms: NDArray[np.int32], values: NDArray[np.float64], least: float
    ) -> Link | None:
        """terms: (n,) positions of terms that share n-grams with text; values: (n,) cosines."""
        order = np.lexsort((terms, -values))[:CANDIDATES]
        best: tuple[float, float, int] | None = None
        for position in order:
            term = int(terms[position])
            if values[position] < FAR or not begin_alike(text, self._terms[term]):
                continue
            # The cosine decides between terms at equal edits.
            rank = (alike(text, self._terms[term]), float(values[position]), -term)
            if best is None or rank > best:
                best = rank
        if best is None or best[0] < least:
            return None
        return Link(self._owners[-best[2]], best[0])


def _plain(text: str) -> str:
    return " ".join(token.norm for token in tokenise(text[:200]) if token.is_word)


def _shown(text: str) -> str:
    """What the n-grams are taken of: the writing and the sound."""
    return f" {text} | {sound(text)} "
