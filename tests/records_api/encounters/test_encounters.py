from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from records_api.consent.tables import Grant
from records_api.core.audit import AuditRow, OutboxRow
from records_api.core.context import Context
from records_api.core.db import utcnow
from records_api.core.errors import ConsentNeeded, Invalid
from records_api.encounters import service
from records_api.encounters.schemas import EncounterIn, FindingsIn
from records_api.encounters.tables import Diagnosis, Finding, Vital
from records_api.scheduling.tables import Booking
from tests.records_api.models import seeds

Rows = Callable[..., list[Any]]


def test_a_visit_from_begin_to_end(client: TestClient, headers: dict[str, str], patient: str):
    made = client.post(
        f"/api/patients/{patient}/encounters", json={"complaint": " Fever "}, headers=headers
    )
    assert made.status_code == 201, made.text
    assert made.json()["complaint"] == "Fever"
    at = f"/api/encounters/{made.json()['id']}"
    said = client.put(
        f"{at}/findings", json={"present": ["fever"], "absent": ["rash"]}, headers=headers
    )
    assert {f["code"]: f["status"] for f in said.json()["findings"]} == {
        "fever": "present",
        "rash": "absent",
    }
    vitals = [
        {"code": "8310-5", "value": "38.45", "unit": "Cel"},
        {"code": "8480-6", "value": 120, "unit": "mm[Hg]"},
    ]
    assert client.post(f"{at}/vitals", json={"vitals": vitals}, headers=headers).status_code == 201
    note = client.post(f"{at}/notes", json={"text": "Rest."}, headers=headers).json()["id"]
    assert client.post(f"/api/notes/{note}/sign", headers=headers).status_code == 200
    working = {"condition": "flu", "status": "working"}
    assert client.post(f"{at}/diagnoses", json=working, headers=headers).json()["icd10"] == "J11"
    closed = client.post(f"{at}/close", headers=headers | {"If-Match": made.headers["ETag"]})
    assert closed.status_code == 200
    assert closed.json()["status"] == "closed"
    whole = client.get(at, headers=headers).json()
    assert whole["vitals"][0]["value"] == "38.45"
    assert whole["notes"][0]["text"] == "Rest."
    assert whole["diagnoses"][0]["condition"] == "flu"
    history = client.get(f"/api/patients/{patient}/encounters", headers=headers).json()
    assert [e["id"] for e in history] == [whole["id"]]


def test_a_closed_encounter_stays_as_it_is(
    client: TestClient, headers: dict[str, str], opened: str
):
    at = f"/api/encounters/{opened}"
    assert client.post(f"{at}/close", headers=headers).status_code == 200
    for method, path, body in (
        ("PUT", "findings", {"present": ["fever"]}),
        ("POST", "vitals", {"vitals": [{"code": "8867-4", "value": 70, "unit": "/min"}]}),
        ("POST", "notes", {"text": "late"}),
        ("POST", "diagnoses", {"condition": "flu", "status": "confirmed"}),
        ("POST", "close", None),
    ):
        answer = client.request(method, f"{at}/{path}", json=body, headers=headers)
        assert answer.status_code == 409, path


def test_a_stale_close_is_refused(client: TestClient, headers: dict[str, str], opened: str):
    answer = client.post(f"/api/encounters/{opened}/close", headers=headers | {"If-Match": '"9"'})
    assert answer.status_code == 412


def test_a_new_answer_replaces_the_old_and_tells_what_it_was(
    doctor: Context, opened: str, rows: Rows
):
    first = utcnow() - timedelta(hours=2)
    service.record_findings(
        doctor.at(first), opened, FindingsIn(present=["fever"], absent=["cough"])
    )
    service.record_findings(doctor, opened, FindingsIn(present=["fever"], unknown=["cough"]))
    by_code = {row.code: row for row in rows(Finding)}
    assert by_code["cough"].status == "unknown"
    assert by_code["cough"].recorded_at > first
    assert by_code["fever"].recorded_at == first, "an answer that did not change keeps its time"
    payload = rows(OutboxRow)[-1].payload
    assert payload["was"] == {"cough": ["absent", first.isoformat()]}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("findings", {"present": ["no-such-code"]}, "findings"),
        ("findings", {"present": ["flu"]}, "findings"),  # a condition is no finding
        ("findings", {"present": ["fever"], "absent": ["fever"]}, "body"),
        ("findings", {"present": "fever"}, "present"),
        ("findings", {"here": []}, "here"),
    ],
)
def test_wrong_findings_are_named(
    client: TestClient,
    headers: dict[str, str],
    opened: str,
    path: str,
    body: Any,
    field: str,
    rows: Rows,
):
    answer = client.put(f"/api/encounters/{opened}/{path}", json=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert rows(Finding) == []


@pytest.mark.parametrize(
    "vital",
    [
        {"code": "8310-5", "value": 101, "unit": "Cel"},
        {"code": "8310-5", "value": 38, "unit": "[degF]"},
        {"code": "8310-5", "value": "NaN", "unit": "Cel"},
        {"code": "8310-5", "value": "38.4567", "unit": "Cel"},
        {"code": "nonsense", "value": 38, "unit": "Cel"},
        {"code": "8310-5", "value": 38, "unit": "Cel", "measured_at": "2026-01-01T10:00:00"},
        {"code": "8310-5", "value": 38, "unit": "Cel", "measured_at": "2999-01-01T10:00:00Z"},
    ],
)
def test_impossible_vitals_are_refused(
    client: TestClient, headers: dict[str, str], opened: str, vital: dict[str, Any]
):
    answer = client.post(
        f"/api/encounters/{opened}/vitals", json={"vitals": [vital]}, headers=headers
    )
    assert answer.status_code == 422
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    ("vital", "english", "hindi"),
    [
        (
            {"code": "8310-5", "value": 101, "unit": "Cel"},
            "Body temperature lies between 24 and 45 Cel.",
            "शरीर का तापमान: 24 से 45 Cel के बीच होना चाहिए।",
        ),
        (
            {"code": "8310-5", "value": 38, "unit": "[degF]"},
            "Body temperature is given in Cel.",
            "शरीर का तापमान की इकाई Cel है।",
        ),
        (
            {"code": "{vital}", "value": 38, "unit": "Cel"},
            "{vital} is not a vital sign that is kept here.",
            "{vital} ऐसा माप नहीं है जो यहाँ रखा जाता है।",
        ),
    ],
)
def test_what_is_wrong_with_a_vital_is_told_in_the_readers_language(
    client: TestClient,
    headers: dict[str, str],
    opened: str,
    vital: dict[str, Any],
    english: str,
    hindi: str,
):
    for language, sentence in (("en", english), ("hi", hindi)):
        answer = client.post(
            f"/api/encounters/{opened}/vitals",
            json={"vitals": [vital]},
            headers=headers | {"Accept-Language": language},
        )
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert (error["field"], error["reason"]) == ("vitals", sentence)


def test_one_thing_has_one_value_at_a_moment(
    client: TestClient, headers: dict[str, str], opened: str, rows: Rows
):
    taken = [{"code": "59408-5", "value": value, "unit": "%"} for value in (88, 97)]
    at = f"/api/encounters/{opened}/vitals"
    answer = client.post(at, json={"vitals": taken}, headers=headers)
    assert answer.status_code == 422
    assert "twice" in answer.text
    assert rows(Vital) == []
    taken[0]["measured_at"] = "2026-01-01T10:00:00Z"
    assert client.post(at, json={"vitals": taken}, headers=headers).status_code == 201


def test_any_code_goes_while_the_terminology_is_empty(ctx: Callable[..., Context]):
    doctor = ctx("doctor")
    patient = seeds.add_patient(doctor.session)
    seeds.grant(doctor.session, patient, doctor.actor.id)
    encounter = service.open_encounter(doctor, patient, EncounterIn())
    detail = service.record_findings(doctor, encounter.id, FindingsIn(present=["E_91"]))
    assert detail.findings[0].code == "E_91"


def test_refuting_needs_a_reason(client: TestClient, headers: dict[str, str], opened: str):
    at = f"/api/encounters/{opened}/diagnoses"
    refuted = {"condition": "flu", "status": "refuted"}
    assert client.post(at, json=refuted, headers=headers).status_code == 422
    refuted["reason"] = "The test was negative"
    assert client.post(at, json=refuted, headers=headers).status_code == 201


def test_every_door_needs_consent(
    client: TestClient,
    as_actor: Callable[..., dict[str, str]],
    patient: str,
    opened: str,
    rows: Rows,
):
    other = as_actor("doctor")
    at = f"/api/encounters/{opened}"
    doors = [
        ("GET", at, None),
        ("GET", f"/api/patients/{patient}/encounters", None),
        ("POST", f"/api/patients/{patient}/encounters", {}),
        ("PUT", f"{at}/findings", {"present": ["fever"]}),
        ("POST", f"{at}/vitals", {"vitals": [{"code": "8867-4", "value": 70, "unit": "/min"}]}),
        ("POST", f"{at}/notes", {"text": "x"}),
        ("POST", f"{at}/diagnoses", {"condition": "flu", "status": "working"}),
        ("POST", f"{at}/close", None),
        ("POST", f"{at}/differential", None),
        ("POST", f"{at}/next-question", None),
    ]
    for method, path, body in doors:
        answer = client.request(method, path, json=body, headers=other)
        assert answer.status_code == 403, (method, path)
        assert answer.json()["type"] == "urn:sehat:consent-needed"
        assert patient not in answer.text
    refused = [row for row in rows(AuditRow) if row.action == "access.refused"]
    assert len(refused) == len(doors)
    assert {row.patient_id for row in refused} == {patient}
    assert rows(Finding) == []


def test_consent_that_ended_closes_the_encounter_too(doctor: Context, opened: str, rows: Rows):
    for grant in rows(Grant):
        grant.closed_at = utcnow()
    doctor.session.commit()
    with pytest.raises(ConsentNeeded):
        service.read(doctor, opened)


def test_a_resident_reads_their_own_visits_and_writes_none(
    client: TestClient, as_actor: Callable[..., dict[str, str]], patient: str, opened: str
):
    own = as_actor("resident", patient_id=patient)
    assert client.get(f"/api/encounters/{opened}", headers=own).status_code == 200
    assert client.get(f"/api/patients/{patient}/encounters", headers=own).status_code == 200
    assert client.put(f"/api/encounters/{opened}/findings", json={}, headers=own).status_code == 403


def test_only_a_doctor_diagnoses(
    client: TestClient,
    as_actor: Callable[..., dict[str, str]],
    ctx: Callable[..., Context],
    patient: str,
    opened: str,
):
    nurse = ctx("nurse")
    seeds.grant(nurse.session, patient, nurse.actor.id)
    nurse.session.commit()
    said = as_actor("nurse", id=nurse.actor.id)
    at = f"/api/encounters/{opened}"
    assert client.put(f"{at}/findings", json={"present": ["fever"]}, headers=said).is_success
    working = {"condition": "flu", "status": "working"}
    assert client.post(f"{at}/diagnoses", json=working, headers=said).status_code == 403


def test_reads_and_writes_are_audited_and_told_to_the_worker(
    doctor: Context, patient: str, opened: str, rows: Rows
):
    service.read(doctor, opened)
    actions = [row.action for row in rows(AuditRow) if row.patient_id == patient]
    assert actions == ["encounter.open", "encounter.read"]
    assert [(row.topic, row.entity_id) for row in rows(OutboxRow)] == [
        ("encounter.changed", opened)
    ]


def test_a_booking_must_be_the_patients(doctor: Context, patient: str):
    with pytest.raises(Invalid):
        service.open_encounter(doctor, patient, EncounterIn(booking_id="nobody's"))
    assert doctor.session.get(Booking, "nobody's") is None
    with pytest.raises(Invalid):
        service.open_encounter(doctor, patient, EncounterIn(facility_id="nowhere"))


def test_history_is_read_in_pages(doctor: Context, patient: str):
    now = utcnow()
    ids = [
        service.open_encounter(doctor.at(now - timedelta(days=n)), patient, EncounterIn()).id
        for n in range(5)
    ]
    first = service.history(doctor, patient, limit=2)
    second = service.history(doctor, patient, before=first[-1].id, limit=2)
    third = service.history(doctor, patient, before=second[-1].id, limit=2)
    assert [e.id for e in (*first, *second, *third)] == ids


def test_diagnoses_are_added_never_changed(
    client: TestClient, headers: dict[str, str], opened: str, rows: Rows
):
    for body in (
        {"condition": "flu", "status": "working"},
        {"condition": "flu", "status": "confirmed"},
    ):
        client.post(f"/api/encounters/{opened}/diagnoses", json=body, headers=headers)
    assert [row.status for row in rows(Diagnosis)] == ["working", "confirmed"]
