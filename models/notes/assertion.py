"""What a sentence asserts of a concept in it, and of whom: the rules that read the tables.

For each trigger outside the concept the way between the two is walked; what bars it is in
`models.notes.scope`. The nearest free trigger of denial or doubt decides; history counts where
neither does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.notes import scope
from models.notes.scope import Found
from models.notes.tokens import Token
from models.notes.triggers import Sense, Way, longest_by_first_word, table
from models.notes.values import Assertion, Experiencer
from models.notes.words import word_set

BEFORE, AFTER = 120, 60  # tokens looked at on each side, so that cost does not grow with length
CLOSERS = word_set(". , ; ! ) ? / and aur but ।")
_ASSERTIONS = {Sense.NEGATED: Assertion.NEGATED, Sense.POSSIBLE: Assertion.POSSIBLE}
_PLUS = frozenset(["+", "+ve", "positive"])
_SIGN_PLUS, _SIGN_MINUS = ["(", "+", ")"], ("(", "-", ")")


@dataclass(frozen=True, slots=True)
class Judgement:
    assertion: Assertion = Assertion.AFFIRMED
    experiencer: Experiencer = Experiencer.PATIENT


def judge(sentence: Sequence[Token], first: int, last: int) -> Judgement:
    """Of the concept at sentence[first:last], tokens of one sentence. first == last stands for a
    concept between two tokens."""
    start = max(0, first - BEFORE)
    near = sentence[start : last + AFTER]
    first, last = first - start, last - start
    words = [token.norm for token in near]
    found = find_triggers(near, words, first, last)
    view = scope.View(near, words, first, last, found)
    free = [one for one in found if not view.barred(one)]
    return Judgement(_assertion(view, free), _experiencer(view, free))


def find_triggers(
    tokens: Sequence[Token], words: Sequence[str], first: int, last: int
) -> list[Found]:
    """The longest trigger at each place, left to right, none within another nor in the concept."""
    triggers, lengths = table(), longest_by_first_word()
    found: list[Found] = []
    index = 0
    while index < len(words):
        if first <= index < last:
            index = last
            continue
        end = len(words) if index >= last else first
        length = min(lengths.get(words[index], 0), end - index)
        step = 1
        for size in range(length, 0, -1):
            phrase = tuple(words[index : index + size])
            fitting = triggers.get(phrase, ())
            if index + size == len(words) or words[index + size] in CLOSERS:
                # `fever: no, cough`: what closes a clause says nothing of the next one.
                fitting = triggers.get((*phrase, "<end>"), ()) or fitting
            fitting = tuple(one for one in fitting if _stands(tokens, index, one.way))
            if fitting:
                found.extend(Found(one, index, index + size) for one in fitting)
                step = size
                break
        index += step
    return found


def _stands(tokens: Sequence[Token], index: int, way: Way) -> bool:
    """`?` looks at the word it touches: `?dengue`, `dengue?`; between blanks, at what follows."""
    if tokens[index].norm != "?":
        return True
    follows = index + 1 < len(tokens) and tokens[index + 1].is_word
    touches = follows and not tokens[index + 1].spaced
    if way is Way.PRE:
        return touches or (follows and tokens[index].spaced)
    return not touches and not (follows and tokens[index].spaced)


def _assertion(view: scope.View, free: Sequence[Found]) -> Assertion:
    """The nearest of denial and doubt, with what a sign directly at the concept says against it."""
    words, first, last = view.words, view.first, view.last
    leading = _signs_lead(words)
    plus_after = last < len(words) and (
        words[last] in _PLUS or (words[last : last + 2] == ["(", "+"] and not leading)
    )
    if words[last + 1 : last + 2] == ["for"]:
        plus_after = False  # `smear positive for`
    plus_before = first > 0 and (
        words[first - 1] == "+ve" or (leading and words[max(0, first - 3) : first] == _SIGN_PLUS)
    )
    best: Found | None = None
    distance = 0
    for one in free:
        if one.trigger.sense not in _ASSERTIONS:
            continue
        pre = one.trigger.way is Way.PRE
        if (pre and plus_after and not _says_no(words, one)) or (not pre and plus_before):
            continue
        if one.trigger.words == _SIGN_MINUS and pre is not leading:
            continue
        gap = first - one.end if pre else one.start - last
        if best is None or gap < distance:
            best, distance = one, gap
    if best is not None:
        return _ASSERTIONS[best.trigger.sense]
    past = any(one.trigger.sense is Sense.HISTORICAL for one in free)
    return Assertion.HISTORICAL if past and not view.lasts() else Assertion.AFFIRMED


def _signs_lead(words: Sequence[str]) -> bool:
    """`(-) fever (+) chills`, as against `fever (-) chills (+)`: the first sign tells which."""
    for index in range(len(words) - 2):
        if words[index] == "(" and words[index + 1] in "+-" and words[index + 2] == ")":
            return index == 0 or words[index - 1] in CLOSERS or words[index - 1] == ":"
    return False


def _says_no(words: Sequence[str], one: Found) -> bool:
    return words[one.start] in ("no", "not", "denies", "denied", "?")


def _experiencer(view: scope.View, free: Sequence[Found]) -> Experiencer:
    if any(one.trigger.sense is Sense.OTHER for one in free) or view.kin():
        return Experiencer.OTHER
    return Experiencer.PATIENT
