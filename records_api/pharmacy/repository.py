from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Row, case, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from records_api.core.db import Quantity
from records_api.core.errors import NotFound
from records_api.core.ids import new_id
from records_api.pharmacy.tables import Batch, Dispense, Item, Movement

_CHUNK = 500  # SQLite takes a limited number of parameters in one statement
_TERMS = 100  # and a limited number of conditions


def item(session: Session, item_id: str) -> Item:
    found = session.get(Item, item_id)
    if found is None:
        raise NotFound("There is no such item.", field="item_id")
    return found


def items(session: Session, ids: Iterable[str]) -> dict[str, Item]:
    wanted = sorted(set(ids))
    found: dict[str, Item] = {}
    for start in range(0, len(wanted), _CHUNK):
        some = select(Item).where(Item.id.in_(wanted[start : start + _CHUNK]))
        found |= {row.id: row for row in session.scalars(some)}
    return found


def items_by_code(session: Session, codes: Iterable[str]) -> dict[str, Item]:
    wanted = sorted(set(codes))
    found: dict[str, Item] = {}
    for start in range(0, len(wanted), _CHUNK):
        some = select(Item).where(Item.code.in_(wanted[start : start + _CHUNK]))
        found |= {row.code: row for row in session.scalars(some)}
    return found


def items_called(session: Session, names: Iterable[str]) -> Sequence[Item]:
    """Items whose names begin with one of these."""
    wanted = sorted(set(names))
    found: dict[str, Item] = {}
    for start in range(0, len(wanted), _TERMS):
        some = (Item.name.istartswith(n, autoescape=True) for n in wanted[start : start + _TERMS])
        found |= {row.id: row for row in session.scalars(select(Item).where(or_(*some)))}
    return list(found.values())


def find_items(session: Session, text: str, atc: str, limit: int) -> Sequence[Item]:
    """Items with each word in a name or code, of an ATC group, by name."""
    query = select(Item)
    for word in text.split():
        query = query.where(
            or_(
                Item.name.icontains(word, autoescape=True),
                Item.name_hi.contains(word, autoescape=True),
                Item.code.istartswith(word, autoescape=True),
            )
        )
    if atc:
        query = query.where(Item.atc.istartswith(atc, autoescape=True))
    return session.scalars(query.order_by(Item.name, Item.id).limit(limit)).all()


def batch(session: Session, batch_id: str) -> Batch:
    found = session.get(Batch, batch_id, populate_existing=True)
    if found is None:
        raise NotFound("There is no such batch.", field="batch_id")
    return found


def batches(session: Session, facility_id: str, item_id: str | None = None) -> Sequence[Batch]:
    """The batches of a shelf as they are now, whatever this session saw before."""
    query = select(Batch).where(Batch.facility_id == facility_id)
    if item_id is not None:
        query = query.where(Batch.item_id == item_id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def ensure_batch(
    session: Session, facility_id: str, item_id: str, number: str, expires_on: date | None
) -> Batch:
    """The batch of this number, made if need be; two who make it at the same moment get one."""
    kind = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    fresh = {"id": new_id(), "facility_id": facility_id, "item_id": item_id, "number": number}
    session.execute(
        kind(Batch).values(**fresh, expires_on=expires_on, on_hand=0).on_conflict_do_nothing()
    )
    return session.scalars(
        select(Batch)
        .where(Batch.facility_id == facility_id, Batch.item_id == item_id, Batch.number == number)
        .execution_options(populate_existing=True)
    ).one()


def move(session: Session, batch_id: str, quantity: Decimal) -> bool:
    """Add to a batch, or take from it. False, and nothing done, if it does not hold enough."""
    moved = session.scalar(
        update(Batch)
        .where(Batch.id == batch_id, Batch.on_hand + quantity >= 0)
        .values(on_hand=Batch.on_hand + quantity)
        .returning(Batch.id)
        .execution_options(synchronize_session=False)
    )
    return moved is not None


def movements(session: Session, facility_id: str, item_id: str, limit: int) -> Sequence[Movement]:
    return session.scalars(
        select(Movement)
        .where(Movement.facility_id == facility_id, Movement.item_id == item_id)
        .order_by(Movement.at.desc(), Movement.id.desc())
        .limit(limit)
    ).all()


def supplied(session: Session, prescription_id: str) -> Sequence[Decimal]:
    return session.scalars(
        select(Dispense.supplied).where(Dispense.prescription_id == prescription_id)
    ).all()


def shelves(
    session: Session, facility_id: str, today: date
) -> Sequence[Row[Item, Decimal, Decimal, date | None]]:
    """Each item that the facility has or had: usable, expired, soonest expiry of what is usable."""
    good = or_(Batch.expires_on.is_(None), Batch.expires_on >= today)
    holds = good & (Batch.on_hand > 0)
    zero = 0
    query = (
        select(
            Item,
            func.sum(case((good, Batch.on_hand), else_=zero), type_=Quantity).label("usable"),
            func.sum(case((good, zero), else_=Batch.on_hand), type_=Quantity).label("expired"),
            func.min(case((holds, Batch.expires_on))).label("expiry"),
        )
        .join(Batch, Batch.item_id == Item.id)
        .where(Batch.facility_id == facility_id)
        .group_by(Item.id)
        .order_by(Item.name, Item.id)
    )
    return session.execute(query).all()


def last_dispense(
    session: Session, facility_id: str, item_id: str | None = None
) -> datetime | None:
    query = select(func.max(Dispense.at)).where(Dispense.facility_id == facility_id)
    if item_id is not None:
        query = query.where(Dispense.item_id == item_id)
    return session.scalar(query)


def asked(
    session: Session, facility_id: str, since: datetime, until: datetime
) -> dict[str, Decimal]:
    """What was asked for of each item from behind `since` until `until`."""
    query = (
        select(Dispense.item_id, func.sum(Dispense.requested, type_=Quantity))
        .where(Dispense.facility_id == facility_id, Dispense.at > since, Dispense.at <= until)
        .group_by(Dispense.item_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def dispenses(
    session: Session, facility_id: str, item_id: str, since: datetime
) -> Sequence[Row[datetime, Decimal, Decimal, str]]:
    return session.execute(
        select(Dispense.at, Dispense.requested, Dispense.supplied, Dispense.period)
        .where(
            Dispense.facility_id == facility_id,
            Dispense.item_id == item_id,
            Dispense.at >= since,
        )
        .order_by(Dispense.at)
    ).all()


def add_items(session: Session, rows: list[dict[str, object]]) -> None:
    if rows:
        session.execute(insert(Item), rows)
