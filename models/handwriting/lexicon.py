"""Words that a note is likely to hold, found by how alike they are to what was read."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

_NEAR = 40  # words that are weighed
_LONGER = 2  # letters by which they may differ in length
_BEFORE, _AFTER = "(", ".,:?)%"


class Lexicon:
    def __init__(self, words: Iterable[str], letters: str) -> None:
        """Words with other letters than `letters` cannot be written, and are left out."""
        known = set(letters)
        self.words = sorted({word for word in words if word and known.issuperset(word)})
        self._folded = {word.lower() for word in self.words}
        self._lengths = np.array([len(word) for word in self.words], int)
        positions = defaultdict(list)
        for position, word in enumerate(self.words):
            for pair in _pairs(word):
                positions[pair].append(position)
        self._positions = {pair: np.array(found) for pair, found in positions.items()}

    def __contains__(self, text: str) -> bool:
        return core(text)[1].lower() in self._folded

    def near(self, text: str) -> list[str]:
        """Words that share letter pairs with the text, dressed as it is: its brackets and stops
        around them, and its capitals."""
        before, word, after = core(text)
        if not word or not self.words or any(letter.isdigit() for letter in word):
            return []
        shared = np.zeros(len(self.words))
        for pair in _pairs(word):
            if pair in self._positions:
                shared[self._positions[pair]] += 1
        # Dice's coefficient of the letter pairs
        alike = 2 * shared / (self._lengths + len(word) + 2)
        alike[np.abs(self._lengths - len(word)) > _LONGER] = 0
        best = np.argsort(-alike, kind="stable")[:_NEAR]
        found = [self.words[position] for position in best if alike[position] > 0]
        return [before + form + after for near in found for form in _forms(near, word)]


def core(text: str) -> tuple[str, str, str]:
    """What stands before the word, the word, and what stands after it."""
    word = text.lstrip(_BEFORE)
    before = text[: len(text) - len(word)]
    bare = word.rstrip(_AFTER)
    return before, bare, word[len(bare) :]


def _forms(word: str, read: str) -> list[str]:
    forms = {word: None, word[0].upper() + word[1:]: None}
    if sum(letter.isupper() for letter in read) * 2 > len(read):
        forms[word.upper()] = None
    return list(forms)


def _pairs(word: str) -> set[str]:
    padded = f" {word.lower()} "
    return {padded[i : i + 2] for i in range(len(padded) - 1)}
