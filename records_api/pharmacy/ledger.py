"""Histories of stock, for the seed and for imports: many entries at once, in order of time.

The rules are those of the desk; the shelves are kept in memory meanwhile, and written at the end.
The database still refuses a batch below zero, should somebody else have taken from it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, bindparam, insert, select, update

from records_api.core.context import Context, Role
from records_api.core.db import Base
from records_api.core.errors import Forbidden, Invalid, OutOfStock
from records_api.core.ids import new_id
from records_api.facilities.tables import Facility
from records_api.pharmacy import repository
from records_api.pharmacy.rules import Lot, first_expired_first_out, usable
from records_api.pharmacy.tables import Batch, Dispense, Movement

UNNUMBERED = "unnumbered"  # the batch of a source that knows none
BALANCED = "stock that the source's ledger did not show"
COUNTED = "counted"
_ZERO = Decimal(0)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One event at one shelf.

    receive   `quantity` came in, of batch `number` with `expires_on`
    dispense  `quantity` was asked for; given is what the shelf holds, or `supplied` where the source
              says so: stock that the ledger lacks for it is then balanced by an adjust movement
    adjust    `quantity`, signed, was corrected
    count     `quantity` lay there; the difference becomes an adjust movement
    expire    what has expired by then is written off; `quantity` is ignored

    `id` is the dispense row's. `recorded_at`: when the record learned of it; None: at once.
    """

    kind: Literal["receive", "dispense", "adjust", "count", "expire"]
    facility_id: str
    item_id: str
    at: datetime
    quantity: Decimal | int = 0
    supplied: Decimal | int | None = None
    period: Literal["once", "D", "W", "M"] = "once"
    patient_id: str | None = None
    prescription_id: str | None = None
    number: str | None = None
    expires_on: date | None = None
    reason: str | None = None
    id: str | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True)
class Written:
    entries: int
    movements: int
    dispenses: int


class _Shelf:
    """The batches of one facility and item while entries are worked off."""

    def __init__(self, facility_id: str, item_id: str) -> None:
        self.facility_id, self.item_id = facility_id, item_id
        self.lots: dict[str, Lot] = {}
        self.changes: dict[str, Decimal] = {}
        self.fresh: set[str] = set()

    @property
    def on_hand(self) -> Decimal:
        return sum((lot.on_hand for lot in self.lots.values()), _ZERO)

    def put(self, number: str, expires_on: date | None, quantity: Decimal) -> str:
        lot = next((lot for lot in self.lots.values() if lot.number == number), None)
        if lot is None:
            lot = Lot(new_id(), number, expires_on, _ZERO)
            self.lots[lot.id] = lot
            self.fresh.add(lot.id)
        self.change(lot.id, quantity)
        return lot.id

    def change(self, lot_id: str, quantity: Decimal) -> None:
        lot = self.lots[lot_id]
        self.lots[lot_id] = Lot(lot.id, lot.number, lot.expires_on, lot.on_hand + quantity)
        self.changes[lot_id] = self.changes.get(lot_id, _ZERO) + quantity

    def give(self, quantity: Decimal, today: date) -> list[tuple[str, Decimal]]:
        plan = first_expired_first_out(self.lots.values(), quantity, today)
        for lot_id, part in plan:
            self.change(lot_id, -part)
        return plan

    def take_off(self, quantity: Decimal) -> list[tuple[str, Decimal]]:
        """For corrections: from any batch, the expired ones first."""
        if quantity > self.on_hand:
            raise OutOfStock("The ledger does not hold that much.", field="quantity")
        return self.give(quantity, date.min)


@dataclass
class _Book:
    """What will be written."""

    ctx: Context
    zones: dict[str, ZoneInfo]
    shelves: dict[tuple[str, str], _Shelf]
    movements: list[dict[str, Any]] = field(default_factory=list)
    dispenses: list[dict[str, Any]] = field(default_factory=list)
    spans: dict[tuple[str, str], tuple[datetime, datetime]] = field(default_factory=dict)

    def enter(self, entry: Entry) -> None:
        key = (entry.facility_id, entry.item_id)
        shelf = self.shelves[key]
        first, last = self.spans.get(key, (entry.at, entry.at))
        self.spans[key] = (min(first, entry.at), max(last, entry.at))
        getattr(self, f"_{entry.kind}")(entry, shelf, Decimal(entry.quantity))

    def _receive(self, entry: Entry, shelf: _Shelf, quantity: Decimal) -> None:
        if quantity <= 0:
            raise Invalid("A delivery is more than nothing.", field="quantity")
        lot = shelf.put(entry.number or UNNUMBERED, entry.expires_on, quantity)
        self._move(entry, lot, "receive", quantity)

    def _adjust(self, entry: Entry, shelf: _Shelf, quantity: Decimal) -> None:
        self._correct(entry, shelf, quantity, entry.reason or "corrected")

    def _count(self, entry: Entry, shelf: _Shelf, quantity: Decimal) -> None:
        if quantity < 0:
            raise Invalid("A count is not below zero.", field="quantity")
        self._correct(entry, shelf, quantity - shelf.on_hand, entry.reason or COUNTED)

    def _correct(self, entry: Entry, shelf: _Shelf, quantity: Decimal, reason: str) -> None:
        if quantity > 0:
            lot = shelf.put(entry.number or UNNUMBERED, entry.expires_on, quantity)
            self._move(entry, lot, "adjust", quantity, reason)
        elif quantity < 0:
            for lot, part in shelf.take_off(-quantity):
                self._move(entry, lot, "adjust", -part, reason)

    def _expire(self, entry: Entry, shelf: _Shelf, _: Decimal) -> None:
        today = entry.at.astimezone(self.zones[entry.facility_id]).date()
        for lot in list(shelf.lots.values()):
            if lot.on_hand > 0 and not usable(lot, today):
                shelf.change(lot.id, -lot.on_hand)
                self._move(entry, lot.id, "expire", -lot.on_hand, entry.reason or "expired")

    def _dispense(self, entry: Entry, shelf: _Shelf, requested: Decimal) -> None:
        today = entry.at.astimezone(self.zones[entry.facility_id]).date()
        given = requested if entry.supplied is None else Decimal(entry.supplied)
        if not 0 <= given <= requested:
            raise Invalid(
                "What was supplied lies between none and what was asked for.", field="supplied"
            )
        plan = shelf.give(given, today) if given else []
        supplied = sum((part for _, part in plan), _ZERO)
        if entry.supplied is not None and supplied < given:
            lot = shelf.put(UNNUMBERED, None, given - supplied)
            self._move(entry, lot, "adjust", given - supplied, BALANCED)
            shelf.change(lot, supplied - given)
            plan, supplied = [*plan, (lot, given - supplied)], given
        row_id = entry.id or new_id()
        for lot_id, part in plan:
            self._move(entry, lot_id, "dispense", -part, dispense_id=row_id)
        self.dispenses.append(
            {
                "id": row_id,
                "facility_id": entry.facility_id,
                "item_id": entry.item_id,
                "patient_id": entry.patient_id,
                "prescription_id": entry.prescription_id,
                "requested": requested,
                "supplied": supplied,
                "period": entry.period,
                "at": entry.at,
                "by": self.ctx.actor.id,
                "recorded_at": entry.recorded_at or entry.at,
            }
        )

    def _move(
        self,
        entry: Entry,
        lot_id: str,
        kind: str,
        quantity: Decimal,
        reason: str | None = None,
        dispense_id: str | None = None,
    ) -> None:
        self.movements.append(
            {
                "id": new_id(),
                "batch_id": lot_id,
                "facility_id": entry.facility_id,
                "item_id": entry.item_id,
                "kind": kind,
                "quantity": quantity,
                "dispense_id": dispense_id,
                "reason": reason if reason is not None else entry.reason,
                "at": entry.at,
                "by": self.ctx.actor.id,
                "recorded_at": entry.recorded_at or entry.at,
            }
        )


def record_ledger_many(ctx: Context, entries: Iterable[Entry]) -> Written:
    """Work entries off in the order given, which is that of time at each shelf, and write them.

    All or nothing. Raises `Invalid` for an unknown facility or item and a wrong quantity,
    `OutOfStock` for a correction below zero.
    """
    if not ctx.actor.has(Role.SYSTEM):
        raise Forbidden("Only an import writes histories of stock.")
    work = list(entries)
    if not work:
        return Written(0, 0, 0)
    keys = {(entry.facility_id, entry.item_id) for entry in work}
    zones = _zones(ctx, {facility for facility, _ in keys})
    if len(repository.items(ctx.session, (item for _, item in keys))) < len(
        {item for _, item in keys}
    ):
        raise Invalid("There is no such item in the list.", field="item_id")
    book = _Book(ctx, zones, _shelves(ctx, keys))
    for entry in work:
        book.enter(entry)
    _write(ctx, book)
    return Written(len(work), len(book.movements), len(book.dispenses))


def _zones(ctx: Context, facilities: set[str]) -> dict[str, ZoneInfo]:
    zones: dict[str, ZoneInfo] = {}
    for chunk in _chunks(sorted(facilities)):
        rows = ctx.session.execute(select(Facility.id, Facility.zone).where(Facility.id.in_(chunk)))
        zones |= {row.id: ZoneInfo(row.zone) for row in rows}
    if len(zones) < len(facilities):
        raise Invalid("There is no such facility in the register.", field="facility_id")
    return zones


def _shelves(ctx: Context, keys: set[tuple[str, str]]) -> dict[tuple[str, str], _Shelf]:
    shelves = {key: _Shelf(*key) for key in keys}
    for chunk in _chunks(sorted({facility for facility, _ in keys})):
        columns = (
            Batch.id, Batch.facility_id, Batch.item_id, Batch.number, Batch.expires_on, Batch.on_hand
        )  # fmt: skip
        for row in ctx.session.execute(select(*columns).where(Batch.facility_id.in_(chunk))):
            if shelf := shelves.get((row.facility_id, row.item_id)):
                shelf.lots[row.id] = Lot(row.id, row.number, row.expires_on, row.on_hand)
    return shelves


def _write(ctx: Context, book: _Book) -> None:
    fresh, changed = [], []
    for shelf in book.shelves.values():
        for lot_id, change in shelf.changes.items():
            if lot_id in shelf.fresh:
                lot = shelf.lots[lot_id]
                fresh.append(
                    {
                        "id": lot.id,
                        "facility_id": shelf.facility_id,
                        "item_id": shelf.item_id,
                        "number": lot.number,
                        "expires_on": lot.expires_on,
                        "on_hand": lot.on_hand,
                    }
                )
            elif change:
                changed.append({"lot": lot_id, "change": change})
    ctx.session.flush()
    _insert(ctx, Batch, fresh)
    if changed:
        table = cast(Table, Batch.__table__)
        amount = bindparam("change", type_=table.c.on_hand.type)
        ctx.session.execute(
            update(table)
            .where(table.c.id == bindparam("lot"))
            .values(on_hand=table.c.on_hand + amount),
            changed,
        )
        ctx.session.expire_all()
    _insert(ctx, Dispense, book.dispenses)
    _insert(ctx, Movement, book.movements)
    for (facility_id, item_id), (first, last) in book.spans.items():
        ctx.emit(
            "stock.changed",
            f"{facility_id}|{item_id}",
            first=first.isoformat(),
            last=last.isoformat(),
        )
    ids = " ".join(row["id"] for row in (*book.dispenses, *book.movements))
    ctx.audit(
        "stock.ledger",
        movements=len(book.movements),
        dispenses=len(book.dispenses),
        digest=hashlib.sha256(ids.encode()).hexdigest(),
    )


def _insert(ctx: Context, kind: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:  # through the table, not the mapper: no object is made of each row
        ctx.session.execute(insert(cast(Table, kind.__table__)), rows)


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
