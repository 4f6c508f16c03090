"""Which findings a visit's measurements stand for, and what holds where a person said otherwise.

What measurement decides a finding stands in its `detail` ("measured", `knowledge.schema.Measure`). A
finding is present if any limit for the patient's age holds, absent if all that it needs was measured and
none does, and else not known. Of each code the latest measurement counts.

A person's word goes before a measurement. One exception: an "absent" gives way to a measurement that
the record learned of later, for a patient who gets worse must not be hidden by what was true an hour
ago. "Unknown" is no word against a measurement. Where the two differ, the answer says so.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

OLDEST = 1000.0  # years: no limit
_LARGEST = 10**6


class Measurement(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def value(self) -> Decimal: ...
    @property
    def measured_at(self) -> datetime: ...
    @property
    def recorded_at(self) -> datetime: ...


class Recorded(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def recorded_at(self) -> datetime: ...


@dataclass(frozen=True)
class Taken:
    """A measurement that lies in no table of ours."""

    code: str
    value: Decimal
    measured_at: datetime
    recorded_at: datetime
    id: str = ""


@dataclass(frozen=True)
class Said:
    """A person's word that lies in no table of ours."""

    code: str
    status: str
    recorded_at: datetime


@dataclass(frozen=True)
class Rule:
    """One limit, in the unit of the code; ages in years, `below_age` left out."""

    codes: tuple[str, ...]
    minus: str | None
    limit: Decimal
    at_least: bool  # else below
    from_age: float
    below_age: float

    @property
    def needed(self) -> tuple[str, ...]:
        return self.codes if self.minus is None else (*self.codes, self.minus)

    def holds(self, latest: Mapping[str, Measurement]) -> tuple[bool, datetime] | None:
        """Whether, and since when the record knows; None if it was not measured."""
        taken = [latest[code] for code in self.codes if code in latest]
        if not taken:
            return None
        found = max(taken, key=_order)
        value = found.value
        if self.minus is not None:
            less = latest.get(self.minus)
            if less is None or less.measured_at != found.measured_at:
                return None  # pressures of two moments have no difference
            value -= less.value
        return (value >= self.limit if self.at_least else value < self.limit), found.recorded_at


@dataclass(frozen=True)
class Answer:
    """`at`: since when the record knows it. `disputed`: a person and a measurement say otherwise."""

    present: bool
    at: datetime
    disputed: bool = False


def judged(
    rules: Mapping[str, Sequence[Rule]], taken: Iterable[Measurement], age: float
) -> dict[str, Answer]:
    """The findings that measurements decide; `age` in years, when the visit began."""
    latest = {m.code: m for m in sorted(taken, key=_order)}
    found = {code: _judge(some, latest, age) for code, some in rules.items()}
    return {code: answer for code, answer in found.items() if answer is not None}


def _judge(rules: Sequence[Rule], latest: Mapping[str, Measurement], age: float) -> Answer | None:
    told = [rule.holds(latest) for rule in rules if rule.from_age <= age < rule.below_age]
    known = [answer for answer in told if answer is not None]
    if any(holds for holds, _ in known):
        return Answer(True, max(at for holds, at in known if holds))
    if known and len(known) == len(told):
        return Answer(False, max(at for _, at in known))
    return None


def combined(recorded: Iterable[Recorded], measured: Mapping[str, Answer]) -> dict[str, Answer]:
    """What holds of each finding that is known."""
    answers = dict(measured)
    for row in recorded:
        if row.status == "unknown":
            continue
        said = Answer(row.status == "present", row.recorded_at)
        other = measured.get(row.code)
        if other is None or other.present == said.present:
            answers[row.code] = said
        else:
            worse = other.present and other.at > said.at
            answers[row.code] = replace(other if worse else said, disputed=True)
    return answers


def _order(measurement: Measurement) -> tuple[datetime, datetime, str]:
    return measurement.measured_at, measurement.recorded_at, measurement.id


def rules_of(told: Any) -> tuple[Rule, ...]:
    """What a finding's detail says. Anybody with a catalogue may write there: where an entry has
    another shape than ours, no measurement decides the finding."""
    return _rules(json.dumps(told))


@lru_cache(maxsize=1024)
def _rules(told: str) -> tuple[Rule, ...]:
    entries = json.loads(told)
    rules = [_rule(entry) for entry in entries] if isinstance(entries, list) else []
    good = [rule for rule in rules if rule is not None]
    return tuple(good) if len(good) == len(rules) else ()


def _rule(entry: Any) -> Rule | None:
    told = {k: v for k, v in entry.items() if v is not None} if isinstance(entry, dict) else {}
    codes, minus = told.get("codes"), told.get("minus")
    limits = [(key, told[key]) for key in ("at_least", "below") if key in told]
    ages = [told.get("from_age", 0), told.get("below_age", OLDEST)]
    if not isinstance(codes, list) or not codes or len(limits) != 1:
        return None
    if not all(isinstance(text, str) for text in (*codes, minus or "")):
        return None
    [(kind, limit)] = limits
    if not all(map(_number, (limit, *ages))):
        return None
    return Rule(tuple(codes), minus, Decimal(str(limit)), kind == "at_least", *map(float, ages))


def _number(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= _LARGEST
