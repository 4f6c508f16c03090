"""What is read from a draft, what the doctor decides on it, and what signing makes of it."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from records_api.core.context import Context
from records_api.encounters.tables import Finding
from records_api.notes.tables import Extraction, Reading
from records_api.pharmacy import service as pharmacy
from records_api.pharmacy.schemas import ItemIn
from records_api.terminology.tables import Concept
from serving.notes.schema import Dose
from tests.records_api.models.fake import FakeModels
from tests.records_api.notes.conftest import TEXT

Headers = dict[str, str]
Rows = Callable[..., list[Any]]
Extract = Callable[..., dict[str, Any]]


def by_code(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in answer["extractions"] if not row.get("stale")}


def test_a_text_is_read_and_not_kept(extract: Extract, rows: Rows) -> None:
    answer = extract(text=TEXT)
    found = by_code(answer)
    assert (answer["model"], answer["model_version"], answer["degraded"]) == ("notes", "7", False)
    assert {code: (row["assertion"], row["becomes"]) for code, row in found.items()} == {
        "fever": ("affirmed", "present"),
        "rash": ("negated", "absent"),
        "flu": ("possible", None),
        "paracetamol": ("affirmed", None),
    }
    for row in found.values():
        assert TEXT[row["start"] : row["end"]] == row["text"]
    assert found["fever"]["name"] == "Fever"
    assert rows(Extraction) == rows(Reading) == []


def test_names_are_in_the_readers_language(
    client: TestClient, headers: Headers, opened: str
) -> None:
    answer = client.post(
        f"/api/encounters/{opened}/notes/extract",
        json={"text": TEXT},
        headers=headers | {"Accept-Language": "hi"},
    )
    assert by_code(answer.json())["fever"]["name"] == "बुखार"


def test_accepted_findings_enter_the_record_at_signing(
    client: TestClient, headers: Headers, draft: dict[str, Any], extract: Extract, rows: Rows
) -> None:
    ids = {code: row["id"] for code, row in by_code(extract(note_id=draft["id"])).items()}
    at = f"/api/notes/{draft['id']}"
    decided = client.put(
        f"{at}/extractions",
        json={"accepted": [ids["fever"], ids["flu"], ids["paracetamol"]], "struck": [ids["rash"]]},
        headers=headers,
    )
    assert by_code(decided.json())["rash"]["decision"] == "struck"
    assert rows(Finding) == [], "a draft records nothing"

    client.post(f"{at}/sign", headers=headers)
    assert {row.code: row.status for row in rows(Finding)} == {"fever": "present"}
    kept = {row.code: (row.decision, row.decided_by is not None) for row in rows(Extraction)}
    assert kept["rash"] == ("struck", True)
    assert kept["flu"] == ("accepted", True)


def test_an_accepted_drug_has_the_code_of_the_medicine_list(
    client: TestClient,
    headers: Headers,
    draft: dict[str, Any],
    extract: Extract,
    doctor: Context,
    models: FakeModels,
) -> None:
    listed = [
        ItemIn(
            code="PARA500", name="Paracetamol 500 mg tablet", name_hi="पैरासिटामोल", unit="{tbl}"
        ),
        ItemIn(code="PARA650", name="Paracetamol 650 mg tablet", unit="{tbl}"),
    ]
    pharmacy.add_items(doctor, listed)
    doctor.session.commit()
    models.dose = Dose(start=0, end=3, strength=500.0, unit="mg")
    read = by_code(extract(note_id=draft["id"]))
    assert read["paracetamol"]["medicine"] is None, "nobody accepted it yet"

    at = f"/api/notes/{draft['id']}"
    ids = [read[code]["id"] for code in ("paracetamol", "flu")]
    said = client.put(f"{at}/extractions", json={"accepted": ids}, headers=headers).json()
    assert by_code(said)["paracetamol"]["medicine"]["code"] == "PARA500"
    assert by_code(said)["flu"]["medicine"] is None
    signed = client.post(f"{at}/sign", headers=headers | {"Accept-Language": "hi"}).json()
    assert by_code(signed)["paracetamol"]["medicine"]["name"] == "पैरासिटामोल"

    pharmacy.add_items(doctor, [ItemIn(code="PCM", name="Paracetamol tab 500 mg", unit="{tbl}")])
    doctor.session.commit()
    again = client.get(at, headers=headers).json()
    assert by_code(again)["paracetamol"]["medicine"] is None, "two items: nobody knows which"


def test_undecided_extractions_record_nothing(
    client: TestClient, headers: Headers, draft: dict[str, Any], extract: Extract, rows: Rows
) -> None:
    extract(note_id=draft["id"])
    client.post(f"/api/notes/{draft['id']}/sign", headers=headers)
    assert rows(Finding) == []


def test_a_decision_can_be_changed_until_signing(
    client: TestClient, headers: Headers, draft: dict[str, Any], extract: Extract, rows: Rows
) -> None:
    ids = {code: row["id"] for code, row in by_code(extract(note_id=draft["id"])).items()}
    at = f"/api/notes/{draft['id']}"
    for body in ({"accepted": list(ids.values())}, {"struck": [ids["fever"]]}):
        assert client.put(f"{at}/extractions", json=body, headers=headers).status_code == 200
    client.post(f"{at}/sign", headers=headers)
    assert {row.code: row.status for row in rows(Finding)} == {"rash": "absent"}


def test_what_is_past_counts_only_where_the_question_is_about_the_past(
    client: TestClient,
    doctor: Context,
    headers: Headers,
    models: FakeModels,
    draft: dict[str, Any],
    extract: Extract,
    rows: Rows,
) -> None:
    doctor.session.get_one(Concept, "cough").detail = {"is_antecedent": True}
    doctor.session.commit()
    models.words = [
        ("bukhar", "fever", "finding", "historical", "patient"),
        ("din", "cough", "finding", "historical", "patient"),
        ("rash", "rash", "finding", "affirmed", "other"),
    ]
    ids = [row["id"] for row in extract(note_id=draft["id"])["extractions"]]
    at = f"/api/notes/{draft['id']}"
    client.put(f"{at}/extractions", json={"accepted": ids}, headers=headers)
    client.post(f"{at}/sign", headers=headers)
    assert {row.code: row.status for row in rows(Finding)} == {"cough": "present"}


def test_a_note_that_contradicts_itself_is_not_signed(
    client: TestClient,
    headers: Headers,
    models: FakeModels,
    draft: dict[str, Any],
    extract: Extract,
    rows: Rows,
) -> None:
    models.words = [
        ("bukhar", "fever", "finding", "affirmed", "patient"),
        ("rash", "fever", "finding", "negated", "patient"),
    ]
    ids = [row["id"] for row in extract(note_id=draft["id"])["extractions"]]
    at = f"/api/notes/{draft['id']}"
    client.put(f"{at}/extractions", json={"accepted": ids}, headers=headers)
    answer = client.post(f"{at}/sign", headers=headers)
    assert answer.status_code == 422
    assert "Fever" in answer.json()["detail"]
    assert rows(Finding) == []
    client.put(f"{at}/extractions", json={"struck": ids[1:]}, headers=headers)
    assert client.post(f"{at}/sign", headers=headers).status_code == 200


def test_editing_keeps_what_was_read_in_other_sentences(
    client: TestClient, headers: Headers, draft: dict[str, Any], extract: Extract, rows: Rows
) -> None:
    ids = [row["id"] for row in extract(note_id=draft["id"])["extractions"]]
    at = f"/api/notes/{draft['id']}"
    client.put(f"{at}/extractions", json={"accepted": ids}, headers=headers)
    now = TEXT.replace("no rash", "rash")
    edited = client.put(at, json={"text": now}, headers=headers).json()
    live = by_code(edited)
    assert set(live) == {"flu", "paracetamol"}
    for row in live.values():
        assert now[row["start"] : row["end"]] == row["text"]
    client.post(f"{at}/sign", headers=headers)
    assert rows(Finding) == [], "“no rash” became “rash”: the absent rash must not be recorded"


def test_a_stale_extraction_is_not_decided(
    client: TestClient, headers: Headers, draft: dict[str, Any], extract: Extract
) -> None:
    ids = [row["id"] for row in extract(note_id=draft["id"])["extractions"]]
    at = f"/api/notes/{draft['id']}"
    client.put(at, json={"text": "all new"}, headers=headers)
    answer = client.put(f"{at}/extractions", json={"accepted": ids[:1]}, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "accepted"


def test_reading_again_keeps_decisions(
    client: TestClient, headers: Headers, draft: dict[str, Any], extract: Extract, rows: Rows
) -> None:
    first = by_code(extract(note_id=draft["id"]))
    at = f"/api/notes/{draft['id']}"
    struck = {"struck": [first["fever"]["id"]]}
    client.put(f"{at}/extractions", json=struck, headers=headers)
    second = by_code(extract(note_id=draft["id"]))
    assert second["fever"]["decision"] == "struck"
    assert second["rash"]["id"] != first["rash"]["id"]
    assert set(second) == set(first)
    assert len(rows(Reading)) == 2


def test_what_this_citys_terminology_lacks_is_left_out(
    models: FakeModels, extract: Extract
) -> None:
    models.words.append(("din", "day", "finding", "affirmed", "patient"))
    assert "day" not in by_code(extract(text=TEXT))


def test_without_the_model_a_note_is_kept_and_signed(
    client: TestClient,
    headers: Headers,
    models: FakeModels,
    draft: dict[str, Any],
    extract: Extract,
) -> None:
    models.down = True
    for answer in (extract(text=TEXT), extract(note_id=draft["id"])):
        assert (answer["degraded"], answer["model"], answer["extractions"]) == (True, None, [])
    signed = client.post(f"/api/notes/{draft['id']}/sign", headers=headers).json()
    assert (signed["status"], signed["reading"]["degraded"]) == ("signed", True)


def test_a_draft_that_changed_while_it_was_read_is_not_told_of(
    client: TestClient,
    headers: Headers,
    models: FakeModels,
    opened: str,
    draft: dict[str, Any],
    rows: Rows,
) -> None:
    def edit() -> None:
        models.during = None
        client.put(f"/api/notes/{draft['id']}", json={"text": "other"}, headers=headers)

    models.during = edit
    at = f"/api/encounters/{opened}/notes/extract"
    answer = client.post(at, json={"note_id": draft["id"]}, headers=headers)
    assert answer.status_code == 409
    assert rows(Reading) == []


@pytest.mark.parametrize(
    "body", [{}, {"text": "x", "note_id": "y"}, {"text": ""}, {"note_id": "x" * 99}]
)
def test_wrong_questions_are_named(
    client: TestClient, headers: Headers, opened: str, body: Any
) -> None:
    at = f"/api/encounters/{opened}/notes/extract"
    answer = client.post(at, json=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_an_extraction_is_accepted_or_struck_not_both(
    client: TestClient, headers: Headers, draft: dict[str, Any], extract: Extract
) -> None:
    one = extract(note_id=draft["id"])["extractions"][0]["id"]
    at = f"/api/notes/{draft['id']}/extractions"
    for body in ({"accepted": [one], "struck": [one]}, {"accepted": ["nobody's"]}):
        assert client.put(at, json=body, headers=headers).status_code == 422
    many = {"struck": ["x"] * 10_000}
    assert client.put(at, json=many, headers=headers).status_code == 422
