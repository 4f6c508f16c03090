"""What the city falls ill with, from the Delhi catalogue, and what is given for it.

Rates, seasons and frequencies are the catalogue's, scaled so that a resident comes as
often as one of the demonstration should. What is given lies beside this file: medicines with the
WHO's ATC codes, and how many of each a usual case takes; a condition that is not there takes none.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from knowledge import catalogue
from knowledge.schema import Condition, Rate

VISITS = 1250.0  # first visits a thousand residents a year, over all conditions


@dataclass(frozen=True)
class Medicine:
    code: str
    name: str
    name_hi: str
    atc: str
    unit: str


def _table(name: str) -> Any:
    return json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))


@cache
def medicines() -> tuple[Medicine, ...]:
    return tuple(Medicine(**row) for row in _table("medicines"))


@cache
def conditions() -> tuple[tuple[Condition, Rate], ...]:
    """Each condition that has a rate, with it."""
    return tuple((c, c.rate) for c in catalogue.delhi().conditions if c.rate)


@cache
def scale() -> float:
    """By which the catalogue's rates are multiplied in this city."""
    return VISITS / sum(rate.per_thousand for _, rate in conditions())


@cache
def prescriptions() -> dict[str, dict[str, int]]:
    """Medicines and quantities by condition."""
    given: dict[str, dict[str, int]] = _table("prescriptions")
    return given
