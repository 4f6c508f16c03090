"""Measurements and answers without a database, and the limits of the Delhi catalogue."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from knowledge import catalogue
from knowledge.concepts import concepts
from records_api.encounters.measured import rules_of


@dataclass(frozen=True)
class Taken:
    code: str
    value: Decimal
    measured_at: datetime
    recorded_at: datetime
    id: str = "1"


@dataclass(frozen=True)
class Said:
    code: str
    status: str
    recorded_at: datetime


RULES = {
    row["code"]: rules_of(row["detail"]["measured"])
    for row in concepts(catalogue.delhi())
    if row["detail"].get("measured")
}
