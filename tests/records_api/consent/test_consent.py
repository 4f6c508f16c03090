"""Consent: who sees a record, for how long, and that every way in passes the same door."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from records_api.app import build
from records_api.consent.rules import BREAK_GLASS, Period
from records_api.consent.service import is_open, open_record
from records_api.consent.tables import Grant
from records_api.core.audit import AuditRow
from records_api.core.context import Actor, Context
from records_api.core.db import Database
from records_api.core.errors import ConsentNeeded
from records_api.patients import service as patients
from records_api.patients.schemas import PatientIn

Headers = Callable[..., dict[str, str]]


@pytest.fixture
def asha(ctx: Callable[..., Context]) -> str:
    acting = ctx("system")
    data = PatientIn(name="Asha Sharma", sex="F", birth_date="1988-04-12")
    patient = patients.register(acting, data)
    acting.session.commit()
    return patient.id


@pytest.fixture
def rao(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor("doctor", name="Dr Rao")


@pytest.fixture
def doctor(as_actor: Headers, rao: Actor) -> dict[str, str]:
    return as_actor("doctor", id=rao.id)


@pytest.fixture
def resident(as_actor: Headers, asha: str) -> dict[str, str]:
    return as_actor("resident", patient_id=asha)


def test_record_is_closed_until_the_resident_opens_it(
    client: Any, asha: str, rao: Actor, doctor: dict[str, str], resident: dict[str, str]
) -> None:
    address = f"/api/patients/{asha}"
    refused = client.get(address, headers=doctor)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:sehat:consent-needed")
    opened = client.post(
        f"{address}/consents", json={"grantee_id": rao.id, "days": 7}, headers=resident
    )
    assert opened.status_code == 201
    assert client.get(address, headers=doctor).status_code == 200
    close = f"/api/consents/{opened.json()['id']}/close"
    assert client.post(close, headers=resident).status_code == 200
    assert client.post(close, headers=resident).status_code == 200  # twice changes nothing
    assert client.get(address, headers=doctor).status_code == 403


def test_consent_ends_by_itself(
    asha: str, rao: Actor, client: Any, resident: dict[str, str], database: Database
) -> None:
    body = {"grantee_id": rao.id, "days": 7}
    client.post(f"/api/patients/{asha}/consents", json=body, headers=resident)
    with database.session() as session:
        acting = Context(session, rao)
        assert is_open(acting, asha)
        assert is_open(acting.at(datetime.now(UTC) + timedelta(days=6, hours=23)), asha)
        assert not is_open(acting.at(datetime.now(UTC) + timedelta(days=7, seconds=1)), asha)


def test_consent_is_for_one_doctor(
    client: Any, asha: str, rao: Actor, as_actor: Headers, resident: dict[str, str]
) -> None:
    body = {"grantee_id": rao.id}
    client.post(f"/api/patients/{asha}/consents", json=body, headers=resident)
    assert client.get(f"/api/patients/{asha}", headers=as_actor("doctor")).status_code == 403


@pytest.mark.parametrize("role", ["doctor", "nurse", "pharmacist", "clerk", "planner", "admin"])
def test_no_role_opens_a_record_by_itself(
    client: Any, asha: str, as_actor: Headers, role: str
) -> None:
    assert client.get(f"/api/patients/{asha}", headers=as_actor(role)).status_code == 403


def test_other_residents_see_nothing(
    client: Any, asha: str, as_actor: Headers, ctx: Callable[..., Context]
) -> None:
    acting = ctx("system")
    data = PatientIn(name="Other", sex="M", birth_date="1990-01-01")
    other = patients.register(acting, data).id
    acting.session.commit()
    stranger = as_actor("resident", patient_id=other)
    assert client.get(f"/api/patients/{asha}", headers=stranger).status_code == 403
    assert client.get(f"/api/patients/{asha}/consents", headers=stranger).status_code == 403
    body = {"grantee_id": "x"}
    assert (
        client.post(f"/api/patients/{asha}/consents", json=body, headers=stranger).status_code
        == 403
    )


def test_existence_is_not_told(client: Any, doctor: dict[str, str], asha: str) -> None:
    known = client.get(f"/api/patients/{asha}", headers=doctor).json()
    unknown = client.get("/api/patients/nobody", headers=doctor).json()
    for answer in (known, unknown):
        del answer["request_id"]
    assert known == unknown


def test_break_glass_needs_a_reason_and_ends_soon(
    client: Any,
    asha: str,
    rao: Actor,
    doctor: dict[str, str],
    resident: dict[str, str],
    database: Database,
) -> None:
    address = f"/api/patients/{asha}"
    short = client.post(f"{address}/break-glass", json={"reason": "because"}, headers=doctor)
    assert short.status_code == 422
    reason = "Unconscious after a road accident"
    done = client.post(f"{address}/break-glass", json={"reason": reason}, headers=doctor)
    assert done.status_code == 201
    assert client.get(address, headers=doctor).status_code == 200
    with database.session() as session:
        late = Context(session, rao).at(datetime.now(UTC) + BREAK_GLASS + timedelta(seconds=1))
        with pytest.raises(ConsentNeeded):
            open_record(late, asha, "record.read")
    # The resident sees it, and why; so does the audit.
    shown = client.get(f"{address}/consents", headers=resident).json()
    assert [(row["kind"], row["reason"]) for row in shown] == [("break_glass", reason)]
    with database.transaction() as session:
        actions = session.scalars(
            select(AuditRow.action).where(AuditRow.patient_id == asha).order_by(AuditRow.seq)
        ).all()
    assert "consent.break_glass" in actions


def test_clerk_does_not_break_the_glass(client: Any, asha: str, as_actor: Headers) -> None:
    body = {"reason": "Unconscious after a road accident"}
    answer = client.post(f"/api/patients/{asha}/break-glass", json=body, headers=as_actor("clerk"))
    assert answer.status_code == 403


def test_only_staff_is_chosen(
    client: Any, asha: str, resident: dict[str, str], make_actor: Callable[..., Actor]
) -> None:
    address = f"/api/patients/{asha}/consents"
    for grantee in ("nobody", make_actor("resident", patient_id=None).id):
        body = {"grantee_id": grantee}
        status = client.post(address, json=body, headers=resident).status_code
        assert status == (422 if grantee == "nobody" else 201)


def test_every_read_and_refusal_is_audited(
    client: Any,
    asha: str,
    rao: Actor,
    doctor: dict[str, str],
    resident: dict[str, str],
    database: Database,
) -> None:
    client.get(f"/api/patients/{asha}", headers=doctor)
    body = {"grantee_id": rao.id}
    client.post(f"/api/patients/{asha}/consents", json=body, headers=resident)
    client.get(f"/api/patients/{asha}", headers=doctor)
    client.get(f"/api/patients/{asha}", headers=resident)
    with database.transaction() as session:
        rows = session.scalars(
            select(AuditRow).where(AuditRow.patient_id == asha).order_by(AuditRow.seq)
        ).all()
        grant = session.scalars(select(Grant)).one().id
    seen = [(row.action, row.detail.get("basis")) for row in rows][1:]
    assert seen == [
        ("access.refused", None),
        ("consent.consent", None),
        ("record.read", f"consent:{grant}"),
        ("record.read", "own"),
    ]


def _patient_routes() -> list[tuple[str, str]]:
    paths = build(Database("sqlite://")).openapi()["paths"]
    return [
        (method.upper(), path)
        for path, methods in paths.items()
        for method in methods
        if "{patient_id}" in path
    ]


OPEN_TO_A_DOCTOR = {("POST", "/api/patients/{patient_id}/break-glass")}


def test_there_are_routes_to_check() -> None:
    assert len(_patient_routes()) >= 6


@pytest.mark.parametrize("route", _patient_routes(), ids=" ".join)
def test_every_way_to_a_record_refuses_a_doctor_without_consent(
    client: Any, asha: str, doctor: dict[str, str], route: tuple[str, str]
) -> None:
    """A new endpoint under a patient is tried here by itself."""
    method, path = route
    if route in OPEN_TO_A_DOCTOR:
        return
    address = path.replace("{patient_id}", asha).replace("{", "").replace("}", "")
    body = None if method == "GET" else {}
    answer = client.request(method, address, headers=doctor, json=body)
    assert answer.status_code == 403, answer.text


def test_period() -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    end = start + timedelta(days=1)
    assert Period(start, end).open_at(start)
    assert not Period(start, end).open_at(end)
    assert not Period(start, end, closed_at=start).open_at(start)
    assert not Period(start, end).open_at(start - timedelta(seconds=1))
