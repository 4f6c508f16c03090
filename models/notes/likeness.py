"""How alike two ways of writing are: edits between them, after the sounds of Hinglish are levelled.

Roman Hindi has no one spelling: bukhar, bukhaar, bukar. `sound` writes vowels short, drops breath
after a consonant, doubles and the choice between v and w, so that such forms meet.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_SOUNDS = (
    (re.compile(r"ph"), "f"),
    (re.compile(r"(?<=[bcdgjkpt])h"), ""),
    (re.compile(r"ee|ii|ea|ie"), "i"),
    (re.compile(r"oo|uu|ou"), "u"),
    (re.compile(r"aa"), "a"),
    (re.compile(r"w"), "v"),
    (re.compile(r"z"), "j"),
    (re.compile(r"q|ck"), "k"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"y\b"), "i"),
    (re.compile(r"(.)\1+"), r"\1"),
)
# One letter makes afebrile of febrile, two make hypotension of hypertension: no slip of the pen is
# assumed where the beginning says the contrary.
_CONTRARY = (
    ("hyper", "hypo"),
    ("tachy", "brady"),
    ("hemi", "para"),
    ("intra", "extra"),
    ("micro", "macro"),
)


@lru_cache(maxsize=65_536)
def sound(text: str) -> str:
    """A folded text with spelling choices levelled: `bukhaar` and `bukar` both give `bukar`."""
    for pattern, to in _SOUNDS:
        text = pattern.sub(to, text)
    return text


def edits(one: str, other: str, most: int) -> int:
    """Letters to insert, drop, change or swap with a neighbour to come from one to the other, or
    most + 1 when there are more (optimal string alignment; Damerau, Comm. ACM 7:171, 1964)."""
    if one == other:
        return 0
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def alike(one: str, other: str) -> float:
    """0..1: the share of letters that need no edit, the better of writing and sound.

    Same sound in other letters gives a little less than 1."""
    if one == other:
        return 1.0
    length = max(len(one), len(other))
    most = length // 2
    written = 1 - edits(one, other, most) / length
    a, b = sound(one), sound(other)
    long = max(len(a), len(b), 1)
    heard = 1 - edits(a, b, long // 2) / long
    return max(0.0, written, (written + 2 * heard) / 3)


def begin_alike(one: str, other: str) -> bool:
    """The same first letter or sound, or the first two letters swapped; and no contrary prefixes."""
    if contrary(one, other):
        return False
    if one[:1] == other[:1] or one[:2] == other[1::-1]:
        return True
    return sound(one)[:1] == sound(other)[:1]


def contrary(one: str, other: str) -> bool:
    return any(
        (one.startswith(a) and other.startswith(b)) or (one.startswith(b) and other.startswith(a))
        for a, b in _CONTRARY
    )


def most_like(wanted: str, texts: Iterable[str], least: float) -> int | None:
    """The position of the text most alike, the first of equals, or None when none reaches `least`."""
    best, position = least, None
    pairs = _grams(wanted)
    for index, text in enumerate(texts):
        # Few shared letter pairs cannot make a likeness; the count is cheaper than edits.
        if len(pairs & _grams(text)) * 3 < len(pairs):
            continue
        value = alike(wanted, text)
        if value > best or (value == best and position is None):
            best, position = value, index
    return position


def _grams(text: str) -> set[str]:
    padded = f" {sound(text)} "
    return {padded[i : i + 2] for i in range(len(padded) - 1)}
