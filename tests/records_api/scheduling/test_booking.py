from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from records_api.core.audit import AuditRow, OutboxRow
from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database, utcnow
from records_api.core.errors import Forbidden, PlaceTaken
from records_api.scheduling import service
from records_api.scheduling.schemas import BookingRecord, SessionIn
from records_api.scheduling.tables import Booking, Place
from tests.records_api.models import seeds

Headers = dict[str, str]
Clinic = Callable[..., str]


def book(client: TestClient, headers: Headers, session: str, patient: str, **more: Any) -> Any:
    body = {"session_id": session, "patient_id": patient, **more}
    return client.post("/api/bookings", json=body, headers=headers)


def test_a_resident_books_and_gives_back(
    client: TestClient, own: Headers, patient: str, open_clinic: Clinic
):
    clinic = open_clinic(places=2)
    made = book(client, own, clinic, patient)
    assert made.status_code == 201, made.text
    assert (made.json()["number"], made.json()["status"]) == (1, "booked")
    assert client.get(f"/api/sessions/{clinic}", headers=own).json()["free"] == 1
    at = f"/api/bookings/{made.json()['id']}"
    assert client.get(at, headers=own).json()["specialty"] == "general medicine"
    listed = client.get(f"/api/patients/{patient}/bookings", headers=own).json()
    assert [b["id"] for b in listed] == [made.json()["id"]]
    assert client.post(f"{at}/cancel", headers=own | {"If-Match": '"9"'}).status_code == 412
    given = client.post(f"{at}/cancel", headers=own | {"If-Match": '"1"'})
    assert given.json()["status"] == "cancelled"
    assert client.post(f"{at}/cancel", headers=own).status_code == 200, "twice changes nothing"
    assert client.get(f"/api/sessions/{clinic}", headers=own).json()["free"] == 2
    again = book(client, own, clinic, patient)
    assert (again.status_code, again.json()["number"]) == (201, 1)


def test_nobody_books_for_somebody_else(
    client: TestClient,
    as_actor: Callable[..., Headers],
    own: Headers,
    headers: Headers,
    patient: str,
    open_clinic: Clinic,
    clerk: Context,
):
    other = seeds.add_patient(clerk.session, 2)
    clerk.session.commit()
    clinic = open_clinic()
    assert book(client, own, clinic, other).status_code == 403
    assert client.get(f"/api/patients/{other}/bookings", headers=own).status_code == 403
    made = book(client, headers, clinic, other)
    assert made.status_code == 201, "a clerk books for anybody"
    at = f"/api/bookings/{made.json()['id']}"
    assert client.get(at, headers=own).status_code == 404
    assert client.post(f"{at}/cancel", headers=own).status_code == 404
    for role in ("doctor", "pharmacist", "admin"):
        assert book(client, as_actor(role), clinic, other).status_code == 403


def test_full_is_full(
    client: TestClient, headers: Headers, patient: str, open_clinic: Clinic, clerk: Context
):
    clinic = open_clinic(places=1)
    other = seeds.add_patient(clerk.session, 2)
    clerk.session.commit()
    assert book(client, headers, clinic, patient).status_code == 201
    answer = book(client, headers, clinic, other)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:sehat:place-taken"
    assert client.get("/api/sessions", headers=headers).json() == []
    every = client.get("/api/sessions", params={"only_free": False}, headers=headers).json()
    assert [(s["free"], s["next_at"]) for s in every] == [(0, None)]


def test_one_place_a_resident_and_clinic(
    client: TestClient, own: Headers, patient: str, open_clinic: Clinic
):
    clinic = open_clinic()
    assert book(client, own, clinic, patient).status_code == 201
    answer = book(client, own, clinic, patient)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:sehat:conflict"
    assert client.get(f"/api/sessions/{clinic}", headers=own).json()["free"] == 2
    assert book(client, own, open_clinic(), patient).status_code == 201


def test_what_cannot_be_booked(
    client: TestClient, own: Headers, headers: Headers, patient: str, open_clinic: Clinic
):
    assert book(client, own, "no-clinic", patient).status_code == 404
    assert book(client, headers, open_clinic(), "nobody").status_code == 404
    assert book(client, own, open_clinic(days=-1), patient).status_code == 409
    assert book(client, own, open_clinic(), patient, urgency="now").status_code == 422
    cancelled = open_clinic()
    client.post(f"/api/sessions/{cancelled}/cancel", headers=headers)
    assert book(client, own, cancelled, patient).status_code == 409


def test_arrived_or_missed(
    client: TestClient,
    as_actor: Callable[..., Headers],
    own: Headers,
    headers: Headers,
    patient: str,
    open_clinic: Clinic,
):
    made = book(client, own, open_clinic(), patient, complaint="Itchy skin").json()
    at = f"/api/bookings/{made['id']}"
    assert client.post(f"{at}/arrive", headers=own).status_code == 403
    nurse = as_actor("nurse")
    said = client.post(f"{at}/arrive", headers=nurse)
    assert (said.json()["status"], said.json()["complaint"]) == ("arrived", None)
    assert client.post(f"{at}/cancel", headers=own).status_code == 409
    assert client.post(f"{at}/missed", headers=headers).json()["status"] == "missed"
    other = book(client, own, open_clinic(), patient).json()["id"]
    client.post(f"/api/bookings/{other}/cancel", headers=own)
    assert client.post(f"/api/bookings/{other}/arrive", headers=headers).status_code == 409


def test_a_cancelled_clinic_cancels_its_bookings(
    client: TestClient, own: Headers, headers: Headers, patient: str, open_clinic: Clinic
):
    clinic = open_clinic()
    made = book(client, own, clinic, patient).json()
    assert client.post(f"/api/sessions/{clinic}/cancel", headers=own).status_code == 403
    said = client.post(f"/api/sessions/{clinic}/cancel", headers=headers).json()
    assert said["cancelled_at"]
    assert said["free"] == 3
    booking = client.get(f"/api/bookings/{made['id']}", headers=own).json()
    assert booking["status"] == "cancelled"
    assert client.get("/api/sessions", headers=own).json() == []


def test_search(
    client: TestClient, headers: Headers, own: Headers, facility: str, open_clinic: Clinic
):
    later = open_clinic(days=2)
    sooner = open_clinic(days=1, specialty="skin")
    open_clinic(days=-1)
    found = client.get("/api/sessions", headers=own).json()
    assert [s["id"] for s in found] == [sooner, later]
    params = {"specialty": "skin", "facility_id": facility}
    assert [s["id"] for s in client.get("/api/sessions", params=params, headers=own).json()] == [
        sooner
    ]
    assert client.get("/api/specialties", headers=own).json() == ["general medicine", "skin"]
    params = {"facility_id": "elsewhere"}
    assert client.get("/api/sessions", params=params, headers=own).json() == []
    assert client.get("/api/sessions", params={"day": "x"}, headers=own).status_code == 422
    assert client.get("/api/sessions").status_code == 401


def test_a_day_is_a_day_where_the_facility_is(ctx: Callable[..., Context]):
    system = ctx("system")
    delhi = seeds.add_facility(system.session)
    begins = datetime(2026, 12, 1, 1, 0, tzinfo=ZoneInfo("Asia/Kolkata"))  # 30 November in UTC
    data = SessionIn(
        facility_id=delhi,
        specialty="skin",
        starts_at=begins,
        ends_at=begins + timedelta(hours=1),
        places=1,
    )
    [clinic] = service.create_many(system, [data])
    before = system.at(begins - timedelta(days=9))
    found = service.search(before, facility_id=delhi, day=date(2026, 12, 1))
    assert [s.id for s in found] == [clinic]
    assert service.search(before, facility_id=delhi, day=date(2026, 11, 30)) == []


def test_opening_a_clinic(client: TestClient, headers: Headers, own: Headers, facility: str):
    body = {
        "facility_id": facility,
        "specialty": "skin",
        "starts_at": "2999-01-01T09:00:00Z",
        "ends_at": "2999-01-01T10:00:00Z",
        "places": 4,
    }
    made = client.post("/api/sessions", json=body | {"id": "mine"}, headers=headers)
    assert made.status_code == 201
    assert made.json()["id"] != "mine"
    assert made.json()["free"] == 4
    assert client.post("/api/sessions", json=body, headers=own).status_code == 403
    for wrong in (
        {"places": 0},
        {"ends_at": body["starts_at"]},
        {"facility_id": "nowhere"},
        {"starts_at": "2999-01-01T09:00:00"},
    ):
        answer = client.post("/api/sessions", json=body | wrong, headers=headers)
        assert answer.status_code == 422, wrong


def test_the_desk_sees_who_comes_not_why(
    client: TestClient,
    as_actor: Callable[..., Headers],
    own: Headers,
    patient: str,
    open_clinic: Clinic,
):
    clinic = open_clinic()
    book(client, own, clinic, patient, complaint="Itchy skin")
    at = f"/api/sessions/{clinic}/bookings"
    answer = client.get(at, headers=as_actor("doctor"))
    assert [b["name"] for b in answer.json()] == ["Asha 1"]
    assert "Itchy" not in answer.text
    assert client.get(at, headers=own).status_code == 403


def test_everything_is_audited_and_told(
    client: TestClient, own: Headers, patient: str, open_clinic: Clinic, clerk: Context
):
    made = book(client, own, open_clinic(), patient).json()["id"]
    client.get(f"/api/bookings/{made}", headers=own)
    client.post(f"/api/bookings/{made}/cancel", headers=own)
    audited = clerk.session.scalars(select(AuditRow).where(AuditRow.patient_id == patient))
    assert [row.action for row in audited] == ["booking.book", "booking.read", "booking.cancel"]
    told = clerk.session.scalars(select(OutboxRow)).all()
    assert [(row.topic, row.entity_id) for row in told] == [("booking.changed", made)] * 2


def test_bookings_of_the_past_at_once(
    clerk: Context, patient: str, open_clinic: Clinic, database: Database
):
    clinic = open_clinic(places=2, days=-9)
    system = Context(clerk.session, SYSTEM)

    def record(n: int, **kw: Any) -> BookingRecord:
        return BookingRecord(
            **{
                "id": f"b{n}",
                "session_id": clinic,
                "number": n,
                "patient_id": patient,
                "status": "arrived",
                "booked_at": utcnow(),
                **kw,
            }
        )

    assert service.book_many(system, [record(1), record(2, status="cancelled")]) == 2
    clerk.session.commit()
    with database.transaction() as session:
        places = session.scalars(select(Place).order_by(Place.number)).all()
        assert [p.booking_id for p in places] == ["b1", None]
        assert len(session.scalars(select(Booking)).all()) == 2
    other = seeds.add_patient(clerk.session, 2)
    with pytest.raises(PlaceTaken):
        service.book_many(system, [record(1, id="b9", patient_id=other)])
    clerk.session.rollback()
    with pytest.raises(Forbidden):
        service.book_many(clerk, [record(2, id="b8")])
