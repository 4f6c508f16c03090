"""A note by pen: strokes are kept as InkML and as a picture, read into a draft, and signed."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

import ink
from records_api.core.audit import AuditRow
from records_api.notes.tables import Note
from tests.records_api.models.fake import FakeModels

Headers = dict[str, str]
Rows = Callable[..., list[Any]]
DRAWN = {
    "width": 600,
    "height": 200,
    "started_at": "2026-01-05T10:00:00+05:30",
    "pointer": "pen",
    "strokes": [[[10, 10, 0, 0.5], [10, 60, 40, 0.7]], [[30, 10, 90, 0.2]]],
}
INKML = '<ink xmlns="http://www.w3.org/2003/InkML"><trace>-5 0, 40 90</trace></ink>'


@pytest.fixture
def draw(client: TestClient, headers: Headers, opened: str) -> Callable[..., Any]:
    def send(body: Any = DRAWN, **more: str) -> Any:
        at = f"/api/encounters/{opened}/notes/draw"
        return client.post(at, json=body, headers={**headers, **more})

    return send


def kept(client: TestClient, headers: Headers, note: dict[str, Any]) -> dict[str, bytes]:
    at = f"/api/notes/{note['id']}/attachments"
    return {
        row["kind"]: client.get(f"{at}/{row['id']}", headers=headers).content
        for row in note["attachments"]
    }


def test_a_drawing_becomes_a_draft_with_its_strokes_and_picture(
    client: TestClient, headers: Headers, draw: Callable[..., Any], models: FakeModels, rows: Rows
) -> None:
    made = draw()
    assert made.status_code == 201, made.text
    note = made.json()
    assert (note["source"], note["status"], note["text"]) == ("drawn", "draft", "bukhar 3 din se")
    assert made.headers["ETag"] == f'"{note["version"]}"'
    found = kept(client, headers, note)
    read = ink.read(found["ink"])
    assert [[tuple(p) for p in s] for s in read.strokes] == [
        [tuple(p) for p in s] for s in DRAWN["strokes"]
    ]
    assert (read.width, read.height, read.pointer) == (600, 200, "pen")
    assert read.started_at is not None
    assert read.started_at.isoformat() == "2026-01-05T04:30:00+00:00"
    with Image.open(BytesIO(found["picture"])) as picture:
        assert picture.size == (1200, 400)
    assert [tuple(p) for p in models.asked[-1].strokes[0]] == [(10, 10, 0, 0.5), (10, 60, 40, 0.7)]
    [told] = [row for row in rows(AuditRow) if row.action == "note.recognised"]
    assert told.detail["model"] == "handwriting"


def test_a_corrected_text_is_signed_found_and_stands_beside_its_picture(
    client: TestClient, headers: Headers, draw: Callable[..., Any], patient: str
) -> None:
    note = draw().json()
    at = f"/api/notes/{note['id']}"
    found = f"/api/patients/{patient}/notes"
    assert client.put(at, json={"text": "bukhar 4 din se"}, headers=headers).status_code == 200
    assert client.get(found, params={"text": "bukhar"}, headers=headers).json() == []
    signed = client.post(f"{at}/sign", headers=headers).json()
    assert (signed["draft"], signed["changed_words"]) == ("bukhar 3 din se", 1)
    assert set(kept(client, headers, signed)) == {"ink", "picture"}
    [again] = client.get(found, params={"text": "BUKHAR 4"}, headers=headers).json()
    assert again["id"] == note["id"]


def test_without_a_model_the_drawing_is_kept_and_read_later(
    client: TestClient, headers: Headers, draw: Callable[..., Any], models: FakeModels
) -> None:
    models.down = True
    made = draw()
    assert made.status_code == 201
    note = made.json()
    assert note["text"] == ""
    assert len(note["attachments"]) == 2
    at = f"/api/notes/{note['id']}"
    empty = client.post(f"{at}/sign", headers=headers)
    assert (empty.status_code, empty.json()["errors"][0]["field"]) == (422, "text")

    models.down = False
    read = client.post(f"{at}/recognise", headers=headers)
    assert read.json()["text"] == "bukhar 3 din se"
    client.put(at, json={"text": "mine"}, headers=headers)
    assert client.post(f"{at}/recognise", headers=headers).status_code == 409


def test_a_typed_note_has_no_drawing_to_read(
    client: TestClient, headers: Headers, draft: dict[str, Any]
) -> None:
    answer = client.post(f"/api/notes/{draft['id']}/recognise", headers=headers)
    assert answer.status_code == 422


def test_a_note_that_changed_while_it_was_read_keeps_the_change(
    client: TestClient, headers: Headers, draw: Callable[..., Any], models: FakeModels, rows: Rows
) -> None:
    models.down = True
    note = draw().json()
    models.down = False
    at = f"/api/notes/{note['id']}"
    models.during = lambda: client.put(at, json={"text": "typed"}, headers=headers)
    assert client.post(f"{at}/recognise", headers=headers).status_code == 409
    assert [row.text for row in rows(Note)] == ["typed"]


def test_inkml_of_another_program_is_taken(draw: Callable[..., Any], models: FakeModels) -> None:
    made = draw({"inkml": INKML})
    assert made.status_code == 201, made.text
    assert len(models.asked[-1].strokes) == 1


def test_a_repeated_key_draws_once(draw: Callable[..., Any], rows: Rows) -> None:
    first = draw(**{"Idempotency-Key": "pen-1"})
    again = draw(**{"Idempotency-Key": "pen-1"})
    assert first.json()["id"] == again.json()["id"]
    assert len(rows(Note)) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"strokes": []}, "strokes"),
        ({"strokes": [[]]}, "strokes.0"),
        ({"strokes": [[[1, 2, 3]]]}, "strokes.0.0.3"),
        ({"strokes": [[[601, 2, 3, 0.5]]]}, "strokes"),
        ({"strokes": [[[1, 2, 3, 1.5]]]}, "strokes.0.0.3"),
        ({"strokes": [[[1, 2, 3, 0.5]]] * 3001}, "strokes"),
        ({"strokes": [[[1, 2, 3, 0.5]] * 30_001] * 2}, "strokes"),
        ({"width": 0}, "width"),
        ({"started_at": "2026-01-05T10:00:00"}, "started_at"),
        ({"pointer": "finger"}, "pointer"),
        ({"strokes": None}, None),
        ({"inkml": INKML}, None),
        ({"width": None}, None),
        ({"strokes": None, "inkml": ""}, "inkml"),
        ({"strokes": None, "inkml": "<ink><trace>1 \x00</trace></ink>"}, "inkml"),
        ({"strokes": None, "inkml": '<!DOCTYPE ink [<!ENTITY a "1">]><ink/>'}, "inkml"),
        ({"strokes": None, "inkml": "<ink>" + "x" * 2_000_000}, "inkml"),
    ],
)
def test_what_is_no_drawing_is_named_and_nothing_is_kept(
    draw: Callable[..., Any], rows: Rows, change: dict[str, Any], field: str | None
) -> None:
    answer = draw({**DRAWN, **change})
    assert answer.status_code == 422, answer.text
    if field is not None:
        assert answer.json()["errors"][0]["field"] == field
    assert rows(Note) == []


def test_a_request_without_end_is_refused_before_it_is_read(draw: Callable[..., Any]) -> None:
    answer = draw({"inkml": "x" * 4_200_000})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "strokes")


def test_only_who_writes_in_an_open_record_may_draw(
    client: TestClient, opened: str, as_actor: Callable[..., Headers], rows: Rows
) -> None:
    at = f"/api/encounters/{opened}/notes/draw"
    assert client.post(at, json=DRAWN, headers=as_actor("planner")).status_code == 403
    assert client.post(at, json=DRAWN, headers=as_actor("doctor")).status_code == 403
    assert rows(Note) == []
