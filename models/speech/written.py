"""Spoken numbers and units as they are written in a note: five hundred milligrams → 500 mg."""

import re

_ONES = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SCALES = {"hundred": 100, "thousand": 1000, "lakh": 100_000}
_UNITS = {
    "milligram": "mg", "milligrams": "mg", "gram": "g", "grams": "g", "microgram": "mcg",
    "micrograms": "mcg", "millilitre": "ml", "millilitres": "ml", "milliliter": "ml",
    "milliliters": "ml", "kilogram": "kg", "kilograms": "kg", "percent": "%",
}  # fmt: skip
_PRESSURE = re.compile(r"\b(\d{2,3}) (?:over|by) (\d{2,3})\b")
_POINT = re.compile(r"\b(\d+) point (\d)\b")
_UNIT = re.compile(rf"\b(\d[\d.]*) ({'|'.join(_UNITS)})\b")


def written(spoken: str) -> str:
    """Words in, a line of a note out. What is no number stays as it was said."""
    text = " ".join(_numbers(spoken.lower().split()))
    text = _POINT.sub(r"\1.\2", text)
    text = _PRESSURE.sub(r"\1/\2", text)
    text = re.sub(r"\bx ray\b", "x-ray", text)
    return _UNIT.sub(lambda found: f"{found[1]} {_UNITS[found[2]]}".replace(" %", "%"), text)


def _numbers(words: list[str]) -> list[str]:
    out: list[str] = []
    at = 0
    while at < len(words):
        value, used = _number(words[at:])
        out.append(words[at] if value is None else str(value))
        at += max(1, used)
    return out


def _number(words: list[str]) -> tuple[int | None, int]:
    """The number that `words` begin with and how many of them it takes; (None, 0) for none.

    "six fifty" is 650 as doctors say strengths, "one twenty" 120; "two three" stays two numbers.
    """
    total, used = 0, 0
    part: int | None = None
    for at, word in enumerate(words):
        if word in _ONES and (part is None or _takes(part, _ONES[word])):
            part = (part or 0) + _ONES[word]
        elif word in _TENS and (part is None or part % 100 == 0):
            part = (part or 0) + _TENS[word]
        elif word in _TENS and part is not None and 0 < part < 10 and total == 0:
            part = part * 100 + _TENS[word]
        elif word in _SCALES and part is not None:
            if word == "hundred":
                part *= 100
            else:
                total, part = total + part * _SCALES[word], 0
        elif word == "and" and part is not None and part % 100 == 0 and _begins(words[at + 1 :]):
            continue
        else:
            break
        used = at + 1
    return (None, 0) if part is None else (total + part, used)


def _takes(part: int, ones: int) -> bool:
    """Whether a small number can follow: twenty eight, one hundred fifteen."""
    return part % 100 == 0 or (part % 100 >= 20 and part % 10 == 0 and ones < 10)


def _begins(words: list[str]) -> bool:
    return bool(words) and (words[0] in _ONES or words[0] in _TENS)
