"""The pharmacy's desk over HTTP: deliveries, corrections, transfers, supplies."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from records_api.core.context import Context
from records_api.core.db import Database
from records_api.pharmacy import service
from records_api.pharmacy.schemas import DispenseIn, ReceiveIn
from records_api.pharmacy.tables import Batch, Dispense, Movement

from .conftest import City

Call = Callable[..., Any]


@pytest.fixture
def keeper(as_actor: Call, city: City) -> dict[str, str]:
    return as_actor("pharmacist", facility_id=city.facility)


@pytest.fixture
def deliver(client: Any, city: City, keeper: dict[str, str]) -> Call:
    def call(quantity: str, number: str = "A", expires_on: str | None = None) -> Any:
        body = {
            "item_id": city.item,
            "number": number,
            "quantity": quantity,
            "expires_on": expires_on,
        }
        return client.post(f"/api/facilities/{city.facility}/deliveries", json=body, headers=keeper)

    return call


@pytest.fixture
def supply(client: Any, city: City, keeper: dict[str, str]) -> Call:
    def call(quantity: str, **more: Any) -> Any:
        return client.post(
            f"/api/facilities/{city.facility}/dispenses",
            json={"item_id": city.item, "quantity": quantity, **more},
            headers=keeper,
        )

    return call


def whole(database: Database) -> None:
    """The ledger adds up to what lies there, batch by batch."""
    with database.transaction() as session:
        sums = dict(
            session.execute(
                select(Movement.batch_id, func.sum(Movement.quantity)).group_by(Movement.batch_id)
            ).all()
        )
        for batch in session.scalars(select(Batch)):
            assert batch.on_hand == Decimal(sums.get(batch.id, 0))


def test_deliveries_of_one_batch_add_up(deliver: Call, database: Database) -> None:
    assert deliver("10").status_code == 201
    assert Decimal(deliver("2.5").json()["on_hand"]) == Decimal("12.5")
    whole(database)


def test_other_expiry_date_for_a_known_batch_is_refused(deliver: Call) -> None:
    deliver("10", expires_on="2040-01-01")
    answer = deliver("10", expires_on="2041-01-01")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "expires_on")
    assert "2040-01-01" in answer.json()["detail"]


def test_expired_delivery_is_refused(deliver: Call) -> None:
    assert deliver("10", expires_on="2020-01-01").status_code == 422


def test_supply_takes_the_soonest_expiry_and_keeps_unmet_demand(
    deliver: Call, supply: Call, client: Any, city: City, keeper: dict[str, str], database: Database
) -> None:
    deliver("5", "late", "2045-01-01")
    deliver("5", "soon", "2044-01-01")
    first = supply("7").json()
    assert (Decimal(first["requested"]), Decimal(first["supplied"])) == (7, 7)
    batches = client.get(
        f"/api/facilities/{city.facility}/items/{city.item}/batches", headers=keeper
    ).json()
    assert {b["number"]: Decimal(b["on_hand"]) for b in batches} == {"soon": 0, "late": 3}
    short = supply("10").json()
    assert (Decimal(short["requested"]), Decimal(short["supplied"])) == (10, 3)
    none = supply("4")
    assert none.status_code == 201
    assert Decimal(none.json()["supplied"]) == 0
    whole(database)


def test_repeated_key_supplies_once(
    client: Any, city: City, keeper: dict[str, str], deliver: Call
) -> None:
    deliver("10")
    address = f"/api/facilities/{city.facility}/dispenses"
    body = {"item_id": city.item, "quantity": "4"}
    answers = [
        client.post(address, json=body, headers=keeper | {"Idempotency-Key": "k1"})
        for _ in range(3)
    ]
    assert len({answer.json()["id"] for answer in answers}) == 1
    stock = client.get(f"/api/facilities/{city.facility}/stock", headers=keeper).json()
    assert Decimal(stock[0]["on_hand"]) == 6


def test_correction_below_zero_is_refused_and_changes_nothing(
    client: Any, deliver: Call, keeper: dict[str, str], database: Database
) -> None:
    batch = deliver("10").json()["id"]
    address = f"/api/batches/{batch}/adjust"
    answer = client.post(address, json={"quantity": "-11", "reason": "lost"}, headers=keeper)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:sehat:out-of-stock")
    answer = client.post(address, json={"quantity": "-4", "reason": "broken"}, headers=keeper)
    assert Decimal(answer.json()["on_hand"]) == 6
    assert (
        client.post(address, json={"quantity": "0", "reason": "no"}, headers=keeper).status_code
        == 422
    )
    whole(database)


def test_transfer_moves_between_facilities(
    client: Any, deliver: Call, city: City, keeper: dict[str, str], database: Database
) -> None:
    batch = deliver("10", "A", "2044-01-01").json()["id"]
    body = {"facility_id": city.other, "quantity": "4"}
    there = client.post(f"/api/batches/{batch}/transfer", json=body, headers=keeper).json()
    assert (there["facility_id"], Decimal(there["on_hand"]), there["expires_on"]) == (
        city.other, 4, "2044-01-01",
    )  # fmt: skip
    body["quantity"] = "7"
    assert (
        client.post(f"/api/batches/{batch}/transfer", json=body, headers=keeper).status_code == 409
    )
    whole(database)


def test_expired_stock_is_not_given_and_is_written_off(
    client: Any, city: City, ctx: Call, keeper: dict[str, str], supply: Call, database: Database
) -> None:
    past = ctx("system")
    earlier = past.at(datetime.now(UTC) - timedelta(days=60))
    day = (datetime.now(UTC) - timedelta(days=30)).date()
    service.receive(
        earlier,
        city.facility,
        ReceiveIn(item_id=city.item, number="old", expires_on=day, quantity=Decimal(9)),
    )
    past.session.commit()
    assert Decimal(supply("2").json()["supplied"]) == 0
    line = client.get(f"/api/facilities/{city.facility}/stock", headers=keeper).json()[0]
    assert (Decimal(line["on_hand"]), Decimal(line["expired"])) == (0, 9)
    rows = client.post(f"/api/facilities/{city.facility}/expire", headers=keeper).json()
    assert [Decimal(row["quantity"]) for row in rows] == [-9]
    assert client.post(f"/api/facilities/{city.facility}/expire", headers=keeper).json() == []
    whole(database)


def test_storekeeper_moves_the_stock_of_their_own_facility(
    client: Any, city: City, as_actor: Call
) -> None:
    stranger = as_actor("pharmacist", facility_id=city.other)
    body = {"item_id": city.item, "number": "A", "quantity": "1"}
    address = f"/api/facilities/{city.facility}/deliveries"
    assert client.post(address, json=body, headers=stranger).status_code == 403
    assert client.post(address, json=body, headers=as_actor("planner")).status_code == 403
    assert client.post(address, json=body, headers=as_actor("admin")).status_code == 201


@pytest.mark.parametrize("quantity", ["0", "-1", "0.0001", "NaN", "1e400", "2000000000", "x", None])
def test_impossible_quantities_name_the_field(supply: Call, quantity: Any) -> None:
    answer = supply(quantity)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "quantity"


def test_sixty_supplies_at_once_never_fall_below_zero(
    city: City, ctx: Call, database: Database
) -> None:
    """60 threads ask for 3 of 100 (in three batches): 33 get 3, one gets 1, the rest nothing."""
    acting = ctx("system")
    for number, quantity in (("A", 40), ("B", 35), ("C", 25)):
        service.receive(
            acting,
            city.facility,
            ReceiveIn(item_id=city.item, number=number, quantity=Decimal(quantity)),
        )
    acting.session.commit()

    def ask(_: int) -> Decimal:
        with database.transaction() as session:
            mine = Context(session, acting.actor)
            data = DispenseIn(item_id=city.item, quantity=Decimal(3))
            return service.dispense(mine, city.facility, data).supplied

    with ThreadPoolExecutor(60) as pool:
        given = sorted(pool.map(ask, range(60)), reverse=True)
    assert sum(given) == 100
    assert set(given[:33]) == {3}
    with database.transaction() as session:
        assert {b.on_hand for b in session.scalars(select(Batch))} == {Decimal(0)}
        assert len(session.scalars(select(Dispense)).all()) == 60
    whole(database)


def test_use_counts_full_periods_and_zero_days(city: City, ctx: Call) -> None:
    acting = ctx("system")
    noon = datetime.now(ZoneInfo("Asia/Kolkata")).replace(
        hour=12, minute=30
    )  # a day is the facility's
    service.receive(
        acting.at(noon - timedelta(days=20)),
        city.facility,
        ReceiveIn(item_id=city.item, number="A", quantity=Decimal(100)),
    )
    for days, quantity in ((10, 4), (10, 2), (7, 3), (0, 50)):
        data = DispenseIn(item_id=city.item, quantity=Decimal(quantity))
        service.dispense(acting.at(noon - timedelta(days=days)), city.facility, data)
    used = service.use(acting, city.facility, city.item, "D", 30)
    assert [row.requested for row in used] == [6, 0, 0, 3, 0, 0, 0, 0, 0, 0]
    assert service.use(acting, city.facility, city.item, "D", 2) == used[-2:]
    assert service.use(acting, city.other, city.item, "D", 2) == []


def test_stock_line_tells_how_long_it_lasts(
    city: City, ctx: Call, client: Any, as_actor: Call
) -> None:
    acting = ctx("system")
    now = datetime.now(UTC)
    service.receive(
        acting.at(now - timedelta(days=80)),
        city.facility,
        ReceiveIn(item_id=city.item, number="A", quantity=Decimal(270)),
    )
    for days in (60, 30, 1):
        data = DispenseIn(item_id=city.item, quantity=Decimal(30))
        service.dispense(acting.at(now - timedelta(days=days)), city.facility, data)
    acting.session.commit()
    line = client.get(f"/api/facilities/{city.facility}/stock", headers=as_actor("planner")).json()[
        0
    ]
    assert (line["daily_use"], line["days_of_cover"], Decimal(line["on_hand"])) == (1.0, 180.0, 180)
