"""How far a trigger reaches: the way between it and a concept, and what bars that way."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from models.notes.clauses import PERSONS, Clauses
from models.notes.triggers import NEAR, Reach, Sense, Trigger, Way
from models.notes.words import (
    ALTERNATIVES,
    BARRIERS,
    JOINERS,
    KIN,
    POSITIVE,
    TESTS,
    VERBS,
    word_set,
)

LONGEST_MEMBER = 5  # words of one thing in a list
MOST_BACK = 12  # tokens; what is denied after its name is denied soon
_ENDS = frozenset([";", ".", "!", "।", "॥", "•", "*", "|"])
_ECHO = word_set(
    """
    which but although though that this it these those they have has had now since all both seemed
    seems appears was were treated appeared to , and completely largely
    """
)
_LEADS_AWAY = word_set("for with on to until when after before")
_OF_KIN = frozenset(["in", "among", "(", ":", "-", "of"])


@dataclass(frozen=True, slots=True)
class Found:
    """A trigger at words[start:end]."""

    trigger: Trigger
    start: int
    end: int


@dataclass
class View(Clauses):
    """One sentence with its triggers, seen from the concept at words[first:last]."""

    found: Sequence[Found]
    at: dict[int, Found] = field(init=False)

    def __post_init__(self) -> None:
        self.at = {one.start: one for one in self.found}

    def barred(self, one: Found) -> bool:
        """Does this trigger not reach the concept?"""
        if one.trigger.sense is Sense.NONE:
            return True
        if one.trigger.way is Way.PRE:
            return one.end > self.first or self._barred_forward(one)
        return one.start < self.last or self._barred_back(one)

    # --- forward -------------------------------------------------------------------------------

    def _barred_forward(self, one: Found) -> bool:
        words, reach = self.words, one.trigger.reach
        if reach is Reach.NEAR and self._too_far(one.end):
            return True
        index = one.end
        while index < self.first:
            word = words[index]
            other = self.at.get(index)
            if other is not None:
                if self._stops(one, other):
                    return True
                index = other.end
                continue
            if word == "(":
                index = self._past_bracket(index)
                continue
            beside = index == one.end  # `Denies: fever`
            if (
                word in _ENDS
                or word == ")"
                or (self.parts(index) and not beside)
                or (self.contrast(index) and not (beside and word in POSITIVE))
                or (word == "," and self._ends_list(one, index))
                or (word in JOINERS and word != "," and self.clause_at(index + 1))
                or (not beside and reach is not Reach.SECTION and self.new_subject(index, one.end))
            ):
                return True
            index += 1
        return False

    def _past_bracket(self, index: int) -> int:
        """An aside that closes before the concept says nothing of it."""
        for closing in range(index, self.first):
            if self.words[closing] == ")":
                return closing + 1
        return index + 1

    def _stops(self, one: Found, other: Found) -> bool:
        """Another trigger on the way takes over, unless it only qualifies (`denies history of`)."""
        senses = (one.trigger.sense, other.trigger.sense)
        if senses[1] in (Sense.HISTORICAL, Sense.OTHER) or one.trigger.reach is Reach.SECTION:
            return False
        if senses[0] in (Sense.HISTORICAL, Sense.OTHER):
            return self.words[other.start - 1] in (",", "and", "but")
        if other.trigger.way is Way.POST:
            return other.start > one.end
        return other.start - one.end > 1

    def _too_far(self, begin: int) -> bool:
        between = list(self.words[begin : self.first])
        for index, word in enumerate(between):
            if word in ALTERNATIVES:
                between = between[:index]
                break
        return len(between) > NEAR or any(
            word in VERBS or word == "," or (at > 0 and (word in _LEADS_AWAY or word in POSITIVE))
            for at, word in enumerate(between)
        )

    def _ends_list(self, one: Found, comma: int) -> bool:
        words = self.words
        begin = comma + 1
        end = begin
        while end < len(words) and not (words[end] in _ENDS or (words[end] == "," and end > begin)):
            end += 1
        segment = words[begin:end]
        holds = begin <= self.first < end
        if one.trigger.reach is Reach.PHRASE and not self._list_with_or(begin):
            return True
        at = begin + 1 if segment and segment[0] in JOINERS else begin
        if self.clause_at(at):
            return True
        if any(word in ALTERNATIVES for word in segment):
            return False
        if holds and self.dated(self.last, end):
            return True
        return any(word in POSITIVE for word in segment) or self.finite(begin, end)

    def _list_with_or(self, begin: int) -> bool:
        """Does `…, b, or c` go on here: short members, then one that begins with `or`?"""
        length = 0
        for word in self.words[begin : begin + 4 * LONGEST_MEMBER]:
            if length == 0 and word in ALTERNATIVES:
                return True
            if word in _ENDS or length > LONGEST_MEMBER:
                return False
            length = 0 if word == "," else length + 1
        return False

    # --- back ----------------------------------------------------------------------------------

    def _barred_back(self, one: Found) -> bool:
        words, echo = self.words, one.trigger.reach is Reach.ECHO
        path = words[self.last : one.start]
        if len(path) > MOST_BACK or self.dated(self.last, one.start):
            return True
        tested = any(word in TESTS for word in path)
        if tested and any(word in JOINERS or word in ("the", "a", "his", "her") for word in path):
            return True
        comma = next((n for n, word in enumerate(reversed(path)) if word == ","), None)
        listed = comma is not None and any(
            word in JOINERS and word != "," for word in path[len(path) - comma :]
        )
        for index in range(self.last, one.start):
            word = words[index]
            if echo and word in _ECHO:
                continue
            other = self.at.get(index)
            if other is not None and other.trigger.sense is not Sense.HISTORICAL:
                return True
            if (
                word in _ENDS
                or self.parts(index)
                or self.contrast(index)
                or word in ("with", "(", ")")
                or (word == "," and not listed)
                or word in VERBS
                or word in POSITIVE
            ):
                return True
        return False

    # --- time and person -----------------------------------------------------------------------

    def kin(self) -> bool:
        """Is a relative the one who has it: `mother had TB`, `TB in mother`, `maa ko TB`?"""
        hidden = {i for one in self.found for i in range(one.start, one.end)}
        for index in range(self.first - 1, -1, -1):
            if index in hidden:
                if self.words[index - 1] == "," and index in self.at:
                    return False
                continue
            word = self.words[index]
            if _stem(word) in KIN:
                return True
            if (
                word in _ENDS
                or word in PERSONS
                or word in BARRIERS
                or (word == "," and self._own_clause(index))
            ):
                return False
        near = self.words[self.last : self.last + 4]
        return bool(near) and near[0] in _OF_KIN and any(_stem(word) in KIN for word in near[1:])

    def _own_clause(self, comma: int) -> bool:
        return self.clause_at(comma + 1) or self.dated(self.last, len(self.words))


def _stem(word: str) -> str:
    word = word.removesuffix("'s").removesuffix("’s")
    return word[:-1] if word.endswith("s") and word[:-1] in KIN else word
