"""Many at once: as many bookings as places, everybody else a clear 409, and nothing lost."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from records_api.app import build
from records_api.core import audit
from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database
from records_api.core.errors import Conflict, PlaceTaken
from records_api.scheduling import service
from records_api.scheduling.schemas import BookingIn
from records_api.scheduling.tables import Booking, Place
from tests.records_api.models import seeds
from tests.records_api.models.fake import FakeModels

Clinic = Callable[..., str]
CROWD = 200


def at_once(work: Callable[[int], Any], count: int) -> list[Any]:
    """Results of `count` threads that all begin at the same moment."""
    barrier = threading.Barrier(count)

    def begin(number: int) -> Any:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


@pytest.fixture
def crowd(database: Database) -> list[str]:
    with database.transaction() as session:
        return [seeds.add_patient(session, number) for number in range(CROWD)]


def check_whole(database: Database, clinic: str, taken: int) -> None:
    """Places and bookings say the same, and the audit chain holds."""
    with database.session() as session:
        live = session.scalars(
            select(Booking).where(Booking.session_id == clinic, Booking.status == "booked")
        ).all()
        places = session.scalars(select(Place).where(Place.session_id == clinic)).all()
        held = {place.booking_id: place.number for place in places if place.booking_id}
        assert len(live) == taken
        assert {booking.id: booking.number for booking in live} == held
        assert len({booking.patient_id for booking in live}) == taken
        assert list(audit.broken_rows(session)) == []


@pytest.mark.parametrize("complaint", ["", "fever"], ids=["plain", "with triage"])
def test_200_requests_for_20_places(
    database: Database,
    crowd: list[str],
    open_clinic: Clinic,
    as_actor: Callable[..., dict[str, str]],
    complaint: str,
):
    clinic, headers = open_clinic(places=20), as_actor("clerk")
    app: Any = build(database, FakeModels())  # type: ignore[arg-type]
    with TestClient(app, raise_server_exceptions=False) as client:

        def book(number: int) -> tuple[int, str]:
            body = {"session_id": clinic, "patient_id": crowd[number], "complaint": complaint}
            answer = client.post("/api/bookings", json=body, headers=headers)
            return answer.status_code, answer.json().get("type", "")

        answers = Counter(at_once(book, CROWD))
    assert answers == {(201, ""): 20, (409, "urn:sehat:place-taken"): CROWD - 20}
    check_whole(database, clinic, 20)


def test_200_threads_of_the_service(database: Database, crowd: list[str], open_clinic: Clinic):
    clinic, models = open_clinic(places=50), FakeModels()

    def book(number: int) -> str:
        try:
            with database.transaction() as session:
                data = BookingIn(session_id=clinic, patient_id=crowd[number])
                service.book(Context(session, SYSTEM), models, data)  # type: ignore[arg-type]
        except PlaceTaken:
            return "taken"
        return "booked"

    assert Counter(at_once(book, CROWD)) == {"booked": 50, "taken": CROWD - 50}
    check_whole(database, clinic, 50)


def test_one_resident_many_times(
    database: Database,
    crowd: list[str],
    open_clinic: Clinic,
    as_actor: Callable[..., dict[str, str]],
):
    clinic, own = open_clinic(places=20), as_actor("resident", patient_id=crowd[0])
    with TestClient(build(database), raise_server_exceptions=False) as client:

        def book(_: int) -> int:
            body = {"session_id": clinic, "patient_id": crowd[0]}
            return client.post("/api/bookings", json=body, headers=own).status_code

        answers = Counter(at_once(book, 24))
    assert answers == {201: 1, 409: 23}
    check_whole(database, clinic, 1)


def test_taking_and_giving_back_loses_no_place(
    database: Database, crowd: list[str], open_clinic: Clinic
):
    clinic, models = open_clinic(places=5), FakeModels()

    def come_and_go(number: int) -> int:
        done = 0
        for _ in range(4):
            try:
                with database.transaction() as session:
                    data = BookingIn(session_id=clinic, patient_id=crowd[number])
                    made = service.book(Context(session, SYSTEM), models, data)  # type: ignore[arg-type]
            except Conflict:
                continue
            done += 1
            with database.transaction() as session:
                service.cancel(Context(session, SYSTEM), made.id)
        return done

    assert sum(at_once(come_and_go, 16)) >= 4
    check_whole(database, clinic, 0)
    with database.transaction() as session:
        for number in range(5):
            data = BookingIn(session_id=clinic, patient_id=crowd[number])
            service.book(Context(session, SYSTEM), models, data)  # type: ignore[arg-type]
    check_whole(database, clinic, 5)
