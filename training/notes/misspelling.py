"""Aliases as people misspell them: slips of the hand, and the choices that Roman Hindi leaves open.

Made with a fixed seed from an alias that a single concept has. The reader levels some of the same
choices (`models.notes.likeness.sound`): they are a kind of their own, so that a figure can be told
with and without them. Of letters that fall, double, change places or turn into a neighbour on the
keyboard the reader has no rule beyond counting edits, and of the other choices none at all.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Literal, get_args

from models.notes import Concept
from models.notes.tokens import fold_text

Kind = Literal["dropped", "doubled", "swapped", "neighbour", "levelled choice", "other choice"]
KINDS: tuple[Kind, ...] = get_args(Kind)

SHORTEST = 5  # letters of an alias; in shorter ones a slip makes another word
# Of misspellings 1.4 to 7 in a hundred are in the first letter (Kukich, ACM Computing Surveys
# 24:377, 1992, of three counts).
FIRST_LETTER = 0.03
LONG, SECOND_SLIP = 9, 0.2  # letters from which so many aliases take two slips

TRIES = 20  # for each that is wanted

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEIGHBOURS = {
    letter: [row[i] for i in (at - 1, at + 1) if 0 <= i < len(row)]
    for row in _ROWS
    for at, letter in enumerate(row)
}
_LEVELLED = (
    ("aa", "a"), ("a", "aa"), ("ee", "i"), ("i", "ee"), ("oo", "u"), ("u", "oo"), ("kh", "k"),
    ("k", "kh"), ("bh", "b"), ("dh", "d"), ("th", "t"), ("t", "th"), ("gh", "g"), ("ph", "f"),
    ("f", "ph"), ("v", "w"), ("w", "v"), ("z", "j"), ("j", "z"), ("ck", "k"), ("q", "k"),
)  # fmt: skip
_OTHER = (
    ("u", "o"), ("o", "u"), ("e", "i"), ("i", "e"), ("ai", "e"), ("e", "ai"), ("au", "o"),
    ("o", "au"), ("sh", "s"), ("s", "sh"), ("c", "k"), ("ch", "c"), ("c", "s"), ("y", "i"),
    ("i", "y"), ("a", "u"), ("a", "e"), ("n", "nn"), ("oe", "e"), ("ae", "e"), ("er", "ar"),
    ("ah", "a"), ("chh", "ch"), ("ya", "ia"), ("ksh", "x"), ("gy", "gn"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Misspelt:
    written: str
    meant: str  # id of the concept
    kind: Kind


def misspell(term: str, kind: Kind, chance: random.Random) -> str:
    """One slip of a kind; the term itself where no place fits."""
    begin = 0 if chance.random() < FIRST_LETTER else 1
    if kind == "levelled choice":
        return _chosen(term, _LEVELLED, begin, chance)
    if kind == "other choice":
        return _chosen(term, _OTHER, begin, chance)
    places = [at for at in range(begin, len(term)) if term[at].isalpha()]
    if kind == "swapped":
        places = [at for at in places if at + 1 in places and term[at] != term[at + 1]]
    if not places:
        return term
    at = chance.choice(places)
    before, letter, after = term[:at], term[at], term[at + 1 :]
    if kind == "swapped":
        return before + after[0] + letter + after[1:]
    made = {"dropped": "", "doubled": letter * 2}
    if kind in made:
        return before + made[kind] + after
    return before + chance.choice(NEIGHBOURS.get(letter, [letter])) + after


def _chosen(
    term: str, choices: Sequence[tuple[str, str]], begin: int, chance: random.Random
) -> str:
    """Another spelling at one place."""
    fits = [
        (at, old, new)
        for old, new in choices
        for at in range(begin, len(term))
        if term.startswith(old, at)
    ]
    if not fits:
        return term
    at, old, new = chance.choice(fits)
    return term[:at] + new + term[at + len(old) :]


def misspellings(concepts: Sequence[Concept], count: int, seed: int) -> list[Misspelt]:
    """`count` of them, or as many as a few aliases give; no two alike, none a term of any concept;
    the kinds in turn."""
    chance = random.Random(seed)
    owners: dict[str, set[str]] = {}
    for concept in concepts:
        for term in concept.terms:
            owners.setdefault(fold_text(term), set()).add(concept.id)
    aliases = sorted({fold_text(alias) for concept in concepts for alias in concept.aliases})
    pool = [alias for alias in aliases if _counts(alias) and len(owners[alias]) == 1]
    chance.shuffle(pool)
    found: dict[str, Misspelt] = {}
    for alias, kind in islice(zip(cycle(pool), cycle(KINDS), strict=False), TRIES * count):
        if len(found) >= count:
            break
        wrong = misspell(alias, kind, chance)
        if len(alias) >= LONG and chance.random() < SECOND_SLIP:
            wrong = misspell(wrong, kind, chance)
        if wrong not in owners:
            [meant] = owners[alias]
            found.setdefault(wrong, Misspelt(wrong, meant, kind))
    return list(found.values())


def _counts(alias: str) -> bool:
    return alias.isascii() and sum(map(str.isalpha, alias)) >= SHORTEST
