"""What reading of notes takes and gives: plain values."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    FINDING = "finding"
    CONDITION = "condition"
    DRUG = "drug"


class Assertion(StrEnum):
    """What the note says of a thing, for whomever it is about.

    POSSIBLE covers doubt (`r/o dengue`), plans to look and conditions (`if fever, return`).
    HISTORICAL is of the past and not said to last.
    """

    AFFIRMED = "affirmed"
    NEGATED = "negated"
    POSSIBLE = "possible"
    HISTORICAL = "historical"


class Experiencer(StrEnum):
    PATIENT = "patient"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Concept:
    """One entry of the knowledge base. Names and aliases are all ways to write it."""

    id: str
    kind: Kind
    name_en: str
    name_hi: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        return tuple(term for term in (self.name_en, self.name_hi, *self.aliases) if term.strip())


@dataclass(frozen=True, slots=True)
class Dosage:
    """How a drug is given. What the note does not say is None.

    start, end: the whole order in the text (`tab pcm 500 mg tds x 3d`). strength in `unit` (mg, mcg,
    g, ml, iu, drops, puffs, tablets, %). per_day: times a day, 1/7 for weekly. days: duration.
    """

    start: int
    end: int
    form: str | None = None
    strength: float | None = None
    unit: str | None = None
    per_day: float | None = None
    as_needed: bool = False
    days: float | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept at text[start:end]. score: 1.0 as written, less (0..1) when found by likeness."""

    concept_id: str
    kind: Kind
    start: int
    end: int
    text: str
    assertion: Assertion
    experiencer: Experiencer
    score: float = 1.0
    dosage: Dosage | None = None
