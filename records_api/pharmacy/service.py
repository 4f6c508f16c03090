"""The pharmacy's desk. Stock changes by a guarded UPDATE and a row in the ledger, never otherwise."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from records_api.consent.service import open_record
from records_api.core.context import Context, Role
from records_api.core.errors import Forbidden, Invalid, OutOfStock
from records_api.core.ids import new_id
from records_api.facilities import repository as facilities
from records_api.pharmacy import repository, rules
from records_api.pharmacy.rules import Lot
from records_api.pharmacy.schemas import (
    AdjustIn,
    DispenseIn,
    ItemIn,
    ReceiveIn,
    StockLine,
    TransferIn,
    Use,
)
from records_api.pharmacy.tables import Batch, Dispense, Item, Movement
from records_api.prescribing import repository as prescriptions

USE_DAYS = 90
_TRIES = 20  # a dispense plans anew when somebody else emptied a batch it had chosen


def add_items(ctx: Context, items: Iterable[ItemIn], *, source: str = "desk") -> dict[str, str]:
    """Add items; one whose code exists takes the new content. The id of each code."""
    wanted = {data.code: data for data in items}
    known = repository.items_by_code(ctx.session, wanted)
    fresh, changed = [], 0
    for code, data in wanted.items():
        row, content = known.get(code), data.model_dump()
        if row is None:
            fresh.append(
                {"id": data.id or new_id(), **content, "source": source, "recorded_at": ctx.now}
            )
        elif any(getattr(row, name) != value for name, value in content.items()):
            for name, value in content.items():
                setattr(row, name, value)
            changed += 1
    repository.add_items(ctx.session, fresh)
    ctx.session.flush()
    if fresh or changed:
        ctx.audit("item.add_many", added=len(fresh), changed=changed, source=source)
    return {code: row.id for code, row in known.items()} | {
        str(row["code"]): str(row["id"]) for row in fresh
    }


def find_items(ctx: Context, text: str = "", atc: str = "", limit: int = 50) -> Sequence[Item]:
    return repository.find_items(ctx.session, text, atc, limit)


def today(ctx: Context, facility_id: str) -> date:
    """The date at the facility."""
    return ctx.now.astimezone(ZoneInfo(facilities.get(ctx.session, facility_id).zone)).date()


def receive(ctx: Context, facility_id: str, data: ReceiveIn) -> Batch:
    """Take in a delivery. Raises `Invalid` for an expired batch, or one known with another date."""
    _own_shelf(ctx, facility_id)
    repository.item(ctx.session, data.item_id)
    if data.expires_on is not None and data.expires_on < today(ctx, facility_id):
        raise Invalid("This batch has expired. Do not take it in.", field="expires_on")
    batch = repository.ensure_batch(
        ctx.session, facility_id, data.item_id, data.number, data.expires_on
    )
    if batch.expires_on != data.expires_on:
        raise Invalid(
            "This batch is known with the expiry date {known}. Check the label.",
            field="expires_on",
            known=str(batch.expires_on),
        )
    _move(ctx, batch, "receive", data.quantity)
    return repository.batch(ctx.session, batch.id)


def adjust(ctx: Context, batch_id: str, data: AdjustIn) -> Batch:
    """Correct a batch after a count. Raises `OutOfStock` if it does not hold what is taken off."""
    batch = repository.batch(ctx.session, batch_id)
    _own_shelf(ctx, batch.facility_id)
    if data.quantity == 0:
        raise Invalid("A correction of nothing changes nothing.", field="quantity")
    _move(ctx, batch, "adjust", data.quantity, reason=data.reason)
    return repository.batch(ctx.session, batch_id)


def transfer(ctx: Context, batch_id: str, data: TransferIn) -> Batch:
    """Send part of a batch to another facility; the batch there."""
    batch = repository.batch(ctx.session, batch_id)
    _own_shelf(ctx, batch.facility_id)
    if data.facility_id == batch.facility_id:
        raise Invalid("Choose another facility.", field="facility_id")
    goal_id = facilities.get(ctx.session, data.facility_id).id
    _move(ctx, batch, "transfer", -data.quantity, reason=f"to {goal_id}")
    goal = repository.ensure_batch(
        ctx.session, goal_id, batch.item_id, batch.number, batch.expires_on
    )
    _move(ctx, goal, "transfer", data.quantity, reason=f"from {batch.facility_id}")
    return repository.batch(ctx.session, goal.id)


def expire(ctx: Context, facility_id: str) -> list[Movement]:
    """Write off every batch of the facility that has expired."""
    _own_shelf(ctx, facility_id)
    day, rows = today(ctx, facility_id), []
    for batch in repository.batches(ctx.session, facility_id):
        lot = _lot(batch)
        if lot.on_hand > 0 and not rules.usable(lot, day):
            rows.append(_move(ctx, batch, "expire", -lot.on_hand, reason="expired"))
    return rows


def dispense(ctx: Context, facility_id: str, data: DispenseIn) -> Dispense:
    """Supply what there is of what was asked for, soonest expiry first, and keep both numbers.

    A supply of nothing is kept too: it is demand that stock did not meet. Raises `Invalid` for more
    than the prescription still allows, or another item than it names.
    """
    _own_shelf(ctx, facility_id)
    day = today(ctx, facility_id)
    repository.item(ctx.session, data.item_id)
    patient_id = _patient(ctx, data)
    taken = _take(ctx, facility_id, data.item_id, data.quantity, day)
    row = Dispense(
        id=new_id(),
        facility_id=facility_id,
        item_id=data.item_id,
        patient_id=patient_id,
        prescription_id=data.prescription_id,
        requested=data.quantity,
        supplied=sum(taken.values(), Decimal(0)),
        period="once",
        at=ctx.now,
        by=ctx.actor.id,
        recorded_at=ctx.now,
    )
    ctx.session.add(row)
    for batch_id, quantity in taken.items():
        _note(ctx, batch_id, facility_id, data.item_id, "dispense", -quantity, dispense_id=row.id)
    ctx.session.flush()
    ctx.audit(
        "stock.dispense",
        row.id,
        patient_id=patient_id,
        item=data.item_id,
        requested=str(row.requested),
        supplied=str(row.supplied),
    )
    _emit(ctx, facility_id, data.item_id)
    return row


def _patient(ctx: Context, data: DispenseIn) -> str | None:
    """Whose record this supply is part of; opens it."""
    if data.prescription_id is None:
        if data.patient_id is not None:
            open_record(ctx, data.patient_id, "dispense.write")
        return data.patient_id
    prescription = prescriptions.get(ctx.session, data.prescription_id, lock=True)
    open_record(ctx, prescription.patient_id, "dispense.write")
    if data.patient_id not in {None, prescription.patient_id}:
        raise Invalid("The prescription is for another resident.", field="patient_id")
    if data.item_id != prescription.item_id:
        raise Invalid("The prescription is for another item.", field="item_id")
    left = rules.remaining(
        prescription.quantity, repository.supplied(ctx.session, data.prescription_id)
    )
    if data.quantity > left:
        raise Invalid(
            "The prescription allows {left} more.", field="quantity", left=f"{left.normalize():f}"
        )
    return prescription.patient_id


def _take(
    ctx: Context, facility_id: str, item_id: str, quantity: Decimal, day: date
) -> dict[str, Decimal]:
    """Take from the shelf what there is: quantity by batch."""
    taken: dict[str, Decimal] = {}
    left = quantity
    for _ in range(_TRIES):
        lots = [_lot(b) for b in repository.batches(ctx.session, facility_id, item_id)]
        plan = rules.first_expired_first_out(lots, left, day)
        if not plan:
            break
        for batch_id, part in plan:
            if not repository.move(ctx.session, batch_id, -part):
                break  # somebody was quicker: look again
            taken[batch_id] = taken.get(batch_id, Decimal(0)) + part
            left -= part
        if left == 0:
            break
    return taken


def _move(
    ctx: Context, batch: Batch, kind: str, quantity: Decimal, *, reason: str | None = None
) -> Movement:
    if not repository.move(ctx.session, batch.id, quantity):
        raise OutOfStock("This batch does not hold that much. Count again.", field="quantity")
    row = _note(ctx, batch.id, batch.facility_id, batch.item_id, kind, quantity, reason=reason)
    ctx.session.flush()
    ctx.audit(f"stock.{kind}", batch.id, quantity=str(quantity), reason=reason)
    _emit(ctx, batch.facility_id, batch.item_id)
    return row


def _note(
    ctx: Context,
    batch_id: str,
    facility_id: str,
    item_id: str,
    kind: str,
    quantity: Decimal,
    *,
    dispense_id: str | None = None,
    reason: str | None = None,
) -> Movement:
    row = Movement(
        id=new_id(),
        batch_id=batch_id,
        facility_id=facility_id,
        item_id=item_id,
        kind=kind,
        quantity=quantity,
        dispense_id=dispense_id,
        reason=reason,
        at=ctx.now,
        by=ctx.actor.id,
        recorded_at=ctx.now,
    )
    ctx.session.add(row)
    return row


def _emit(ctx: Context, facility_id: str, item_id: str) -> None:
    at = ctx.now.isoformat()
    ctx.emit("stock.changed", f"{facility_id}|{item_id}", first=at, last=at)


def _lot(batch: Batch) -> Lot:
    return Lot(batch.id, batch.number, batch.expires_on, batch.on_hand)


def _own_shelf(ctx: Context, facility_id: str) -> None:
    """Who works at one facility moves the stock of that one."""
    facilities.get(ctx.session, facility_id)
    if ctx.actor.facility_id not in {None, facility_id} and not ctx.actor.has(
        Role.ADMIN, Role.SYSTEM
    ):
        raise Forbidden("This is the stock of another facility.")


def stock(ctx: Context, facility_id: str) -> list[StockLine]:
    """Every item of a facility: what is there and for how long it will do.

    Use is counted up to the last supply in the ledger, so that an imported ledger reads as of its
    own end.
    """
    day = today(ctx, facility_id)
    until = min(ctx.now, repository.last_dispense(ctx.session, facility_id) or ctx.now)
    use = repository.asked(ctx.session, facility_id, until - timedelta(days=USE_DAYS), until)
    lines = []
    for item, usable, expired, expiry in repository.shelves(ctx.session, facility_id, day):
        daily = float(use.get(item.id, Decimal(0))) / USE_DAYS
        lines.append(
            StockLine(
                item_id=item.id,
                code=item.code,
                name=item.name,
                name_hi=item.name_hi,
                unit=item.unit,
                atc=item.atc,
                on_hand=usable,
                expired=expired,
                next_expiry=expiry,
                daily_use=round(daily, 4),
                days_of_cover=rules.days_of_cover(float(usable), [daily], 1.0),
            )
        )
    return lines


def movements(ctx: Context, facility_id: str, item_id: str, limit: int = 100) -> Sequence[Movement]:
    """The ledger of an item, newest first."""
    facilities.get(ctx.session, facility_id)
    return repository.movements(ctx.session, facility_id, item_id, limit)


def use(
    ctx: Context, facility_id: str, item_id: str, freq: str, periods: int, weekday: int = 0
) -> list[Use]:
    """What was asked for in the last full periods of the ledger, oldest first.

    Days and weeks without a supply are zeros; months of a ledger that keeps totals are there only
    if they were reported. Totals of longer periods than `freq` cannot be told apart and are left out.
    """
    zone = ZoneInfo(facilities.get(ctx.session, facility_id).zone)
    last_at = repository.last_dispense(ctx.session, facility_id)
    if last_at is None:
        return []
    running = rules.period_start(ctx.now.astimezone(zone).date(), freq, weekday)
    last = rules.period_start(last_at.astimezone(zone).date(), freq, weekday)
    first = last - timedelta(days=int(rules.PERIOD_DAYS[freq] * periods) + 31)
    since = datetime.combine(first, time(), zone)
    found: dict[date, tuple[Decimal, Decimal]] = {}
    reported = True
    lengths = {"once": "D"}
    for at, requested, given, period in repository.dispenses(
        ctx.session, facility_id, item_id, since
    ):
        length = lengths.get(period, period)
        if rules.PERIOD_DAYS[length] > rules.PERIOD_DAYS[freq]:
            continue
        reported = reported and length == "M"
        start = rules.period_start(at.astimezone(zone).date(), freq, weekday)
        before = found.get(start, (Decimal(0), Decimal(0)))
        found[start] = (before[0] + requested, before[1] + given)
    if not found:
        return []
    rows = (
        [(start, *both) for start, both in sorted(found.items())]
        if reported
        else rules.fill(found, min(found), last, freq)
    )
    full = [
        Use(ds=ds, requested=asked, supplied=given) for ds, asked, given in rows if ds < running
    ]
    return full[-periods:]
