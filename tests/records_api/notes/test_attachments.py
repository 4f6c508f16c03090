"""What a note was made from: encrypted, read by consent, and audio deleted at the draft's end."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from records_api.core.audit import AuditRow
from records_api.core.keys import vault
from records_api.notes.rules import MOST_ATTACHMENTS
from records_api.notes.tables import Attachment
from tests.records_api.identity.conftest import drawn

Headers = dict[str, str]
Rows = Callable[..., list[Any]]
WAV = b"RIFF\x24\0\0\0WAVEfmt " + bytes(20)
INK = b"<ink><trace>1 2, 3 4</trace></ink>"


@pytest.fixture
def attach(client: TestClient, headers: Headers, draft: dict[str, Any]) -> Callable[..., Any]:
    def send(kind: str, content: bytes) -> Any:
        return client.post(
            f"/api/notes/{draft['id']}/attachments",
            data={"kind": kind},
            files={"content": ("file", content)},
            headers=headers,
        )

    return send


def test_content_is_encrypted_and_read_again(
    client: TestClient,
    headers: Headers,
    draft: dict[str, Any],
    attach: Callable[..., Any],
    rows: Rows,
) -> None:
    made = attach("audio", WAV)
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["kind"], told["media_type"], told["size"]) == ("audio", "audio/wav", len(WAV))
    assert told["sha256"] == hashlib.sha256(WAV).hexdigest()
    [row] = rows(Attachment)
    assert WAV not in row.content
    assert vault().decrypt(row.content) == WAV

    at = f"/api/notes/{draft['id']}/attachments/{told['id']}"
    heard = client.get(at, headers=headers)
    assert (heard.content, heard.headers["Content-Type"]) == (WAV, "audio/wav")
    assert heard.headers["Cache-Control"] == "no-store"
    assert [r.action for r in rows(AuditRow)][-1] == "attachment.read"


@pytest.mark.parametrize("end", ["sign", "discard"])
def test_audio_is_deleted_when_the_draft_ends(
    client: TestClient,
    headers: Headers,
    draft: dict[str, Any],
    attach: Callable[..., Any],
    rows: Rows,
    end: str,
) -> None:
    kinds = [("audio", WAV), ("ink", INK), ("picture", drawn())]
    ids = {kind: attach(kind, content).json()["id"] for kind, content in kinds}
    client.post(f"/api/notes/{draft['id']}/{end}", headers=headers)
    kept = {row.kind: row for row in rows(Attachment)}
    assert kept["audio"].content is None
    assert kept["audio"].deleted_at is not None
    assert (kept["audio"].size, kept["audio"].sha256) == (
        len(WAV),
        hashlib.sha256(WAV).hexdigest(),
    )
    answers = {
        kind: client.get(f"/api/notes/{draft['id']}/attachments/{i}", headers=headers).status_code
        for kind, i in ids.items()
    }
    assert answers == {"audio": 404, "ink": 200, "picture": 200}
    assert ids["audio"] in [r.entity_id for r in rows(AuditRow) if r.action == "attachment.delete"]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("audio", INK),
        ("audio", b""),
        ("ink", WAV),
        ("ink", b"<ink>" + b"x" * 2_000_000),
        ("picture", WAV),
        ("picture", b""),
        ("audio", WAV + bytes(10_000_000)),
    ],
)
def test_a_wrong_file_is_named(
    attach: Callable[..., Any], rows: Rows, kind: str, content: bytes
) -> None:
    answer = attach(kind, content)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "content"
    assert rows(Attachment) == []


def test_an_upload_is_refused_by_its_length_before_it_is_read(
    client: TestClient, headers: Headers, draft: dict[str, Any]
) -> None:
    answer = client.post(
        f"/api/notes/{draft['id']}/attachments",
        content=bytes(10_200_000),
        headers=headers | {"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code == 422
    assert "10 MB" in answer.json()["detail"]


def test_a_note_has_so_many_attachments_at_most(attach: Callable[..., Any]) -> None:
    answers = [attach("ink", INK).status_code for _ in range(MOST_ATTACHMENTS + 1)]
    assert answers == [201] * MOST_ATTACHMENTS + [409]


def test_an_attachment_belongs_to_its_note(
    client: TestClient,
    headers: Headers,
    opened: str,
    attach: Callable[..., Any],
) -> None:
    made = attach("ink", INK).json()["id"]
    other = client.post(f"/api/encounters/{opened}/notes", json={"text": "x"}, headers=headers)
    at = f"/api/notes/{other.json()['id']}/attachments/{made}"
    assert client.get(at, headers=headers).status_code == 404
