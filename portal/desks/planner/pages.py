from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from portal.render import Page
from records_api.drift.schemas import DriftOut
from records_api.facilities.tables import Facility
from records_api.pharmacy.schemas import StockLine
from records_api.pharmacy.tables import Item


@dataclass(frozen=True)
class Shelf:
    """One item at risk or not: out, low, enough, idle (nobody asks for it)."""

    item: StockLine
    state: str


@dataclass(frozen=True)
class Lot:
    number: str
    expires_on: date | None
    on_hand: Decimal
    expired: bool


@dataclass(frozen=True)
class Used:
    ds: date
    used: float


@dataclass(frozen=True)
class Fan:
    """Use in one period to come: middle, and the ranges that hold 80 and 95 of 100 periods."""

    ds: date
    middle: float
    low: float
    high: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class Forecast:
    id: str
    points: Sequence[Fan]
    days: float | None
    order: int
    covers: int
    certainty: float
    degraded: bool
    stale: bool
    source: str
    asked_at: datetime
    decision: str | None
    decision_reason: str | None


@dataclass(frozen=True)
class ItemsPage(Page):
    template = "desks/planner/items.html"

    facilities: Sequence[Facility]
    facility: Facility | None
    rows: Sequence[Shelf]
    drift: DriftOut | None  # where it is an alarm, or nobody looked


@dataclass(frozen=True)
class ItemPage(Page):
    template = "desks/planner/item.html"

    facility: Facility
    item: Item
    freq: str
    on_hand: Decimal
    history: Sequence[Used]
    forecast: Forecast | None
    batches: Sequence[Lot]
    quantity: str
    reason: str = ""
    errors: dict[str, str] = field(default_factory=dict)
