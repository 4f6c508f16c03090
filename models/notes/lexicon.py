"""Our own small lexicon of shorthand and Hinglish: common complaints, drugs by their generic names
with what Delhi calls them, and words that are no terms.

The complaints serve as an example and for tests; a catalogue of findings comes from the caller.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from models.notes.triggers import table
from models.notes.values import Concept, Kind
from models.notes.words import BARRIERS, KIN, POSITIVE, SUBJECTS, UNITS_OF_TIME, VERBS


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        files("models.notes").joinpath(name).read_text(encoding="utf-8")
    )
    return found


@cache
def _lexicon() -> dict[str, Any]:
    return _read("lexicon.json")


@cache
def drugs() -> tuple[Concept, ...]:
    """Common drugs; the id of each is its generic name."""
    return tuple(
        Concept(name, Kind.DRUG, name, aliases=tuple(aliases))
        for name, aliases in _read("drugs.json").items()
    )


@cache
def common_complaints() -> tuple[Concept, ...]:
    """Some thirty findings and conditions of a city's outpatient rooms."""
    return tuple(
        Concept(
            id=entry["id"],
            kind=Kind(entry["kind"]),
            name_en=entry["name_en"],
            name_hi=entry["name_hi"],
            aliases=tuple(entry["aliases"]),
        )
        for entry in _lexicon()["concepts"]
    )


@cache
def plain_words() -> frozenset[str]:
    """Words that must not be taken for a misspelt term, among them all that the rules are made of."""
    ruled = {word for words in table() for word in words}
    return frozenset(_lexicon()["plain_words"].split()).union(
        ruled, BARRIERS, KIN, POSITIVE, SUBJECTS, UNITS_OF_TIME, VERBS
    )
