"""The drift report of the differential: pure, from a profile and kept answers to plain figures.

`answers` has one row an answer of a model (see `features.views.advice`). One row a visit is compared:
what was answered last before the diagnosis was confirmed. A draft is a visit of its own.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from training.drift import profile as profiles
from training.drift.calibration import Calibration, calibration
from training.drift.levels import Level, level, worst
from training.drift.proportions import Paired, Share, paired, share
from training.drift.psi import Stability, stability

SHOWN = 10  # findings that moved most, conditions suggested most
# Of 95 % sets the gates let 90 % pass; and a suggestion that is mostly rejected costs more than it gives.
COVERED_WATCH, COVERED_ALARM = 0.93, 0.90
REJECTED_WATCH, REJECTED_ALARM = 0.30, 0.50


@dataclass(frozen=True)
class Rate:
    """A share with its interval, and whether the interval lies wholly on the wrong side of a limit."""

    name: str
    of: int
    share: float | None
    low: float | None
    high: float | None
    level: Level


@dataclass(frozen=True)
class Agreement:
    """Of a condition that was suggested first: what was decided, and what was confirmed."""

    condition: str
    suggested: int
    accepted: int
    rejected: int
    confirmed_cases: int  # of the suggested, visits with any confirmed diagnosis
    confirmed: int  # of those, as this condition


@dataclass(frozen=True)
class Decided:
    """What the models had said of visits whose answer was accepted, rejected or left open."""

    decision: str
    answers: int
    confirmed_cases: int
    top1: float | None
    top5: float | None


@dataclass(frozen=True)
class Duel:
    """Champion and challenger on the same visits with a confirmed diagnosis."""

    challenger: str
    answers: int  # that both gave, confirmed or not
    differ: float | None  # share of those in which their first condition differs
    top1: Paired | None
    top5: Paired | None
    champion: Calibration
    shadow: Calibration
    covered_champion: float | None
    covered_challenger: float | None


@dataclass(frozen=True)
class Report:
    capability: str
    model_version: str
    since: datetime
    until: datetime
    level: Level
    reference_rows: int
    answers: int
    visits: int
    confirmed: int
    versions: dict[str, int]
    stability: list[Stability]
    findings_compared: int
    findings: list[Stability]
    calibration: dict[str, list[Calibration]]
    rates: list[Rate]
    decisions: list[Decided]
    reasons: dict[str, int]
    agreement: list[Agreement]
    duels: list[Duel]


def build(
    reference: profiles.Profile,
    answers: pd.DataFrame,
    model_version: str,
    since: datetime,
    until: datetime,
) -> Report:
    """Everything that the window shows. A window without answers gives a report that says `few`."""
    visits = one_a_visit(answers)
    told = visits[
        visits["present"].map(len) > 0
    ]  # training leaves out visits without a finding too
    known = confirmed(visits)
    moved = _stability(reference, told)
    compared, findings = _findings(reference, told, len(moved) + 1)
    groups = by_group(known)
    rates = _rates(visits, known, answers)
    levels: list[Level] = [
        *(row.level for row in [*moved, *findings]),
        *(row.level for row in rates),
        *(row.level for rows in groups.values() for row in rows),
    ]
    return Report(
        capability="diagnosis",
        model_version=model_version,
        since=since,
        until=until,
        level=worst(levels),
        reference_rows=reference.rows,
        answers=len(answers),
        visits=len(visits),
        confirmed=len(known),
        versions={str(k): int(v) for k, v in Counter(answers["model_version"]).items()},
        stability=moved,
        findings_compared=compared,
        findings=findings[:SHOWN],
        calibration=groups,
        rates=rates,
        decisions=decisions(answers),
        reasons=dict(Counter(answers["reason_kind"].dropna()).most_common()),
        agreement=agreement(answers),
        duels=duels(answers),
    )


def one_a_visit(answers: pd.DataFrame) -> pd.DataFrame:
    """The last answer on each visit that was given before its diagnosis was confirmed."""
    since = pd.to_datetime(answers["confirmed_at"], utc=True)  # all empty: of no type
    before = answers[since.isna() | (answers["asked_at"] <= since)]
    return before.sort_values(["asked_at", "advice_id"]).drop_duplicates("subject_id", keep="last")


def _rows(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples())


def confirmed(visits: pd.DataFrame) -> pd.DataFrame:
    return visits[visits["condition"].notna() & (visits["ranked"].map(len) > 0)]


def _stability(reference: profiles.Profile, told: pd.DataFrame) -> list[Stability]:
    ranked = told[told["ranked"].map(len) > 0]
    now = {
        **profiles.inputs(told).shares,
        **profiles.outputs(
            [codes[0] for codes in ranked["ranked"]],
            [values[0] for values in ranked["probability"]],
            ranked["abstained"],
        ),
    }
    names = [n for n in (*profiles.INPUTS, *profiles.OUTPUTS) if n in reference.shares]
    return [
        stability(name, reference.shares[name], _as_kept(reference, name, now), len(names) + 1)
        for name in names
    ]


def _as_kept(
    reference: profiles.Profile, name: str, now: Mapping[str, Mapping[str, int]]
) -> dict[str, int]:
    """With the labels of the reference; what it gathered under `other` is gathered here too."""
    counts: Counter[str] = Counter()
    for label, n in now.get(name, {}).items():
        counts[label if label in reference.shares[name] else profiles.OTHER] += n
    return dict(counts)


def _findings(
    reference: profiles.Profile, told: pd.DataFrame, families: int
) -> tuple[int, list[Stability]]:
    """How many findings were compared, and each of them, the most moved first."""
    now = profiles.inputs(told).findings
    codes = sorted({*reference.findings, *now})

    def split(n: int, of: int) -> dict[str, int]:
        return {"present": n, "not": max(0, of - n)}

    rows = [
        stability(
            code,
            split(reference.findings.get(code, 0), reference.rows),
            split(now.get(code, 0), len(told)),
            families * len(codes),
        )
        for code in codes
    ]
    return len(codes), sorted(rows, key=lambda row: -(row.psi or 0.0))


def by_group(known: pd.DataFrame) -> dict[str, list[Calibration]]:
    """Calibration of all, and by hospital, sex and age band; the largest group first."""
    keys: dict[str, Callable[[Any], str]] = {
        "hospital": lambda row: row.facility_id or profiles.UNKNOWN,
        "sex": lambda row: row.sex or profiles.UNKNOWN,
        "age": lambda row: profiles.age_band(row.age),
    }
    rows = _rows(known)
    found = {"all": _calibrations([("all", rows)])}
    for name, key in keys.items():
        groups: dict[str, list[Any]] = {}
        for row in rows:
            groups.setdefault(key(row), []).append(row)
        found[name] = _calibrations(sorted(groups.items(), key=lambda g: (-len(g[1]), g[0])))
    return found


def _calibrations(groups: Sequence[tuple[str, Sequence[Any]]]) -> list[Calibration]:
    return [
        calibration(
            label,
            [row.probability[0] for row in rows],
            [row.ranked[0] == row.condition for row in rows],
            # Four ways to group, so that each has a quarter of the chance.
            4 * len(groups),
        )
        for label, rows in groups
    ]


def _rates(visits: pd.DataFrame, known: pd.DataFrame, answers: pd.DataFrame) -> list[Rate]:
    inside = sum(c in s for c, s in zip(known["condition"], known["prediction_set"], strict=True))
    decided = answers[answers["decision"].notna()]
    rejected = int((decided["decision"] == "rejected").sum())
    covered = share(inside, len(known), 0.99)
    refused = share(rejected, len(decided), 0.99)
    silent = share(int(visits["abstained"].sum()), len(visits))
    return [
        _rate("coverage", covered, _below(covered, COVERED_WATCH, COVERED_ALARM)),
        # Whether more is abstained on than at training, the index above tells.
        _rate("abstained", silent, "few" if not silent.of else "steady"),
        _rate("rejected", refused, _above(refused, REJECTED_WATCH, REJECTED_ALARM)),
    ]


def _rate(name: str, of: Share, how: Level) -> Rate:
    return Rate(name, of.of, of.share, of.low, of.high, how)


def _above(of: Share, watch: float, alarm: float) -> Level:
    return "few" if of.low is None else level(of.low, 0.0, watch, alarm)


def _below(of: Share, watch: float, alarm: float) -> Level:
    return "few" if of.high is None else level(1 - of.high, 0.0, 1 - watch, 1 - alarm)


def decisions(answers: pd.DataFrame) -> list[Decided]:
    """How good the answers were that people accepted, rejected, or left undecided."""
    named = answers["decision"].where(answers["decision"].notna(), "undecided")
    found = []
    for decision, rows in answers.groupby(named):
        known = confirmed(rows)
        right = [_places(row) for row in _rows(known)]
        found.append(
            Decided(
                str(decision),
                len(rows),
                len(known),
                share(sum(top1 for top1, _ in right), len(right)).share,
                share(sum(top5 for _, top5 in right), len(right)).share,
            )
        )
    return found


def _places(row: Any) -> tuple[bool, bool]:
    """Whether the truth was first, and among the first five."""
    return row.ranked[0] == row.condition, row.condition in row.ranked[:5]


def agreement(answers: pd.DataFrame) -> list[Agreement]:
    """Per condition that was suggested first, the most suggested on top."""
    rows = answers[answers["ranked"].map(len) > 0]
    found = []
    for condition, group in rows.groupby(rows["ranked"].map(lambda codes: codes[0])):
        known = group[group["condition"].notna()]
        found.append(
            Agreement(
                str(condition),
                len(group),
                int((group["decision"] == "accepted").sum()),
                int((group["decision"] == "rejected").sum()),
                len(known),
                int((known["condition"] == condition).sum()),
            )
        )
    return sorted(found, key=lambda row: (-row.suggested, row.condition))[:SHOWN]


def duels(answers: pd.DataFrame) -> list[Duel]:
    """Each challenger that answered in shadow, against what was answered to the doctor."""
    both = one_a_visit(answers[answers["shadow_version"].notna()])
    return [_duel(str(version), rows) for version, rows in both.groupby("shadow_version")]


def _duel(version: str, rows: pd.DataFrame) -> Duel:
    rows = rows[(rows["ranked"].map(len) > 0) & (rows["shadow_ranked"].map(len) > 0)]
    known = _rows(rows[rows["condition"].notna()])
    first = [
        (row.ranked[0] == row.condition, row.shadow_ranked[0] == row.condition) for row in known
    ]
    five = [
        (row.condition in row.ranked[:5], row.condition in row.shadow_ranked[:5]) for row in known
    ]
    differ = sum(a[0] != b[0] for a, b in zip(rows["ranked"], rows["shadow_ranked"], strict=True))

    def pair(hits: list[tuple[bool, bool]]) -> Paired | None:
        return paired([a for a, _ in hits], [b for _, b in hits]) if hits else None

    return Duel(
        challenger=version,
        answers=len(rows),
        differ=share(differ, len(rows)).share,
        top1=pair(first),
        top5=pair(five),
        champion=calibration(
            "champion", [row.probability[0] for row in known], [a for a, _ in first]
        ),
        shadow=calibration(
            "challenger", [row.shadow_probability[0] for row in known], [b for _, b in first]
        ),
        covered_champion=share(
            sum(row.condition in row.prediction_set for row in known), len(known)
        ).share,
        covered_challenger=share(
            sum(row.condition in row.shadow_set for row in known), len(known)
        ).share,
    )
