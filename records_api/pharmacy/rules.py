"""Stock: which batch goes first, how long it lasts, how much to order. No framework here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil, sqrt

PERIOD_DAYS = {"D": 1.0, "W": 7.0, "M": 365.25 / 12}
RECENT = {"D": 28, "W": 8, "M": 6}  # periods that the plain forecast looks at


@dataclass(frozen=True)
class Lot:
    """A batch as the choice sees it."""

    id: str
    number: str
    expires_on: date | None
    on_hand: Decimal


def usable(lot: Lot, today: date) -> bool:
    """A batch may be given until the end of the day that is printed on it."""
    return lot.expires_on is None or lot.expires_on >= today


def first_expired_first_out(
    lots: Iterable[Lot], quantity: Decimal, today: date
) -> list[tuple[str, Decimal]]:
    """What to take from which batch: soonest expiry first, undated last, expired never.

    Adds up to less than `quantity` when there is not enough.
    """
    plan, left = [], quantity
    good = [lot for lot in lots if lot.on_hand > 0 and usable(lot, today)]
    for lot in sorted(good, key=lambda lot: (lot.expires_on or date.max, lot.number, lot.id)):
        if left <= 0:
            break
        take = min(lot.on_hand, left)
        plan.append((lot.id, take))
        left -= take
    return plan


def period_start(day: date, freq: str, weekday: int = 0) -> date:
    """First day of the period that a day is in; weeks begin on `weekday` (0 is Monday)."""
    if freq == "M":
        return day.replace(day=1)
    if freq == "W":
        return day - timedelta(days=(day.weekday() - weekday) % 7)
    return day


def next_period(start: date, freq: str) -> date:
    if freq == "M":
        return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    return start + timedelta(days=7 if freq == "W" else 1)


def naive(history: Sequence[float], levels: Sequence[float]) -> tuple[float, list[float]]:
    """The plain forecast of any period to come: the mean of the recent ones, and their quantiles.

    Quantiles by linear interpolation between the sorted values (Hyndman & Fan, type 7).
    """
    if not history:
        return 0.0, [0.0] * len(levels)
    values = sorted(history)
    quantiles = []
    for level in levels:
        place = level * (len(values) - 1)
        low = int(place)
        high = min(low + 1, len(values) - 1)
        quantiles.append(values[low] + (values[high] - values[low]) * (place - low))
    return sum(values) / len(values), quantiles


def days_of_cover(on_hand: float, means: Sequence[float], period_days: float) -> float | None:
    """Days until the stock is used up if use is as forecast; None if nothing will be used.

    Behind the last period use goes on as in the mean of them.
    """
    left, days = on_hand, 0.0
    for mean in means:
        if mean > 0 and mean >= left:
            return days + period_days * left / mean
        left -= mean
        days += period_days
    average = sum(means) / len(means) if means else 0.0
    return days + period_days * left / average if average > 0 else None


def order_up_to(means: Sequence[float], quantiles: Sequence[float], periods: float) -> float:
    """Stock that meets the demand of so many periods with the service level of the quantiles.

    Periodic review, order up to a level (R, S): the mean demand of lead time and review period and
    a safety stock. Forecast errors of single periods are taken as independent, so that the safety
    stocks add as squares. Silver, Pyke & Thomas, Inventory and Production Management, 2017, §7.9.
    """
    total, squares, place = 0.0, 0.0, 0
    while periods > 0 and means:
        share, at = min(1.0, periods), min(place, len(means) - 1)
        total += share * means[at]
        squares += share * max(0.0, quantiles[at] - means[at]) ** 2
        periods -= 1
        place += 1
    return total + sqrt(squares)


def suggested_order(level: float, on_hand: float, on_order: float = 0.0) -> int:
    """Whole units that lift what is there and coming to the level; never less than none."""
    return max(0, ceil(round(level - on_hand - on_order, 6)))


def remaining(prescribed: Decimal, supplied: Iterable[Decimal]) -> Decimal:
    """What a prescription still allows to supply."""
    return max(Decimal(0), prescribed - sum(supplied, Decimal(0)))


def fill(
    found: Mapping[date, tuple[Decimal, Decimal]], first: date, last: date, freq: str
) -> list[tuple[date, Decimal, Decimal]]:
    """Every period from the first to the last; one without a supply is a zero."""
    rows, start = [], first
    while start <= last:
        rows.append((start, *found.get(start, (Decimal(0), Decimal(0)))))
        start = next_period(start, freq)
    return rows
