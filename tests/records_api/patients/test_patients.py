"""Residents: registering, finding, correcting; who may."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from records_api.core.audit import AuditRow, OutboxRow
from records_api.core.context import Context
from records_api.core.db import Database
from records_api.core.errors import Conflict
from records_api.patients import service
from records_api.patients.rules import (
    age_at,
    folded,
    new_health_id,
    valid_health_id,
    with_check_digit,
)
from records_api.patients.schemas import PatientIn
from records_api.patients.tables import Patient

BODY = {"name": "Asha Sharma", "name_hi": "आशा शर्मा", "sex": "F", "birth_date": "1988-04-12"}
Headers = Callable[..., dict[str, str]]

DIGITS = st.text("0123456789", min_size=13, max_size=13)


@given(DIGITS, st.integers(0, 13), st.integers(1, 9))
def test_every_wrong_digit_is_found(digits: str, place: int, step: int) -> None:
    number = with_check_digit(digits)
    wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    assert valid_health_id(number)
    assert not valid_health_id(wrong)


@given(DIGITS, st.integers(0, 12))
def test_every_swap_of_neighbours_is_found(digits: str, place: int) -> None:
    number = with_check_digit(digits)
    a, b = number[place : place + 2]
    swapped = number[:place] + b + a + number[place + 2 :]
    assert valid_health_id(swapped) == (a == b)


def test_verhoeff_against_the_published_example() -> None:
    assert with_check_digit("236") == "2363"


def test_new_numbers_are_valid_and_do_not_begin_with_zero() -> None:
    numbers = [new_health_id(random.Random(seed)) for seed in range(200)]
    assert all(valid_health_id(number) and number[0] != "0" for number in numbers)
    assert not valid_health_id("१" * 14)  # only these digits can be typed everywhere


def test_names_fold() -> None:
    assert folded("  José  SHARMA ") == "jose sharma"
    assert folded("आशा शर्मा") == "आशा शर्मा"


def test_age() -> None:
    assert age_at(date(2000, 1, 1), datetime(2001, 1, 1, tzinfo=UTC)) == pytest.approx(1, abs=0.003)


def test_register_and_read(client: Any, as_actor: Headers) -> None:
    made = client.post("/api/patients", json=BODY, headers=as_actor("clerk"))
    assert made.status_code == 201
    assert valid_health_id(made.json()["health_id"])
    resident = as_actor("resident", patient_id=made.json()["id"])
    read = client.get(f"/api/patients/{made.json()['id']}", headers=resident)
    assert read.json() == made.json()
    assert read.headers["ETag"] == '"1"'


def test_client_does_not_choose_the_id(client: Any, as_actor: Headers) -> None:
    made = client.post("/api/patients", json=BODY | {"id": "mine"}, headers=as_actor("clerk"))
    assert made.json()["id"] != "mine"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"sex": "x"}, "sex"),
        ({"birth_date": "2999-01-01"}, "birth_date"),
        ({"birth_date": "1700-01-01"}, "birth_date"),
        ({"birth_date": "yesterday"}, "birth_date"),
        ({"phone": "12"}, "phone"),
        ({"health_id": "12345678901234"}, "health_id"),
        ({"household_id": "nowhere"}, "household_id"),
        ({"height": 3}, "height"),
    ],
)
def test_wrong_resident_names_the_field(
    client: Any, as_actor: Headers, database: Database, wrong: dict[str, Any], field: str
) -> None:
    answer = client.post("/api/patients", json=BODY | wrong, headers=as_actor("clerk"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Patient)) == 0


def test_taken_health_number_is_a_conflict(ctx: Callable[..., Context]) -> None:
    acting = ctx("system")
    taken = service.register(acting, PatientIn(**BODY)).health_id
    with pytest.raises(Conflict):
        service.register(acting, PatientIn(**BODY, health_id=taken))


def test_search_shows_enough_to_choose_and_is_audited(
    client: Any, as_actor: Headers, database: Database
) -> None:
    clerk = as_actor("clerk")
    made = [
        client.post("/api/patients", json=BODY | {"name": name}, headers=clerk).json()
        for name in ("Asha Sharma", "Sharmila Das", "R. 100%_Sure")
    ]

    def names(text: str) -> list[str]:
        found = client.get("/api/patients", params={"text": text}, headers=clerk).json()
        return [row["name"] for row in found]

    assert names("shar") == ["Asha Sharma", "Sharmila Das"]  # a word begins with it
    assert names("asha sh") == ["Asha Sharma"]
    assert names("hila") == []
    assert names("%%") == []
    assert names(made[0]["health_id"]) == ["Asha Sharma"]
    assert sorted(names("आशा")) == sorted(row["name"] for row in made)
    assert "phone" not in client.get("/api/patients", params={"text": "asha"}, headers=clerk).text
    with database.transaction() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "patient.search")).all()
    assert [row.detail["found"] for row in rows][1] == [made[0]["id"]]


def test_only_some_roles_search_and_register(client: Any, as_actor: Headers) -> None:
    def statuses(role: str) -> tuple[int, int]:
        headers = as_actor(role)
        search = client.get("/api/patients", params={"text": "asha"}, headers=headers)
        register = client.post("/api/patients", json=BODY, headers=headers)
        return search.status_code, register.status_code

    assert statuses("clerk") == (200, 201)
    assert statuses("doctor") == (200, 403)
    assert statuses("planner") == (403, 403)
    assert statuses("resident") == (403, 403)


def test_change_tells_the_worker_what_was_before(
    client: Any, as_actor: Headers, database: Database
) -> None:
    clerk = as_actor("clerk")
    made = client.post("/api/patients", json=BODY | {"district": "north"}, headers=clerk).json()
    client.patch(f"/api/patients/{made['id']}", json={"district": "south"}, headers=clerk)
    with database.transaction() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.seq)).all()
    assert [row.topic for row in rows] == ["patient.changed"] * 2
    assert rows[1].payload["was"]["district"] == "north"


@pytest.mark.parametrize("change", [{"name": None}, {"sex": None}, {"birth_date": "2999-01-01"}])
def test_change_that_empties_is_refused(
    client: Any, as_actor: Headers, change: dict[str, Any]
) -> None:
    clerk = as_actor("clerk")
    made = client.post("/api/patients", json=BODY, headers=clerk).json()
    answer = client.patch(f"/api/patients/{made['id']}", json=change, headers=clerk)
    assert answer.status_code == 422


def test_registering_a_city_is_quick(ctx: Callable[..., Context]) -> None:
    """At least 3,000 residents a second, of this process; a third of it is asked here."""
    acting, people = ctx("system"), [PatientIn(**BODY) for _ in range(2000)]
    began = process_time()
    service.register_many(acting, people, synthetic=True)
    acting.session.commit()
    assert len(people) / (process_time() - began) > 1000
