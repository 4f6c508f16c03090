"""What is found of a case: drawn by the catalogue's frequencies, along the findings' tree.

A follow-up is there only where what it follows is, a question that takes one answer gets one, and a
test tells something only if it was done. What a resident has had all along is found again.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge.schema import Catalogue, Condition, Finding
from sehat.city import limits
from sehat.city.illness import conditions
from sehat.city.incidence import BAND_STARTS, SEXES

# A finding that a condition does not name comes at this share of how often people of the same sex
# and age band come with it for any reason.
BY_CHANCE = 0.2
# How often a doctor asks after what belongs to the case, and has it tested; the same of what does not
# belong, where a common finding is asked after more often; and a follow-up of what is there.
ASKED, TESTED = 0.75, 0.5
BESIDES, BESIDES_COMMON, BESIDES_TESTED, FOLLOWED = 0.02, 0.4, 0.01, 0.3
# History that is over after a while; the rest of it stays.
_PASSING = frozenset({"pregnant", "recent_birth", "recent_cold", "stress_recent", "long_immobile"})

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Shares = Mapping[str, float]


class Found(NamedTuple):
    present: tuple[str, ...]
    absent: tuple[str, ...]


class _Chances(NamedTuple):
    """Of each plain finding, given what it follows: that it is there, and that it is asked after."""

    there: Floats
    asked: Floats
    answers: dict[str, Floats]  # of each question with answers, given what it follows


class Examination:
    """Draws findings; `catalogue` gives their tree."""

    def __init__(self, catalogue: Catalogue, draw: np.random.Generator) -> None:
        self._draw = draw
        self._plain = _in_order([f for f in catalogue.findings if f.answer == "yes_no"])
        self._row = {finding.id: row for row, finding in enumerate(self._plain)}
        self._questions = [f for f in catalogue.findings if f.answer != "yes_no"]
        self._place = {
            key: n for n, key in enumerate(k for f in catalogue.findings for k in f.keys)
        }
        self._root = np.array([f.parent not in self._row for f in self._plain])
        self._behind = np.array([self._row.get(f.parent or "", 0) for f in self._plain])
        self._is_test = np.array([f.kind == "test" for f in self._plain]) & self._root
        self._lasting = self._root & np.array(
            [f.is_antecedent and f.kind == "history" and f.id not in _PASSING for f in self._plain]
        )
        bounds = [limits.FINDINGS.get(f.id, (None, limits.ANY_AGE)) for f in self._plain]
        self._sexes = np.array([sex or "" for sex, _ in bounds])
        self._from, self._below = np.array([ages for _, ages in bounds]).T
        self._cases: dict[tuple[str, int, str], _Chances] = {}
        self._known: dict[int, Bools] = defaultdict(lambda: np.zeros(len(self._plain), np.bool_))

    def of(self, condition: Condition, resident: int, age: float, sex: str) -> Found:
        """A visit of a resident (by number; age in years, sex F or M) who has the condition."""
        chances = self._chances(condition, max(b for b in BAND_STARTS if b <= age), sex)
        can = (self._from <= age) & (age < self._below) & np.isin(self._sexes, ("", sex))
        asked = (self._draw.random(len(can)) < chances.asked) & can
        seen = (self._draw.random(len(can)) < chances.there) & can & (asked | ~self._is_test)
        seen |= self._known[resident] & can
        if not seen[self._root].any():
            seen[int(np.argmax(chances.there * can * self._root))] = True
        for row in np.flatnonzero(~self._root & (seen | asked)):  # parents stand before children
            asked[row] &= seen[self._behind[row]]
            seen[row] &= seen[self._behind[row]]
        self._known[resident] |= seen & self._lasting
        present = [self._plain[row].id for row in np.flatnonzero(seen)]
        present += [
            answer
            for question in self._questions
            if question.parent not in self._row or seen[self._row[question.parent]]
            for answer in self._answer(question, chances.answers[question.id])
        ]
        absent = (self._plain[row].id for row in np.flatnonzero(asked & ~seen))
        return Found(tuple(sorted(present, key=self._place.__getitem__)), tuple(absent))

    def _answer(self, question: Finding, chances: Floats) -> list[str]:
        if question.answer == "many":
            said = self._draw.random(len(chances)) < chances
            return [key for key, yes in zip(question.keys, said, strict=True) if yes]
        which = int(np.searchsorted(np.cumsum(chances), self._draw.random(), side="right"))
        return [question.keys[which]] if which < len(question.keys) else []

    def _chances(self, condition: Condition, band: int, sex: str) -> _Chances:
        key = condition.id, band, sex
        if key not in self._cases:
            named = {key: link.frequency or 0.0 for key, link in condition.findings.items()}
            usual = _usual(band, sex)
            belongs = np.array([f.id in named for f in self._plain])
            often = np.where(self._is_test, TESTED, ASKED)
            self._cases[key] = _Chances(
                there=np.array([self._given(f, f.id, named, usual) for f in self._plain]),
                asked=np.where(belongs, often, self._besides(usual)),
                answers={
                    q.id: np.array([self._given(q, key, named, usual) for key in q.keys])
                    for q in self._questions
                },
            )
        return self._cases[key]

    def _besides(self, usual: Shares) -> Floats:
        """How often each is asked after that does not belong to the case."""
        common = np.array([usual.get(f.id, 0.0) for f in self._plain])
        besides = np.where(self._is_test, BESIDES_TESTED, BESIDES + BESIDES_COMMON * common)
        return np.where(self._root, besides, FOLLOWED)

    def _given(self, finding: Finding, key: str, named: Shares, usual: Shares) -> float:
        """Probability of a finding, or of one of its answers, where what it follows is there."""
        shares, factor = (named, 1.0) if key in named else (usual, BY_CHANCE)
        above = finding.parent if finding.parent in self._row else None
        whole = shares.get(above, 0.0) if above else 1.0
        return factor * min(1.0, shares.get(key, 0.0) / whole) if whole else 0.0


@cache
def _usual(band: int, sex: str) -> Shares:
    """How often each finding is met among the visits of a sex and an age band."""
    visits = [
        (condition, sum(rate.at(band, SEXES[sex], month) for month in range(1, 13)))
        for condition, rate in conditions()
    ]
    whole = sum(weight for _, weight in visits)
    met: dict[str, float] = defaultdict(float)
    for condition, weight in visits:
        for key, link in condition.findings.items():
            met[key] += (link.frequency or 0.0) * weight / whole
    return met


def _in_order(findings: list[Finding]) -> list[Finding]:
    """What is followed stands before what follows it."""
    by_id = {finding.id: finding for finding in findings}

    def depth(finding: Finding) -> int:
        above = by_id.get(finding.parent or "")
        return 0 if above is None else 1 + depth(above)

    return sorted(findings, key=depth)
