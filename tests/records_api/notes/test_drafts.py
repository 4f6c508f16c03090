"""A draft is its author's alone and not in the record; signing brings it in, for good."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from records_api.consent.tables import Grant
from records_api.core.audit import AuditRow, OutboxRow
from records_api.core.context import Context
from records_api.core.db import utcnow
from records_api.notes.tables import Note
from tests.records_api.models import seeds
from tests.records_api.notes.conftest import TEXT

Headers = dict[str, str]
Rows = Callable[..., list[Any]]


def test_from_draft_to_signed_note(
    client: TestClient, headers: Headers, patient: str, opened: str, draft: dict[str, Any]
) -> None:
    at = f"/api/notes/{draft['id']}"
    assert (draft["status"], draft["text"], draft["draft"]) == ("draft", TEXT, TEXT)
    assert client.get(f"/api/encounters/{opened}", headers=headers).json()["notes"] == []

    edited = client.put(at, json={"text": TEXT + " tds"}, headers=headers | {"If-Match": '"1"'})
    assert edited.headers["ETag"] == '"2"'
    signed = client.post(f"{at}/sign", headers=headers | {"If-Match": '"2"'}).json()
    assert (signed["status"], signed["text"], signed["draft"]) == ("signed", TEXT + " tds", TEXT)
    assert signed["changed_words"] == 1
    assert signed["changes"] == [[len(TEXT) - 3, len(TEXT), "500 tds"]]
    assert signed["signed_at"] == signed["recorded_at"]

    [note] = client.get(f"/api/encounters/{opened}", headers=headers).json()["notes"]
    assert note["text"] == TEXT + " tds"
    found = client.get(f"/api/patients/{patient}/notes?text=BUKHAR tds", headers=headers)
    assert [row["id"] for row in found.json()] == [draft["id"]]


def test_a_signed_note_stays_as_it_is(
    client: TestClient, headers: Headers, draft: dict[str, Any]
) -> None:
    at = f"/api/notes/{draft['id']}"
    assert client.post(f"{at}/sign", headers=headers).status_code == 200
    for method, path, body in (
        ("PUT", "", {"text": "other"}),
        ("PUT", "/extractions", {}),
        ("POST", "/sign", None),
        ("POST", "/discard", None),
    ):
        answer = client.request(method, f"{at}{path}", json=body, headers=headers)
        assert answer.status_code == 409, path
    files = {"content": ("a.xml", b"<ink/>")}
    answer = client.post(f"{at}/attachments", data={"kind": "ink"}, files=files, headers=headers)
    assert answer.status_code == 409


def test_a_discarded_draft_is_found_by_nobody(
    client: TestClient, headers: Headers, patient: str, opened: str, draft: dict[str, Any]
) -> None:
    gone = client.post(f"/api/notes/{draft['id']}/discard", headers=headers)
    assert gone.json()["status"] == "discarded"
    assert client.get(f"/api/encounters/{opened}/notes", headers=headers).json() == []
    found = client.get(f"/api/patients/{patient}/notes?text=bukhar", headers=headers)
    assert found.json() == []


def test_a_draft_is_its_authors_alone(
    client: TestClient,
    ctx: Callable[..., Context],
    as_actor: Callable[..., Headers],
    headers: Headers,
    patient: str,
    opened: str,
    draft: dict[str, Any],
) -> None:
    nurse = ctx("nurse")
    seeds.grant(nurse.session, patient, nurse.actor.id)
    nurse.session.commit()
    others = [as_actor("nurse", id=nurse.actor.id), as_actor("resident", patient_id=patient)]
    at = f"/api/notes/{draft['id']}"
    for other in others:
        assert client.get(at, headers=other).status_code == 404
    assert client.get(f"/api/encounters/{opened}/notes", headers=others[0]).json() == []
    for method, path, body in (("PUT", "", {"text": "x"}), ("POST", "/sign", None)):
        answer = client.request(method, f"{at}{path}", json=body, headers=others[0])
        assert answer.status_code == 404, path

    client.post(f"{at}/sign", headers=headers)
    for other in others:
        seen = client.get(at, headers=other).json()
        assert (seen["text"], seen["draft"], seen["changes"]) == (TEXT, None, None)


def test_every_door_needs_consent(
    client: TestClient,
    doctor: Context,
    headers: Headers,
    patient: str,
    opened: str,
    draft: dict[str, Any],
    rows: Rows,
) -> None:
    for grant in rows(Grant):
        grant.closed_at = utcnow()
    doctor.session.commit()
    at = f"/api/notes/{draft['id']}"
    doors = [
        ("POST", f"/api/encounters/{opened}/notes", {"text": "x"}),
        ("GET", f"/api/encounters/{opened}/notes", None),
        ("POST", f"/api/encounters/{opened}/notes/extract", {"text": "x"}),
        ("POST", f"/api/encounters/{opened}/notes/extract", {"note_id": draft["id"]}),
        ("GET", f"/api/patients/{patient}/notes?text=x", None),
        ("GET", at, None),
        ("GET", f"{at}/attachments/x", None),
        ("PUT", at, {"text": "x"}),
        ("PUT", f"{at}/extractions", {}),
        ("POST", f"{at}/sign", None),
        ("POST", f"{at}/discard", None),
    ]
    for method, path, body in doors:
        answer = client.request(method, path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:sehat:consent-needed"), (
            path
        )


def test_reads_and_writes_are_audited_and_a_draft_tells_the_worker_nothing(
    client: TestClient, headers: Headers, patient: str, draft: dict[str, Any], rows: Rows
) -> None:
    begun = len(rows(OutboxRow))
    at = f"/api/notes/{draft['id']}"
    client.get(at, headers=headers)
    client.put(at, json={"text": "other"}, headers=headers)
    assert len(rows(OutboxRow)) == begun
    client.post(f"{at}/sign", headers=headers)
    assert [row.topic for row in rows(OutboxRow)[begun:]] == ["encounter.changed"]
    actions = [row.action for row in rows(AuditRow) if row.action.startswith("note.")]
    assert actions == ["note.begin", "note.read", "note.edit", "note.sign"]
    assert {r.patient_id for r in rows(AuditRow) if r.action.startswith("note.")} == {patient}


def test_a_stale_change_is_refused(
    client: TestClient, headers: Headers, draft: dict[str, Any]
) -> None:
    at = f"/api/notes/{draft['id']}"
    stale = headers | {"If-Match": '"9"'}
    for method, path, body in (
        ("PUT", "", {"text": "x"}),
        ("PUT", "/extractions", {}),
        ("POST", "/sign", None),
        ("POST", "/discard", None),
    ):
        assert client.request(method, at + path, json=body, headers=stale).status_code == 412


def test_a_repeated_key_begins_one_draft(
    client: TestClient, headers: Headers, opened: str, rows: Rows
) -> None:
    keyed = headers | {"Idempotency-Key": "once"}
    at = f"/api/encounters/{opened}/notes"
    first, second = (client.post(at, json={"text": "x"}, headers=keyed) for _ in range(2))
    assert first.json() == second.json()
    assert len(rows(Note)) == 1


def test_a_visit_does_not_close_over_a_draft(
    client: TestClient, headers: Headers, opened: str, draft: dict[str, Any]
) -> None:
    at = f"/api/encounters/{opened}/close"
    assert client.post(at, headers=headers).status_code == 409
    client.post(f"/api/notes/{draft['id']}/sign", headers=headers)
    assert client.post(at, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " \n "}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "x" * 1_000_000}, "text"),
        ({"text": "fever\x00"}, "text"),
        ({"text": "fe\x1bver"}, "text"),
        ({"text": "fever\x9d"}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"text": "x", "source": "dreamt"}, "source"),
        ({"text": "x", "language": "tlh"}, "language"),
        ({"text": "x", "status": "signed"}, "status"),
        ({}, "text"),
    ],
)
def test_wrong_notes_are_named(
    client: TestClient, headers: Headers, opened: str, body: Any, field: str, rows: Rows
) -> None:
    answer = client.post(
        f"/api/encounters/{opened}/notes",
        content=json.dumps(body),
        headers=headers | {"Content-Type": "application/json"},
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert rows(Note) == []


@pytest.mark.parametrize("text", ["बुखार ३ दिन से, no rash 😀", "fever\r\ncough\tdry", "x" * 20_000])
def test_any_script_is_kept(client: TestClient, headers: Headers, opened: str, text: str) -> None:
    made = client.post(f"/api/encounters/{opened}/notes", json={"text": text}, headers=headers)
    assert made.json()["text"] == text.replace("\r\n", "\n")


@pytest.mark.parametrize("text", ["%", "_", "100%", "dengue bukhar", "\\"])
def test_a_search_takes_words_as_they_are(
    client: TestClient, headers: Headers, patient: str, draft: dict[str, Any], text: str
) -> None:
    client.post(f"/api/notes/{draft['id']}/sign", headers=headers)
    found = client.get(f"/api/patients/{patient}/notes", params={"text": text}, headers=headers)
    assert found.json() == []
