"""A recording becomes a draft, or is kept until somebody can hear it."""

import io
import wave
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from records_api.consent.tables import Grant
from records_api.core.audit import AuditRow
from records_api.core.context import Context
from records_api.core.db import Database, utcnow
from records_api.core.keys import vault
from records_api.notes.rules import dictation
from records_api.notes.tables import Attachment, Note
from tests.records_api.models.fake import FakeModels

Headers = dict[str, str]
Rows = Callable[..., list[Any]]
Dictate = Callable[..., Any]


def sound(seconds: float = 1, rate: int = 16_000, channels: int = 1, width: int = 2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(b"\1" * int(seconds * rate) * channels * width)
    return out.getvalue()


@pytest.fixture
def dictate(client: TestClient, headers: Headers, opened: str) -> Dictate:
    def send(content: bytes | None = None, **more: str) -> Any:
        return client.post(
            f"/api/encounters/{opened}/notes/dictate",
            files={"content": ("a.wav", sound() if content is None else content)},
            headers=headers | more,
        )

    return send


def test_from_a_recording_to_a_signed_note(
    client: TestClient, headers: Headers, models: FakeModels, dictate: Dictate, rows: Rows
) -> None:
    made = dictate()
    assert made.status_code == 201, made.text
    note = made.json()
    assert (note["source"], note["status"], note["degraded"]) == ("spoken", "draft", False)
    assert note["draft"] == note["text"] == models.said
    assert models.asked == [sound()]
    [kept] = rows(Attachment)
    assert vault().decrypt(kept.content) == sound()
    [heard] = [row for row in rows(AuditRow) if row.action == "note.transcript"]
    assert heard.detail == {"model": "speech", "version": "7"}

    at = f"/api/notes/{note['id']}"
    seen = headers | {"If-Match": made.headers["ETag"]}
    client.put(at, json={"text": "bukhar 4 din se, no rash"}, headers=seen)
    signed = client.post(f"{at}/sign", headers=headers).json()
    assert (signed["draft"], signed["text"]) == (models.said, "bukhar 4 din se, no rash")
    assert signed["changed_words"] == 1
    [gone] = rows(Attachment)
    assert gone.content is None
    assert gone.deleted_at is not None


def test_without_a_model_the_recording_waits(
    client: TestClient, headers: Headers, models: FakeModels, dictate: Dictate, rows: Rows
) -> None:
    models.down = True
    note = dictate().json()
    assert (note["text"], note["degraded"]) == ("", True)
    assert "The recording is kept" in note["message"]
    at = f"/api/notes/{note['id']}"
    assert client.post(f"{at}/transcribe", headers=headers).json()["degraded"] is True
    refused = client.post(f"{at}/sign", headers=headers)
    assert refused.status_code == 422, "an empty note is not signed"

    models.down = False
    heard = client.post(f"{at}/transcribe", headers=headers).json()
    assert (heard["text"], heard["draft"], heard["message"]) == (models.said, models.said, None)
    assert client.post(f"{at}/transcribe", headers=headers).status_code == 409
    assert len(rows(Attachment)) == 1


@pytest.mark.parametrize("said", ["", " \n", "a\x07b", "x" * 20_001])
def test_what_is_no_text_makes_an_empty_draft(
    client: TestClient, headers: Headers, models: FakeModels, dictate: Dictate, said: str
) -> None:
    models.said = said
    made = dictate(**{"Accept-Language": "hi"})
    assert made.status_code == 201
    assert (made.json()["text"], made.json()["degraded"]) == ("", False)
    assert "माइक्रोफ़ोन" in made.json()["message"]
    gone = client.post(f"/api/notes/{made.json()['id']}/discard", headers=headers)
    assert gone.json()["attachments"][0]["deleted_at"]


def test_what_was_typed_meanwhile_stays(
    client: TestClient, headers: Headers, models: FakeModels, dictate: Dictate, rows: Rows,
    database: Database,
) -> None:  # fmt: skip
    def type_it() -> None:
        with database.transaction() as session:
            session.get_one(Note, rows(Note)[0].id).text = "typed"

    models.during = type_it
    assert dictate().json()["text"] == "typed"


def test_a_draft_without_a_recording_has_nothing_to_hear(
    client: TestClient, headers: Headers, models: FakeModels, draft: dict[str, Any], dictate: Dictate,
    database: Database,
) -> None:  # fmt: skip
    with database.transaction() as session:
        session.get_one(Note, draft["id"]).text = ""
    answer = client.post(f"/api/notes/{draft['id']}/transcribe", headers=headers)
    assert answer.status_code == 409
    assert "no recording" in answer.json()["detail"]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"RIFF", b"\0" * 100, b"OggS" + bytes(100), sound()[:-2], sound(width=1),
        sound(width=4), sound(channels=3), sound(rate=4_000), sound(rate=96_000), sound(0.1),
        sound(181, rate=8_000), bytes(10_000_001),
    ],
)  # fmt: skip
def test_what_cannot_be_heard_is_refused_whole(
    dictate: Dictate, models: FakeModels, rows: Rows, content: bytes
) -> None:
    answer = dictate(content)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "content"
    assert (rows(Note), rows(Attachment), models.asked) == ([], [], [])


def test_what_can_be_heard() -> None:
    for content in (sound(), sound(180), sound(rate=48_000, channels=2), sound(0.3, rate=8_000)):
        assert dictation(content) is None


def test_a_repeated_key_makes_one_draft(
    client: TestClient, headers: Headers, opened: str, models: FakeModels, rows: Rows
) -> None:
    keyed = headers | {
        "Idempotency-Key": "once",
        "Content-Type": "multipart/form-data; boundary=b",
    }
    body = b'--b\r\nContent-Disposition: form-data; name="content"; filename="a.wav"\r\n\r\n'
    body += sound() + b"\r\n--b--\r\n"
    at = f"/api/encounters/{opened}/notes/dictate"
    first, second = (client.post(at, content=body, headers=keyed) for _ in range(2))
    assert first.status_code == 201, first.text
    assert first.json() == second.json()
    assert (len(rows(Note)), len(models.asked)) == (1, 1)


@pytest.mark.parametrize("role", ["pharmacist", "resident", "planner"])
def test_others_do_not_dictate(
    client: TestClient, as_actor: Callable[..., Headers], opened: str, rows: Rows, role: str
) -> None:
    answer = client.post(
        f"/api/encounters/{opened}/notes/dictate",
        files={"content": ("a.wav", sound())},
        headers=as_actor(role),
    )
    assert answer.status_code == 403
    assert rows(Note) == []


def test_nobody_dictates_without_consent(
    doctor: Context, dictate: Dictate, rows: Rows, models: FakeModels
) -> None:
    for grant in rows(Grant):
        grant.closed_at = utcnow()
    doctor.session.commit()
    assert dictate().status_code == 403
    assert (rows(Note), models.asked) == ([], [])
