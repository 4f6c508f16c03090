"""A population in counts: who came, with what, and what the model answered. No person is in it.

The profile of the cases that a champion learned from is kept with its run, so that later ones can be
compared with it without them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

FORMAT = 1
RAREST = 5  # a count below might point at somebody
OTHER = "other"
UNKNOWN = "unknown"
AGES = ((0, "0-4"), (5, "5-17"), (18, "18-44"), (45, "45-64"), (65, "65+"))
COUNTS = ((1, "1"), (2, "2"), (3, "3"), (4, "4-5"), (6, "6-8"), (9, "9-12"), (13, "13+"))
SCORES = ((0.0, "0-20 %"), (0.2, "20-40 %"), (0.4, "40-60 %"), (0.6, "60-80 %"), (0.8, "80-90 %"),
          (0.9, "90-95 %"), (0.95, "95-99 %"), (0.99, "99-100 %"))  # fmt: skip
INPUTS = ("age", "sex", "district", "findings known")
OUTPUTS = ("first condition", "score", "abstained")


@dataclass(frozen=True)
class Profile:
    """`shares`: of each name, how many rows have which value; `findings`: in how many of `rows` each
    is present. A name whose values nobody told is left out."""

    rows: int
    shares: dict[str, dict[str, int]] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Profile":
        """Raises ValueError for a profile of another version."""
        if content.get("format") != FORMAT:
            raise ValueError(f"profile of format {content.get('format')}, expected {FORMAT}")
        return cls(content["rows"], content["shares"], content["findings"])

    def without_rare(self) -> "Profile":
        """Fit to be kept: what fewer than five cases have goes together."""
        return Profile(
            self.rows,
            {name: _gathered(counts) for name, counts in self.shares.items()},
            {code: n for code, n in self.findings.items() if n >= RAREST},
        )


def inputs(rows: pd.DataFrame) -> Profile:
    """Of what models are told. Columns: age, sex, present, and if there is one, district."""
    shares = {
        "age": _stepped(map(age_band, rows["age"]), AGES),
        "sex": _commonest_first(map(_named, rows["sex"])),
        "findings known": _stepped((_step(len(c), COUNTS) for c in rows["present"]), COUNTS),
    }
    districts = _commonest_first(map(_named, rows.get("district", ())))
    if set(districts) - {UNKNOWN}:
        shares["district"] = districts
    findings = Counter(code for present in rows["present"] for code in set(present))
    return Profile(len(rows), shares, dict(findings))


def outputs(
    first: Iterable[str], scores: Sequence[float], abstained: Iterable[bool]
) -> dict[str, dict[str, int]]:
    """Of what a model answered: the first condition, its probability, whether it abstained."""
    return {
        "first condition": _commonest_first(first),
        "score": _stepped((_step(score, SCORES) for score in scores), SCORES),
        "abstained": _commonest_first("yes" if value else "no" for value in abstained),
    }


def age_band(age: float | None) -> str:
    return UNKNOWN if age is None or pd.isna(age) else _step(age, AGES)


def _step(value: float, steps: Sequence[tuple[float, str]]) -> str:
    return max((low, label) for low, label in steps if value >= low or low == steps[0][0])[1]


def _stepped(labels: Iterable[str], steps: Sequence[tuple[float, str]]) -> dict[str, int]:
    counts = Counter(labels)
    return {
        label: counts[label] for label in (*(name for _, name in steps), UNKNOWN) if counts[label]
    }


def _commonest_first(labels: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(labels).items(), key=lambda item: (-item[1], item[0])))


def _named(value: Any) -> str:
    return value if isinstance(value, str) and value else UNKNOWN


def _gathered(counts: Mapping[str, int]) -> dict[str, int]:
    kept = {label: n for label, n in counts.items() if n >= RAREST}
    rest = sum(counts.values()) - sum(kept.values())
    return {**kept, OTHER: kept.get(OTHER, 0) + rest} if rest else kept
