"""The shape of a catalogue. What a single entry can say wrong is refused here; what only shows when
entries are held side by side (a missing parent, a doubled alias) is found by `knowledge.lint`.

Hindi, frequencies, rates and care are optional, for a catalogue made elsewhere may lack them;
the linter asks them of ours.
"""

from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

JUDGEMENT = "judgement"  # the source of a figure that is ours alone
VALUE_SEPARATOR = "_@_"  # `sputum_look_@_rusty` is one answer of a question, as in DDXPlus

AGE_BANDS = ("0-4", "5-17", "18-44", "45-64", "65+")  # years, both ends included
# Residents of Delhi by those bands, rounded; our judgement, after the Census of India 2011 aged
# by the years since. Weights of `Rate.ages`: their weighted mean is 1.
AGE_SHARES = (0.08, 0.22, 0.46, 0.18, 0.06)

Kind = Literal["symptom", "sign", "history", "exposure", "vital", "test"]
Answer = Literal["yes_no", "one", "many"]
Bar = Literal["allergy", "pregnancy", "kidney", "liver", "heart", "age", "drug", "disease"]


class Entry(BaseModel):
    """Frozen, and an unknown field is an error: a misspelt one would else be lost in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Citation(Entry):
    """A published source. `year` is of the edition meant, None where it is revised in place."""

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    publisher: str = Field(min_length=1)
    year: int | None = Field(default=None, ge=1900, le=2100)
    url: str | None = None


class Value(Entry):
    """One answer of a finding that has several."""

    id: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    name_hi: str | None = None


class Measure(Entry):
    """A measurement that says of whom the finding is true: of any of `codes`, which are ways to measure
    the same, the latest one; less that of `minus`, taken at the same moment. One of the two limits is
    given, in the unit in which the records keep the code. Ages in years, `below_age` left out.
    """

    codes: tuple[str, ...] = Field(min_length=1)  # LOINC
    minus: str | None = None
    at_least: float | None = None
    below: float | None = None
    from_age: float = 0
    below_age: float | None = None
    source: str = JUDGEMENT


class Finding(Entry):
    """Something to ask, see or measure.

    `parent` is the finding whose presence makes this question worth asking. `values` are the
    answers of a question that takes one or many; `default` is the one that means "nothing of it".
    `is_antecedent` marks what was so before this illness. `measured`: it is present if any of those
    for the age holds, absent if all were taken and none does, and else not known.
    """

    id: str = Field(min_length=1)
    kind: Kind
    name_en: str = Field(min_length=1)
    name_hi: str | None = None
    question_en: str = Field(min_length=1)
    question_hi: str | None = None
    parent: str | None = None
    answer: Answer = "yes_no"
    values: tuple[Value, ...] = ()
    default: str | None = None
    aliases: tuple[str, ...] = ()
    is_antecedent: bool = False
    measured: tuple[Measure, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The ids by which conditions name it: its own, or one a value."""
        if self.answer == "yes_no":
            return (self.id,)
        return tuple(f"{self.id}{VALUE_SEPARATOR}{value.id}" for value in self.values)


class Frequency(Entry):
    """How many of those with the condition have the finding when they are first seen, 0 … 1.

    In a file a bare number stands for a frequency that is our judgement.
    """

    frequency: float | None = None
    source: str | None = None

    @property
    def is_published(self) -> bool:
        return self.source not in (None, JUDGEMENT)


class Rate(Entry):
    """First visits for the condition a thousand residents a year, and how they are spread.

    `ages` (one factor a band of AGE_BANDS), `female` and `male`, and `months` (January first)
    multiply it; each averages 1 over the residents or the year.
    """

    per_thousand: float
    source: str
    ages: tuple[float, ...] = (1.0,) * len(AGE_BANDS)
    female: float = 1.0
    male: float = 1.0
    months: tuple[float, ...] = (1.0,) * 12

    def at(self, age: float, sex: str, month: int) -> float:
        """Visits a thousand such residents a year; age in years, month 1 … 12.

        A sex other than "female" or "male" takes neither factor.
        """
        band = sum(age >= start for start in (5, 18, 45, 65))
        by_sex = {"female": self.female, "male": self.male}.get(sex, 1.0)
        return self.per_thousand * self.ages[band] * by_sex * self.months[month - 1]


class RedFlag(Entry):
    """Findings that together must not be missed: they raise urgency whatever the rank."""

    findings: tuple[str, ...] = Field(min_length=1)
    why: str | None = None


class Treatment(Entry):
    text: str = Field(min_length=1)
    source: str


class Referral(Entry):
    when: str = Field(min_length=1)
    where: str = Field(min_length=1)


class Contraindication(Entry):
    """What forbids the first-line treatment, or a part of it, and what to do about it."""

    kind: Bar
    text: str = Field(min_length=1)


class Condition(Entry):
    """An illness as a doctor first meets it. severity is 1 (worst) … 5; icd10 one WHO code."""

    id: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    name_hi: str | None = None
    icd10: str = Field(min_length=3)
    severity: int = Field(ge=1, le=5)
    specialty: str | None = None
    aliases: tuple[str, ...] = ()
    rate: Rate | None = None
    findings: dict[str, Frequency] = {}
    red_flags: tuple[RedFlag, ...] = ()
    first_tests: tuple[str, ...] = ()
    treatment: Treatment | None = None
    contraindications: tuple[Contraindication, ...] = ()
    referral: Referral | None = None
    citations: tuple[str, ...] = ()

    @field_validator("findings", mode="before")
    @classmethod
    def _judged(cls, found: Any) -> Any:
        if not isinstance(found, dict):
            return found
        return {
            key: {"frequency": value, "source": JUDGEMENT}
            if isinstance(value, int | float) and not isinstance(value, bool)
            else value
            for key, value in found.items()
        }

    @property
    def sources(self) -> set[str]:
        """Every citation id that it names, judgement left out."""
        named = {*self.citations, *(found.source for found in self.findings.values())}
        named |= {self.rate.source if self.rate else None}
        named |= {self.treatment.source if self.treatment else None}
        return {source for source in named if source and source != JUDGEMENT}


class Catalogue(Entry):
    """Findings, conditions and citations, each in the order of its files.

    `review` says in a sentence who has checked it. Ids may be doubled until the linter has said
    otherwise; the look-ups give the first.
    """

    name: str = Field(min_length=1)
    version: str = Field(min_length=1)
    review: str | None = None
    findings: tuple[Finding, ...]
    conditions: tuple[Condition, ...]
    citations: tuple[Citation, ...] = ()

    @cached_property
    def finding_by_id(self) -> dict[str, Finding]:
        return {entry.id: entry for entry in reversed(self.findings)}

    @cached_property
    def finding_by_key(self) -> dict[str, Finding]:
        """By its id, and by each of its values' keys."""
        by_key = {key: entry for entry in reversed(self.findings) for key in entry.keys}
        return by_key | self.finding_by_id

    @cached_property
    def names_en(self) -> dict[str, str]:
        """The English words of each key: `Look of the phlegm: rust-coloured`."""
        names: dict[str, str] = {}
        for entry in self.findings:
            answers = [f"{entry.name_en}: {value.name_en}" for value in entry.values]
            names |= zip(entry.keys, answers or [entry.name_en], strict=True)
        return names

    @cached_property
    def frequencies(self) -> tuple[Frequency, ...]:
        """Every frequency that is given, of any finding in any condition."""
        links = (link for condition in self.conditions for link in condition.findings.values())
        return tuple(link for link in links if link.frequency is not None)

    @cached_property
    def condition_by_id(self) -> dict[str, Condition]:
        return {entry.id: entry for entry in reversed(self.conditions)}

    @cached_property
    def citation_by_id(self) -> dict[str, Citation]:
        return {entry.id: entry for entry in reversed(self.citations)}
