"""Where in a note a misspelt term may stand.

Each word is read as the words of terms that it may be by a few slips. A run of words is worth trying
where its words, so read, are a term: "tertiann fever", because the catalogue has "tertian fever".
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from unicodedata import category

from models.notes.likeness import begin_alike, contrary, edits, sound
from models.notes.terms import stem

SHORTEST, LONGEST = 3, 40  # letters of a word that is read as another
SHORTEST_KNOWN = 5  # the same of a word that is itself a term's: oedema is not edema, but may be it
# Letters from which one may have changed. Below, the consonants stand: HCV is not HIV misspelt.
SHORTEST_CHANGED = 4
JOINED = 3  # words of a term that may be written as one: petdard
INDEXED = 8  # letters by whose beginning words are found

Phrase = tuple[str, ...]


class Spelling:
    """Knows the phrases and their words."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._terms = frozenset(phrases)
        together = {("".join(phrase),) for phrase in self._terms if len(phrase) <= JOINED}
        self._phrases = self._terms | together
        self._begun = {phrase[:n] for phrase in self._phrases for n in range(1, len(phrase) + 1)}
        self._known = {word for phrase in self._terms for word in phrase}
        self._by_shorter: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._known.union(*together)):
            for shorter in _shortened(word):
                self._by_shorter[shorter].append(word)

    def meant(self, words: Iterable[str]) -> dict[str, list[str]]:
        """The words of phrases that each of `words` may be; those that can be no other are left
        out."""
        return {
            word: self._like(word)
            for word in words
            if _of_letters(word)
            and (SHORTEST_KNOWN if word in self._known else SHORTEST) <= len(word) <= LONGEST
        }

    def _like(self, word: str) -> list[str]:
        near = {
            other for shorter in _shortened(word) for other in self._by_shorter.get(shorter, ())
        }
        if word not in self._known:
            return sorted(other for other in near if _may_be(word, other))
        others = (other for other in near - {word} if _one_slip(word, other))
        return [word, *sorted(others)]

    def runs(self, words: Sequence[str], meant: dict[str, list[str]]) -> Iterator[tuple[int, int]]:
        """First word, and word after the last, of every run that is a phrase only as it is read."""
        options = [meant.get(word, [word]) for word in words]
        for first in range(len(words)):
            pair = words[first : first + 2]
            if len(pair) == 2 and (stem("".join(pair)),) in self._terms:
                yield first, first + 2  # "hyper tension"
            begun: list[Phrase] = [()]
            for last in range(first + 1, len(words) + 1):
                longer = ((*phrase, word) for phrase in begun for word in options[last - 1])
                begun = [phrase for phrase in longer if phrase in self._begun]
                if not begun:
                    break
                if any(self._is_other(phrase, tuple(words[first:last])) for phrase in begun):
                    yield first, last

    def _is_other(self, phrase: Phrase, written: Phrase) -> bool:
        """Whether a term can be read in what is written that does not stand there. A word of a term
        is right as it stands, unless a longer term is meant."""
        if len(written) == 1 and written[0] in self._known:
            return False
        return phrase in self._phrases and (phrase != written or phrase not in self._terms)


def _of_letters(word: str) -> bool:
    """Vowel signs of Devanagari are marks, not letters."""
    return all(category(sign)[0] in "LM" for sign in word)


def _shortened(word: str) -> set[str]:
    """How a word begins, in writing and in sound, without none, one or, in sound, two of its letters.
    Words of few slips have one in common (Mor and Fraenkel, Comm. ACM 25:935, 1982)."""
    written, heard = word[:INDEXED], sound(word)[:INDEXED]
    one = _without_one(heard)
    two = {less for shorter in one for less in _without_one(shorter)} if len(heard) > 3 else set()
    return {written, heard} | _without_one(written) | one | two


def _without_one(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _may_be(word: str, other: str) -> bool:
    """Few slips for words so long, in writing or in sound; one where the beginning differs."""
    if len(word) < SHORTEST_CHANGED and _consonants(word) != _consonants(other):
        return False
    if not begin_alike(word, other):
        return len(word) >= SHORTEST_CHANGED and _one_slip(word, other)
    long = max(len(word), len(other))
    most = 1 if long < 6 else 2 if long < 10 else 3
    return edits(word, other, most) <= most or edits(sound(word), sound(other), most) <= most


def _one_slip(word: str, other: str) -> bool:
    return not contrary(word, other) and edits(word, other, 1) <= 1


def _consonants(word: str) -> str:
    return "".join(letter for letter in sound(word) if letter not in "aeiou")
