"""Findings, conditions and medicines of the demonstration city: plausible, not measured.

The tables lie beside this file, a line each. ICD-10 and ATC codes are the WHO's; rates, seasons and
probabilities are made up for this synthetic city.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

BACKGROUND = 0.02  # how often a finding is seen with a condition that does not name it
AGE_BANDS = (5, 18, 45, 65)  # years; `ages` has a weight below the first, between, and above


@dataclass(frozen=True)
class Finding:
    code: str
    name: str
    name_hi: str


@dataclass(frozen=True)
class Medicine:
    code: str
    name: str
    name_hi: str
    atc: str
    unit: str


@dataclass(frozen=True)
class Condition:
    """`rate` in visits a thousand residents a year; `peak` is the month of most visits and `swing`
    how far it rises over the yearly mean; `findings` are probabilities, `medicines` quantities."""

    code: str
    name: str
    name_hi: str
    icd10: str
    severity: int
    specialty: str
    rate: float
    findings: dict[str, float]
    medicines: dict[str, int]
    peak: int
    swing: float
    ages: tuple[float, ...]
    women: float


def _table(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(
        Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8")
    )
    return rows


@cache
def findings() -> tuple[Finding, ...]:
    return tuple(Finding(**row) for row in _table("findings"))


@cache
def medicines() -> tuple[Medicine, ...]:
    return tuple(Medicine(**row) for row in _table("medicines"))


@cache
def conditions() -> tuple[Condition, ...]:
    return tuple(Condition(**{**row, "ages": tuple(row["ages"])}) for row in _table("conditions"))
