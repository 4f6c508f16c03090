"""Whether what forbids a treatment stands for this patient, by what the record says.

Catalogues write contraindications as sentences. Of a kind that the record can answer (pregnancy,
kidney, liver, heart, age) the findings and ICD-10 codes below answer it; else a sentence concerns the
patient if it names what they have: "No propranolol in asthma". What the record does not tell is not
known; nothing is ever called harmless.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from records_api.guidance.knowledge import Contraindication

Standing = Literal["applies", "not_known", "does_not_apply"]
PREGNANCY = "pregnancy"
AGE = "age"  # as a reason
FERTILE = (10, 60)  # years, widely


@dataclass(frozen=True)
class Kind:
    """findings: ids as in `knowledge/delhi`, or their parents'; icd10: beginnings of codes; words: by
    which a sentence of another kind names it."""

    findings: frozenset[str]
    icd10: tuple[str, ...]
    words: tuple[str, ...]


KINDS: Mapping[str, Kind] = {
    PREGNANCY: Kind(
        frozenset({"pregnant", "late_pregnancy", "pregnancy_test_positive"}),
        ("O0", "O1", "O2", "O3", "O4", "Z33", "Z34", "Z35"),
        ("pregnancy", "pregnant"),
    ),
    "kidney": Kind(
        frozenset({"known_kidney_disease"}),
        ("N17", "N18", "N19", "Z99.2"),
        ("kidney disease", "kidney failure"),
    ),
    "liver": Kind(
        frozenset({"liver_enzymes_high"}),
        ("B15", "B16", "B17", "B18", "B19", "K70", "K71", "K72", "K73", "K74", "K76"),
        ("liver disease",),
    ),
    "heart": Kind(
        frozenset({"known_heart_disease"}),
        ("I05", "I06", "I07", "I08", "I20", "I21", "I22", "I25", "I42", "I50"),
        ("heart disease", "heart failure", "heart attack"),
    ),
    "allergy": Kind(frozenset({"drug_allergy"}), ("Z88",), ()),
}


@dataclass(frozen=True)
class Fact:
    """Something the record says of the patient. `names` as a sentence could name it."""

    code: str
    names: tuple[str, ...] = ()
    parent: str | None = None
    icd10: str | None = None

    @cached_property
    def called(self) -> tuple[str, ...]:
        """`names`, and what a sentence calls the kinds that it is of."""
        kinds = (kind for name, kind in KINDS.items() if self.of(name))
        return (*self.names, *(word for kind in kinds for word in kind.words))

    def of(self, kind: str) -> bool:
        known = KINDS.get(kind)
        return known is not None and (
            self.code in known.findings
            or self.parent in known.findings
            or (self.icd10 or "-").startswith(known.icd10)
        )


@dataclass(frozen=True)
class Person:
    """age: years, None if not known; absent: findings that were asked after and denied."""

    age: float | None = None
    sex: str | None = None
    facts: tuple[Fact, ...] = ()
    absent: frozenset[str] = frozenset()


def standing(bar: Contraindication, person: Person) -> tuple[Standing, list[str]]:
    """Whether it stands, and the codes of the facts for which it does (`age` for the age)."""
    because = [fact.code for fact in person.facts if _concerns(fact, bar)]
    limits = age_limits(bar)
    if any(_within(limits, person.age)):
        because.append(AGE)
    if because:
        return "applies", because
    return ("does_not_apply" if _excluded(bar, person, limits) else "not_known"), []


def names(name: str, aliases: Iterable[str]) -> tuple[str, ...]:
    """What a finding or condition is called within a sentence: "Known asthma or allergy" is asthma,
    and allergy. Abbreviations keep their capitals, the rest is in small letters. None of what is in
    the family only."""
    if "family" in name.lower():
        return ()
    bare = re.sub(r"^(known|takes an?|takes|allerg(y|ic) to)\s|\s(before|known)$", "", name.lower())
    said = re.split(r"\bor\b|,", bare) if bare != name.lower() else [bare]
    kept = [alias if alias.isupper() else alias.lower() for alias in aliases]
    called = dict.fromkeys(part.strip() for part in (*said, *kept))
    return tuple(word for word in called if len(word) > (2 if word.isupper() else 3))


@lru_cache(maxsize=4096)
def age_limits(bar: Contraindication) -> tuple[tuple[str, float], ...]:
    """("below" or "over", years) as a sentence names them: "No aspirin below 18 years". A number
    without a unit is an age only in a sentence about ages."""
    found = []
    for side, number, unit in _LIMIT.findall(bar.text):
        if unit.lower() == "kg" or not (unit or bar.kind == "age"):
            continue
        count = float(_NUMBERS.get(number.lower(), number))
        years = count / {"m": 12, "w": 52, "d": 365}.get(unit[:1].lower(), 1)
        found.append(("over" if side.lower() in {"over", "above"} else "below", years))
    return (*found, *(("below", years) for word, years in _AGES.items() if word.search(bar.text)))


_NUMBERS = {"one": "1", "two": "2", "three": "3", "six": "6"}
_LIMIT = re.compile(
    r"\b(below|under|over|above) (\d+|one|two|three|six)(?![\d/%]|[.,]\d)"
    r"(?: (kg|years?|months?|weeks?|days?))?\b",
    re.IGNORECASE,
)
_AGES = {
    re.compile(r"\bnewborns?\b", re.IGNORECASE): 28 / 365,
    re.compile(r"\binfants?\b", re.IGNORECASE): 1.0,
    re.compile(r"(?<!have )\bchildren\b", re.IGNORECASE): 12.0,
}


def _within(limits: Sequence[tuple[str, float]], age: float | None) -> Iterable[bool]:
    for side, years in limits:
        yield age is not None and (age < years if side == "below" else age > years)


def _concerns(fact: Fact, bar: Contraindication) -> bool:
    return fact.of(bar.kind) or any(_names(bar.text, word) for word in fact.called)


@lru_cache(maxsize=65_536)  # a few sentences and a few words meet at every visit
def _names(text: str, word: str) -> bool:
    sensitive = 0 if word.isupper() else re.IGNORECASE
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, sensitive) is not None


def _excluded(bar: Contraindication, person: Person, limits: Sequence[tuple[str, float]]) -> bool:
    """Only where the record says so: a man is not pregnant, and who denied a kidney disease has none
    that is known. Of an age, if the sentence is about one limit and nothing else."""
    if bar.kind == "age":
        return person.age is not None and len(limits) == 1 and not re.search(r";|\band\b", bar.text)
    if bar.kind == PREGNANCY:
        young, old = FERTILE
        fertile = person.age is None or young <= person.age < old
        return person.sex == "M" or not fertile or "pregnant" in person.absent
    known = KINDS.get(bar.kind)
    return known is not None and not known.findings.isdisjoint(person.absent)
