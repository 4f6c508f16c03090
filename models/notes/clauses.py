"""Where clauses begin and end in a sentence, and what is said to last, seen from one concept."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.notes.tokens import Token
from models.notes.words import (
    BARRIER_PAIRS,
    BARRIERS,
    PASSIVES,
    POSITIVE,
    SUBJECTS,
    UNITS_OF_TIME,
    VERBS,
    word_set,
)

PERSONS = word_set(
    """
    he she patient pt patients they i wo mujhe mujhko usko mareez मरीज
    """
)
_FINITE = word_set(
    """
    is are was were has have had does did remains remained hai है
    """
)
_ADVERBS = word_set("now also still today currently then aaj ab")
_SUBORDINATE = frozenset(["that", "which", "who", "if", "whether", "when", "as", "where"])
_AGO = frozenset(["ago", "back", "pehle", "pahle", "old", "पहले"])


@dataclass
class Clauses:
    """The tokens of a sentence and their norms; the concept is words[first:last]."""

    tokens: Sequence[Token]
    words: Sequence[str]
    first: int
    last: int

    def parts(self, index: int) -> bool:
        """A colon, or a dash between blanks."""
        word = self.words[index]
        if word == ":":
            return True
        after = index + 1 < len(self.tokens) and self.tokens[index + 1].spaced
        return word == "-" and self.tokens[index].spaced and after

    def contrast(self, index: int) -> bool:
        pair = (self.words[index], self.words[index + 1] if index + 1 < len(self.words) else "")
        return pair[0] in BARRIERS or pair in BARRIER_PAIRS

    def clause_at(self, index: int) -> bool:
        """Does a clause with its own subject or verb begin here?"""
        words = self.words
        while index < self.first and words[index] in _ADVERBS:
            index += 1
        if index >= self.first:
            return False
        if words[index] in VERBS or words[index] in POSITIVE:
            return True
        if words[index] in SUBJECTS:
            return any(word in VERBS for word in words[index + 1 : index + 5])
        return False

    def finite(self, begin: int, end: int) -> bool:
        """A verb of its own; `… were noted` closes the list that it follows and begins nothing."""
        for index in range(begin, end):
            if self.words[index] in _SUBORDINATE:
                return False
            if self.words[index] in _FINITE and not (self.first <= index < self.last):
                after = self.words[index + 1] if index + 1 < len(self.words) else ""
                return after not in PASSIVES
        return False

    def new_subject(self, index: int, begin: int) -> bool:
        """`no fever he has cough`, `no fever has cough`; but not `denies that he has`."""
        words = self.words
        if any(word in _SUBORDINATE for word in words[begin:index]):
            return False
        after = words[index + 1] if index + 1 < len(words) else ""
        if words[index] in PERSONS:
            return after in VERBS
        if words[index - 1] in ("having", "ever", "never"):
            return False  # `denies having had`
        return words[index] in _FINITE and after not in PASSIVES

    def dated(self, begin: int, end: int) -> bool:
        """A duration up to now: `x 3 days`, `since Monday`, `for 2 wks`, `3 din se`; not `ago`."""
        words = self.words
        for index in range(begin, end):
            word = words[index]
            after = words[index + 1 : index + 3]
            if word in ("since", "x") and after:
                return word == "since" or after[0].isdigit()
            if word.isdigit() and after and after[0] in UNITS_OF_TIME:
                span = words[index - 1] in ("last", "past", "previous")  # `none in the last 2 days`
                return not span and not (len(after) > 1 and after[1] in _AGO)
        return False

    def lasts(self) -> bool:
        """Is the concept said to go on to now, whatever stands before it (`h/o fever x 3 days`)?"""
        end = self.last
        while end < len(self.words) and self.words[end] not in (",", ";", ".", "and", "aur"):
            end += 1
        return self.dated(self.last, end)
