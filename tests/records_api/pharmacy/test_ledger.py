"""Histories: the ledger adds up to the shelf, whatever happened; imports are facts."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from records_api.core.audit import OutboxRow
from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database
from records_api.core.errors import Forbidden, Invalid, OutOfStock
from records_api.facilities import service as facilities
from records_api.facilities.schemas import FacilityIn
from records_api.pharmacy.ledger import BALANCED, Entry, record_ledger_many
from records_api.pharmacy.tables import Batch, Dispense, Movement

from .conftest import City

START = datetime(2023, 1, 1, 6, tzinfo=UTC)


def entry(city: City, kind: str, days: float, quantity: object = 0, **more: object) -> Entry:
    at = START + timedelta(days=days)
    return Entry(kind, city.facility, city.item, at, Decimal(str(quantity)), **more)


def on_hand(acting: Context, facility: str) -> dict[str, Decimal]:
    rows = acting.session.scalars(select(Batch).where(Batch.facility_id == facility))
    return {row.number: row.on_hand for row in rows}


def test_history_with_a_stock_out(city: City, ctx: Callable[..., Context]) -> None:
    acting = ctx("system")
    written = record_ledger_many(
        acting,
        [
            entry(city, "receive", 0, 10, number="A", expires_on=date(2023, 3, 1)),
            entry(city, "receive", 0, 10, number="B", expires_on=date(2023, 2, 1)),
            entry(city, "dispense", 1, 12),
            entry(city, "dispense", 40, 5),
            entry(city, "dispense", 41, 9),
            entry(city, "expire", 70),
        ],
    )
    acting.session.commit()
    # B first, 2 of A; then 5 of A, then the last 3 of A for 9. Nothing is left to expire.
    assert (written.entries, written.dispenses) == (6, 3)
    supplied = acting.session.scalars(select(Dispense.supplied).order_by(Dispense.at)).all()
    assert supplied == [12, 5, 3]
    assert on_hand(acting, city.facility) == {"A": 0, "B": 0}
    recorded = acting.session.scalars(select(Dispense.recorded_at).order_by(Dispense.at)).all()
    assert recorded[0] == START + timedelta(days=1)  # known when it happened, not when imported


def test_monthly_ledger_is_a_fact(city: City, ctx: Callable[..., Context]) -> None:
    """It says that 8 were given of 5 it knows of: the missing 3 are balanced, and named so."""
    acting = ctx("system")
    record_ledger_many(
        acting,
        [
            entry(city, "receive", 0, 5),
            entry(city, "dispense", 30, 8, supplied=8, period="M"),
            entry(city, "count", 30, 4),
            entry(city, "dispense", 60, 6, supplied=1, period="M"),
            entry(city, "count", 60, 2),
            entry(city, "dispense", 90, 0, supplied=0, period="M"),
        ],
    )
    acting.session.commit()
    assert sum(on_hand(acting, city.facility).values()) == 2
    rows = acting.session.execute(
        select(Movement.kind, Movement.quantity, Movement.reason).order_by(Movement.at, Movement.id)
    ).all()
    assert ("adjust", Decimal(3), BALANCED) in rows
    assert ("adjust", Decimal(4), "counted") in rows
    assert ("adjust", Decimal(-1), "counted") in rows
    months = acting.session.execute(
        select(Dispense.requested, Dispense.supplied, Dispense.period).order_by(Dispense.at)
    ).all()
    assert [tuple(row) for row in months] == [(8, 8, "M"), (6, 1, "M"), (0, 0, "M")]


def test_later_entries_go_on_where_earlier_ones_stopped(
    city: City, ctx: Callable[..., Context]
) -> None:
    acting = ctx("system")
    record_ledger_many(acting, [entry(city, "receive", 0, 10, number="A")])
    acting.session.commit()
    record_ledger_many(
        acting, [entry(city, "dispense", 1, 4), entry(city, "receive", 2, 1, number="A")]
    )
    acting.session.commit()
    assert on_hand(acting, city.facility) == {"A": 7}


def test_expiry_is_told_in_the_facilitys_zone(city: City, ctx: Callable[..., Context]) -> None:
    """20:00 UTC on the 1st is the 2nd in Delhi."""
    acting = ctx("system")
    evening = datetime(2023, 2, 1, 20, tzinfo=UTC)
    record_ledger_many(
        acting,
        [
            entry(city, "receive", 0, 10, number="A", expires_on=date(2023, 2, 1)),
            Entry("dispense", city.facility, city.item, evening, Decimal(1)),
        ],
    )
    assert acting.session.scalars(select(Dispense.supplied)).one() == 0


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"facility_id": "nowhere"}, Invalid),
        ({"item_id": "nothing"}, Invalid),
        ({"kind": "receive", "quantity": Decimal(0)}, Invalid),
        ({"kind": "adjust", "quantity": Decimal(-1)}, OutOfStock),
        ({"kind": "count", "quantity": Decimal(-1)}, Invalid),
        ({"quantity": Decimal(2), "supplied": Decimal(3)}, Invalid),
    ],
)
def test_wrong_entry_writes_nothing(
    city: City, ctx: Callable[..., Context], wrong: dict[str, object], error: type[Exception]
) -> None:
    acting = ctx("system")
    values = {
        "kind": "dispense",
        "facility_id": city.facility,
        "item_id": city.item,
        "at": START,
        "quantity": Decimal(1),
    }
    with pytest.raises(error):
        record_ledger_many(acting, [Entry(**(values | wrong))])
    acting.session.rollback()
    assert acting.session.scalar(select(func.count()).select_from(Movement)) == 0


def test_people_do_not_write_histories(city: City, ctx: Callable[..., Context]) -> None:
    with pytest.raises(Forbidden):
        record_ledger_many(ctx("pharmacist"), [entry(city, "receive", 0, 1)])


def test_worker_hears_of_each_shelf_once(city: City, ctx: Callable[..., Context]) -> None:
    acting = ctx("system")
    record_ledger_many(
        acting, [entry(city, "receive", day, 1, number=str(day)) for day in (0, 3, 9)]
    )
    acting.session.commit()
    (row,) = acting.session.scalars(select(OutboxRow)).all()
    assert (row.topic, row.entity_id) == ("stock.changed", f"{city.facility}|{city.item}")
    assert row.payload == {
        "first": START.isoformat(),
        "last": (START + timedelta(days=9)).isoformat(),
    }


EVENTS = st.lists(
    st.one_of(
        st.tuples(
            st.just("receive"), st.integers(1, 30), st.sampled_from("AB"), st.integers(1, 60)
        ),
        st.tuples(st.just("dispense"), st.integers(0, 40), st.just(""), st.just(0)),
        st.tuples(st.just("fact"), st.integers(0, 40), st.just(""), st.just(0)),
        st.tuples(st.just("count"), st.integers(0, 40), st.just(""), st.just(0)),
        st.tuples(st.just("expire"), st.just(0), st.just(""), st.just(0)),
    ),
    min_size=1,
    max_size=25,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=EVENTS, cut=st.integers(0, 25))
def test_ledger_adds_up_to_the_shelf(
    city: City, database: Database, events: list[tuple[str, int, str, int]], cut: int
) -> None:
    """Whatever happens, in one call or two: each batch is the sum of its movements, never below
    zero, and each supply is the sum of what was taken for it."""
    with database.transaction() as session:
        acting = Context(session, SYSTEM)
        number = session.scalar(select(func.count()).select_from(Batch))
        facility = facilities.create(
            acting,
            FacilityIn(code=f"T-{number}-{id(events)}", name="T", kind="other", district="delhi"),
        ).id
        here = City(facility, city.other, city.item)
        entries = [_entry(here, day, *event) for day, event in enumerate(events)]
        for part in (entries[:cut], entries[cut:]):
            record_ledger_many(acting, part)
        batches = session.execute(
            select(Batch.id, Batch.on_hand).where(Batch.facility_id == facility)
        ).all()
        moved: dict[str, Decimal] = {}
        taken: dict[str, Decimal] = {}
        rows = session.scalars(
            select(Movement).where(Movement.facility_id == facility).order_by(Movement.at)
        )
        for row in rows:
            moved[row.batch_id] = moved.get(row.batch_id, Decimal(0)) + row.quantity
            if row.dispense_id:
                taken[row.dispense_id] = taken.get(row.dispense_id, Decimal(0)) - row.quantity
        assert {row.id: row.on_hand for row in batches} == {
            row.id: moved.get(row.id, Decimal(0)) for row in batches
        }
        assert all(quantity >= 0 for quantity in moved.values())
        for dispense in session.scalars(select(Dispense).where(Dispense.facility_id == facility)):
            assert taken.get(dispense.id, Decimal(0)) == dispense.supplied


def _entry(city: City, day: int, kind: str, quantity: int, number: str, life: int) -> Entry:
    if kind == "receive":
        expires_on = (START + timedelta(days=day + life)).date()
        return entry(city, kind, day, quantity, number=number + str(life), expires_on=expires_on)
    if kind == "fact":
        return entry(city, "dispense", day, quantity + 3, supplied=Decimal(quantity))
    return entry(city, kind, day, quantity)


def test_bulk_is_fast_enough_for_years(city: City, ctx: Callable[..., Context]) -> None:
    """At least 3,000 entries a second, so that two years of a city are written in a minute."""
    acting = ctx("system")
    entries = []
    for day in range(300):
        if day % 30 == 0:
            entries.append(entry(city, "receive", day, 300, number=f"B{day}"))
        entries += [entry(city, "dispense", day + hour / 24, 1) for hour in range(10)]
    began = process_time()
    record_ledger_many(acting, entries)
    acting.session.commit()
    assert len(entries) / (process_time() - began) > 1500  # half of it
