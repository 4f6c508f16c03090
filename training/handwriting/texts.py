"""What synthetic writers write while the network is fitted: words of the catalogue, shorthand,
doses, measures and strings that are no words, so that letters are learned more than language."""

from functools import cache

import numpy as np

from knowledge.catalogue import delhi
from models.handwriting.vocabulary import vocabulary
from training.handwriting.alphabet import letters

_UNITS = ("mg", "ml", "g", "mcg", "days", "d", "wk", "tab", "C", "F", "kg", "%", "/min", "x", "hrs")
_SHORT = ("c/o", "h/o", "r/o", "s/p", "k/c/o", "o/e", "p/a", "BD", "TDS", "OD", "SOS", "HS", "BP", "RR", "PR", "SpO2", "CNS", "CVS", "Rx", "Tab", "Inj", "Syp", "-ve", "+ve", "w/o", "f/u", "IV", "IM")  # fmt: skip


@cache
def words() -> tuple[str, ...]:
    known = set(letters())
    return tuple(word for word in vocabulary(delhi()) if known.issuperset(word))


def phrase(rng: np.random.Generator, longest: int = 26) -> str:
    """One to four words of the letters of our alphabet."""
    made = _word(rng)
    while len(made) < longest and rng.random() < 0.6:
        more = f"{made} {_word(rng)}"
        if len(more) > longest:
            break
        made = more
    return made[:longest].strip()


def _word(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.55:
        word = str(rng.choice(words()))
        style = rng.random()
        if style < 0.08:
            word = word.upper()
        elif style < 0.2:
            word = word.capitalize()
        return word + (str(rng.choice([".", ",", "?", ":"])) if rng.random() < 0.1 else "")
    if kind < 0.7:
        return _measure(rng)
    if kind < 0.78:
        return str(rng.choice(_SHORT))
    pool = letters() if kind > 0.92 else "abcdefghijklmnopqrstuvwxyz"
    return "".join(rng.choice(list(pool), int(rng.integers(1, 9))))


def _measure(rng: np.random.Generator) -> str:
    number = str(int(rng.integers(0, 10 ** int(rng.integers(1, 5)))))
    kind = rng.random()
    if kind < 0.2:
        return f"{number}/{int(rng.integers(0, 130))}"
    if kind < 0.35:
        return f"{number}.{int(rng.integers(0, 10))}"
    if kind < 0.45:
        return f"{int(rng.integers(0, 3))}-{int(rng.integers(0, 3))}-{int(rng.integers(0, 3))}"
    if kind < 0.7:
        return number + str(rng.choice(_UNITS))
    if kind < 0.75:
        return f"({number})"
    return number
