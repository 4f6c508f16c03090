from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from records_api.advice import service as advices
from records_api.advice.tables import Advice
from records_api.core.audit import AuditRow
from records_api.core.context import Context
from records_api.core.db import Database, utcnow
from records_api.encounters import service
from records_api.encounters.next_question import FALLBACK, next_question, subject
from records_api.encounters.schemas import FindingsIn
from records_api.terminology.tables import Concept
from serving.diagnosis.schema import NextQuestion
from tests.records_api.models import seeds
from tests.records_api.models.fake import FakeModels

Rows = Callable[..., list[Any]]


def asked_in(language: str, ctx: Context) -> Context:
    return Context(ctx.session, ctx.actor, language=language)


def phrase(ctx: Context, code: str, **detail: str) -> None:
    concept = ctx.session.get(Concept, code)
    assert concept is not None
    concept.detail = detail
    ctx.session.commit()


def test_questions_come_with_words_answers_and_the_model(
    client: TestClient, headers: dict[str, str], opened: str, models: FakeModels, rows: Rows,
    doctor: Context,
) -> None:  # fmt: skip
    phrase(doctor, "cough", question_en="Do you cough?")
    at = f"/api/encounters/{opened}"
    body = {"present": ["fever"], "absent": [], "unknown": ["rash"]}
    client.put(f"{at}/findings", json=body, headers=headers)
    answer = client.post(f"{at}/next-question", headers=headers)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert [q["text"] for q in said["questions"]] == ["Do you cough?", "Skin rash"]
    first = said["questions"][0]
    assert (first["question"], first["kind"]) == ("cough", "yes_no")
    assert first["answers"] == [{"code": "cough", "name": "Cough"}]
    assert first["gain"] == pytest.approx(0.7213, abs=1e-4), "bits, not nats"
    assert (said["model"], said["model_version"], said["degraded"]) == ("diagnosis", "7", False)
    assert said["reason"] is None
    [asked] = models.asked
    assert (asked.present, asked.absent, asked.limit) == (["fever"], [], 3)
    [kept] = rows(Advice)
    assert (kept.id, kept.capability) == (said["advice_id"], "diagnosis")
    assert (kept.subject_id, kept.model_version) == (subject(opened), "7")
    assert kept.inputs_digest == advices.digest(asked)


def test_the_reader_s_language(
    client: TestClient, headers: dict[str, str], opened: str, doctor: Context
) -> None:
    phrase(doctor, "cough", question_en="Do you cough?", question_hi="क्या आपको खांसी है?")
    phrase(doctor, "rash", question_en="Do you have a rash?")
    path = f"/api/encounters/{opened}/next-question"
    said = client.post(path, headers=headers | {"Accept-Language": "hi"}).json()
    texts = [q["text"] for q in said["questions"]]
    assert texts == ["क्या आपको खांसी है?", "चकत्ते"], "a Hindi name before an English sentence"
    assert said["questions"][0]["answers"][0]["name"] == "खांसी"


def test_a_finding_with_values_is_one_question(
    doctor: Context, opened: str, models: FakeModels
) -> None:
    for code, name in (("site_@_arm", "arm"), ("site_@_leg", "leg")):
        doctor.session.add(
            Concept(
                code=code, kind="finding", name_en=name, parent="rash", source="test", detail={},
                recorded_at=seeds.LONG_AGO,
            )
        )  # fmt: skip
    doctor.session.commit()
    values = ["site_@_arm", "site_@_leg", "site_@_new"]
    models.questions = [NextQuestion(question="site", kind="any_of", findings=values, gain=0.4)]
    [question] = next_question(doctor, models, opened).questions
    assert question.text == "Skin rash", "what it is a value of"
    assert [a.name for a in question.answers] == ["arm", "leg", "site_@_new"]
    phrase(doctor, "site_@_arm", question_en="Where is the rash?")
    [question] = next_question(doctor, models, opened).questions
    assert question.text == "Where is the rash?"


def test_words_nobody_knows_show_themselves(
    doctor: Context, opened: str, models: FakeModels
) -> None:
    models.questions = [NextQuestion(question="x", kind="yes_no", findings=["x"], gain=0.4)]
    [question] = next_question(doctor, models, opened).questions
    assert (question.text, question.answers[0].name) == ("x", "x")


def test_findings_on_the_screen_count_before_they_are_saved(
    doctor: Context, opened: str, models: FakeModels
) -> None:
    service.record_findings(doctor, opened, FindingsIn(present=["fever"]))
    next_question(doctor, models, opened, FindingsIn(present=["cough"], absent=["rash"]))
    assert (models.asked[0].present, models.asked[0].absent) == (["cough"], ["rash"])


def test_without_models_there_is_a_reason_and_no_error(
    client: TestClient, headers: dict[str, str], opened: str, models: FakeModels, rows: Rows
) -> None:
    models.down = True
    path = f"/api/encounters/{opened}/next-question"
    answer = client.post(path, headers=headers)
    assert answer.status_code == 200
    said = answer.json()
    assert (said["questions"], said["degraded"], said["model"]) == ([], True, FALLBACK)
    assert said["reason"] == "No model suggests what to ask. Ask as you would without it."
    said = client.post(path, headers=headers | {"Accept-Language": "hi"}).json()
    assert said["reason"].startswith("कोई मॉडल")
    assert all(kept.degraded and kept.model_version is None for kept in rows(Advice))


def test_when_nothing_is_left_to_ask_it_says_so(
    doctor: Context, opened: str, models: FakeModels
) -> None:
    models.questions = []
    said = next_question(doctor, models, opened)
    assert (said.questions, said.degraded) == ([], False)
    assert said.reason == "No further question would tell more."


@pytest.mark.parametrize("limit", ["0", "11", "few"])
def test_a_bad_limit_is_named(
    client: TestClient, headers: dict[str, str], opened: str, limit: str
) -> None:
    path = f"/api/encounters/{opened}/next-question?limit={limit}"
    answer = client.post(path, headers=headers)
    assert answer.status_code == 422
    assert "limit" in answer.text


def test_an_unknown_encounter_is_not_found(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/api/encounters/nowhere/next-question", headers=headers)
    assert answer.status_code == 404


def test_it_needs_the_record_open(
    client: TestClient, as_actor: Callable[..., dict[str, str]], opened: str, models: FakeModels
) -> None:
    path = f"/api/encounters/{opened}/next-question"
    assert client.post(path, headers=as_actor("doctor")).status_code == 403
    assert client.post(path, headers=as_actor("resident")).status_code == 403
    assert models.asked == []


def test_who_asked_is_audited(
    doctor: Context, patient: str, opened: str, models: FakeModels, rows: Rows
) -> None:
    next_question(doctor, models, opened)
    actions = [row.action for row in rows(AuditRow) if row.patient_id == patient]
    assert actions == ["encounter.open", "encounter.next_question", "advice.keep"]


def test_no_transaction_is_open_while_the_model_thinks(
    doctor: Context, opened: str, models: FakeModels, database: Database
) -> None:
    def somebody_writes() -> None:
        with database.transaction() as session:
            seeds.add_patient(session, number=99)

    models.during = somebody_writes
    began = utcnow()
    assert next_question(doctor, models, opened).questions
    assert utcnow() - began < timedelta(seconds=5)


def test_no_diagnosis_is_confirmed_by_a_question(
    client: TestClient, headers: dict[str, str], opened: str
) -> None:
    at = f"/api/encounters/{opened}"
    asked = client.post(f"{at}/next-question", headers=headers).json()["advice_id"]
    body = {"condition": "flu", "status": "confirmed", "advice_id": asked}
    assert client.post(f"{at}/diagnoses", json=body, headers=headers).status_code == 422
