"""Health numbers and names. No framework here: a clerk could check each line with a pencil."""

import random
import re
import unicodedata
from datetime import date, datetime

# Verhoeff's tables: the check digit finds every single wrong digit and every swap of neighbours,
# the two slips people make. Source: J. Verhoeff, Error Detecting Decimal Codes, 1969.
_TIMES = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
]
_TURN = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
_INVERSE = [0, 4, 3, 2, 1, 5, 6, 7, 8, 9]


def _sum(digits: str, shift: int) -> int:
    total = 0
    for place, character in enumerate(reversed(digits), start=shift):
        digit = int(character)
        for _ in range(place % 8):
            digit = _TURN[digit]
        total = _TIMES[total][digit]
    return total


def with_check_digit(digits: str) -> str:
    return digits + str(_INVERSE[_sum(digits, 1)])


def valid_health_id(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{14}", text)) and _sum(text, 0) == 0


def new_health_id(draw: random.Random) -> str:
    """14 digits, the first not 0."""
    return with_check_digit(str(draw.randrange(10**12, 10**13)))


def folded(name: str) -> str:
    """A name as searches compare it: lower case, no accents, single spaces, any script."""
    text = unicodedata.normalize("NFKD", name).casefold()
    # Marks over Latin letters go; Devanagari vowel signs are letters of the name and stay.
    text = "".join(c for c in text if not ("\u0300" <= c <= "\u036f"))
    return " ".join(text.split())


def age_at(birth_date: date, moment: datetime) -> float:
    """Age in years, to the day."""
    return round((moment.date() - birth_date).days / 365.25, 3)
