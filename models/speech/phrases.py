"""Sentences for the language model, drawn from phrases.txt and the catalogue's names."""

import json
import random
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files

from knowledge.catalogue import DELHI, load

SENTENCES, SEED = 12_000, 7
_SLOT = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"[a-z']+")
_MEDICINES = "# Medicines"
_COMMON = ("paracetamol", "aspirin", "ibuprofen", "amoxicillin", "insulin", "penicillin")


def _lines(name: str) -> list[str]:
    text = files("models.speech").joinpath(name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip()]


@cache
def pronunciations() -> tuple[tuple[str, str], ...]:
    """(word, phones) of pronunciations.txt; a word may come twice."""
    rows = [line.split(" ", 1) for line in _lines("pronunciations.txt") if not line.startswith("#")]
    return tuple((word, phones) for word, phones in rows)


@cache
def medicines() -> tuple[str, ...]:
    """Names of drugs: of pronunciations.txt, and of those that are read in notes."""
    lines = _lines("pronunciations.txt")
    begun = lines[lines.index(_MEDICINES) + 1 :]
    end = next(i for i, line in enumerate(begun) if line.startswith("#"))
    noted = json.loads(files("models.notes").joinpath("drugs.json").read_text(encoding="utf-8"))
    spelt = [line.split(" ", 1)[0] for line in begun[:end]]
    return tuple(dict.fromkeys((*_COMMON, *spelt, *noted)))


def _slots(known: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in _lines("phrases.txt"):
        if line.startswith("["):
            current = found.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            current.append(line)
    catalogue = load(DELHI)
    found["finding"] = _in_one_spelling(_names(catalogue.findings), known)
    found["condition"] = _in_one_spelling(_names(catalogue.conditions), known)
    found["drug"] = list(medicines())
    return found


def _names(entries: Collection[object]) -> list[str]:
    names = [n for e in entries for n in (getattr(e, "name_en", ""), *getattr(e, "aliases", ()))]
    return [" ".join(_WORD.findall(name.lower())) for name in names if not re.search(r"\d", name)]


def _in_one_spelling(names: Collection[str], known: Mapping[str, str]) -> list[str]:
    """Without names that sound like an earlier one: nobody hears whether anemia or anaemia was said,
    so the spelling that comes first is the one that is written."""
    spelt: dict[str, str] = {}
    sounds = {name: " ".join(known.get(word, word) for word in name.split()) for name in names}
    return [name for name in names if spelt.setdefault(sounds[name], name) == name]


def sentences(known: Mapping[str, str], count: int = SENTENCES, seed: int = SEED) -> Iterator[str]:
    """Drawn sentences; names with a word that nobody can pronounce (not in `known`, which has the
    phones of each word) are left out."""
    slots = {
        name: [way for way in ways if all(w in known for w in _SLOT.sub("", way).split())]
        for name, ways in _slots(known).items()
    }
    draw = random.Random(seed)

    def fill(text: str) -> str:
        return _SLOT.sub(lambda slot: fill(draw.choice(slots[slot[1]])), text)

    lines = slots["line"]
    for number in range(count):
        yield fill(lines[number % len(lines)])
