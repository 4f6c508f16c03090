"""A drift report as it is kept and shown. `few`: too little to say; `failed`: it could not be made."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

Capability = Literal["diagnosis"]
Level = Literal["few", "steady", "watch", "alarm"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", protected_namespaces=(), allow_inf_nan=False)


class Bin(_Part):
    label: str
    reference: float
    recent: float


class Stability(_Part):
    """`psi` counts from `floor` on: up to it chance explains it."""

    name: str
    rows: int
    psi: float | None
    floor: float | None
    level: Level
    bins: list[Bin] = []


class Calibration(_Part):
    """Of the best condition's probability, among visits whose diagnosis was confirmed."""

    group: str
    rows: int
    confidence: float | None
    accuracy: float | None
    error: float | None
    low: float | None
    high: float | None
    floor: float | None
    level: Level


class Rate(_Part):
    name: str
    of: int
    share: float | None
    low: float | None
    high: float | None
    level: Level


class Decided(_Part):
    decision: str
    answers: int
    confirmed_cases: int
    top1: float | None
    top5: float | None


class Agreement(_Part):
    """Of `suggested` answers with this condition first, so many were accepted or rejected; of the
    `confirmed_cases` among them it was this condition in `confirmed`."""

    condition: str
    suggested: int
    accepted: int
    rejected: int
    confirmed_cases: int
    confirmed: int


class Paired(_Part):
    rows: int
    only_champion: int
    only_challenger: int
    difference: float
    low: float
    high: float
    p: float
    enough: bool


class Duel(_Part):
    """A challenger in shadow against what was shown, on the same visits."""

    challenger: str
    answers: int
    differ: float | None
    top1: Paired | None
    top5: Paired | None
    champion: Calibration
    shadow: Calibration
    covered_champion: float | None
    covered_challenger: float | None


class Report(_Part):
    capability: Capability
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


class DriftOut(BaseModel):
    """`stale`: newer reports should be there, and are not. A failed report says only why."""

    model_config = ConfigDict(protected_namespaces=())

    id: str
    capability: Capability
    model_version: str | None
    level: Literal["few", "steady", "watch", "alarm", "failed"]
    made_at: datetime
    stale: bool
    problem: str | None = None
    report: Report | None = None


class DriftLine(BaseModel):
    """A report in the list of them."""

    model_config = ConfigDict(from_attributes=True, protected_namespaces=())

    id: str
    capability: Capability
    model_version: str | None
    level: Literal["few", "steady", "watch", "alarm", "failed"]
    made_at: datetime
