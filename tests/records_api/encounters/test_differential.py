from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from records_api.advice import service as advices
from records_api.advice.tables import Advice
from records_api.core.audit import AuditRow
from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database, utcnow
from records_api.encounters import bulk, service
from records_api.encounters.differential import FALLBACK, differential
from records_api.encounters.next_question import next_question
from records_api.encounters.schemas import (
    DiagnosisIn,
    DiagnosisRecord,
    EncounterRecord,
    FindingsIn,
)
from serving.diagnosis.schema import DiagnosisRequest
from tests.records_api.models import seeds
from tests.records_api.models.fake import FakeModels

Rows = Callable[..., list[Any]]


def test_suggestions_come_with_names_evidence_and_the_model(
    client: TestClient, headers: dict[str, str], opened: str, models: FakeModels, rows: Rows
):
    at = f"/api/encounters/{opened}"
    models.by_catalogue = {"cold"}
    client.put(
        f"{at}/findings",
        json={"present": ["fever"], "absent": ["rash"], "unknown": ["cough"]},
        headers=headers,
    )
    answer = client.post(f"{at}/differential", headers=headers | {"Accept-Language": "hi"})
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["ranked"][0]["name"] == "फ्लू"
    assert said["ranked"][1]["name"] == "Common cold", "without a Hindi name the English one"
    assert said["ranked"][0]["icd10"] == "J11"
    assert [row["by_catalogue"] for row in said["ranked"]] == [False, True]
    assert said["ranked"][0]["evidence_for"][0]["name"] == "बुखार"
    assert (said["model"], said["model_version"], said["degraded"]) == ("diagnosis", "7", False)
    asked = models.asked[0]
    assert (asked.present, asked.absent) == (["fever"], ["rash"]), "unknown is not absent"
    assert asked.sex == "F"
    assert asked.district == "south"
    assert 30 < asked.age < 60
    [kept] = rows(Advice)
    assert (kept.id, kept.subject_id, kept.capability) == (said["advice_id"], opened, "diagnosis")
    assert kept.inputs_digest == advices.digest(asked)
    assert kept.score == 0.7
    assert kept.answer["ranked"][0]["condition"] == "flu"


def test_what_belongs_into_the_differential_is_told_and_kept(
    client: TestClient, headers: dict[str, str], opened: str, models: FakeModels, rows: Rows
):
    at = f"/api/encounters/{opened}/differential"
    assert client.post(at, headers=headers).json()["considered"] is None
    models.considered = ["flu"]
    answer = client.post(at, headers=headers | {"Idempotency-Key": "learned"})
    assert answer.json()["considered"] == ["flu"]
    assert [row.answer["considered"] for row in rows(Advice)] == [None, ["flu"]]


def test_evidence_that_is_no_finding_has_words_too(
    doctor: Context, opened: str, models: FakeModels
):
    models.circumstances = ["age", "local", "prior:cold", "prior:unheard-of"]
    said = differential(doctor, models, opened)
    assert [e.name for e in said.ranked[0].evidence_for] == [
        "age",
        "illness in the district now",
        "earlier: Common cold",
        "earlier: unheard-of",
    ]


def test_findings_on_the_screen_count_before_they_are_saved(
    doctor: Context, opened: str, models: FakeModels
):
    service.record_findings(doctor, opened, FindingsIn(present=["fever"]))
    differential(doctor, models, opened, FindingsIn(present=["cough"]))
    assert models.asked[0].present == ["cough"]
    assert service.read(doctor, opened).findings[0].code == "fever"


def test_no_transaction_is_open_while_the_model_thinks(
    doctor: Context, opened: str, models: FakeModels, database: Database
):
    def somebody_writes() -> None:
        with database.transaction() as session:
            seeds.add_patient(session, number=99)

    models.during = somebody_writes  # waits for the lock, if it is held
    began = utcnow()
    assert differential(doctor, models, opened).ranked
    assert utcnow() - began < timedelta(seconds=5)


@pytest.mark.parametrize("ask", [differential, next_question])
def test_what_is_recorded_while_the_model_thinks_is_newer_than_its_answer(
    doctor: Context, opened: str, models: FakeModels, rows: Rows, ask: Callable[..., object]
):
    thought: list[datetime] = []
    models.during = lambda: thought.append(utcnow())
    ask(doctor, models, opened)
    [kept] = rows(Advice)
    assert kept.asked_at < thought[0], "else the desk would take it for an answer to all there is"


def test_who_asked_and_what_was_seen_is_audited(
    doctor: Context, patient: str, opened: str, models: FakeModels, rows: Rows
):
    differential(doctor, models, opened)
    actions = [row.action for row in rows(AuditRow) if row.patient_id == patient]
    assert actions == ["encounter.open", "encounter.differential", "advice.keep"]


def confirmed(patient_id: str, condition: str, days_ago: int) -> EncounterRecord:
    at = utcnow() - timedelta(days=days_ago)
    return EncounterRecord(
        id=f"{patient_id[-12:]}-{condition}-{days_ago}",
        patient_id=patient_id,
        started_at=at,
        diagnoses=[DiagnosisRecord(condition=condition, status="confirmed", decided_at=at)],
    )


def test_without_models_the_district_s_prevalence_is_shown_and_named(
    doctor: Context, patient: str, opened: str, models: FakeModels, rows: Rows
):
    elsewhere = seeds.add_patient(doctor.session, 2, district="north")
    near = seeds.add_patient(doctor.session, 3)
    system = Context(doctor.session, SYSTEM)
    bulk.record_many(
        system,
        [
            *(confirmed(near, "flu", days) for days in (1, 5, 27)),
            confirmed(near, "cold", 2),
            confirmed(near, "mi", 29),  # too long ago
            confirmed(elsewhere, "mi", 1),  # too far away
        ],
    )
    models.down = True
    said = differential(doctor, models, opened)
    assert [(s.condition, s.probability) for s in said.ranked] == [("flu", 0.75), ("cold", 0.25)]
    assert said.degraded
    assert said.model == FALLBACK
    assert said.model_version is None
    assert said.abstained
    assert said.reason
    [kept] = rows(Advice)
    assert kept.degraded
    assert kept.model == FALLBACK


def test_without_models_and_records_there_is_still_an_answer(
    client: TestClient, headers: dict[str, str], opened: str, models: FakeModels
):
    models.down = True
    answer = client.post(f"/api/encounters/{opened}/differential", headers=headers)
    assert answer.status_code == 200
    assert answer.json()["ranked"] == []
    assert answer.json()["degraded"]


def test_a_described_patient_needs_no_record(
    client: TestClient, as_actor: Callable[..., dict[str, str]], models: FakeModels, rows: Rows
):
    body = {"age": 4.5, "sex": "M", "district": "south", "findings": {"present": ["fever"]}}
    answer = client.post("/api/differential", json=body, headers=as_actor("doctor"))
    assert answer.status_code == 200, answer.text
    assert models.asked == [
        DiagnosisRequest(age=4.5, sex="M", district="south", present=["fever"], absent=[])
    ]
    [kept] = rows(Advice)
    assert kept.patient_id is None
    resident = as_actor("resident")
    assert client.post("/api/differential", json=body, headers=resident).status_code == 403


def test_the_very_old_and_those_of_unknown_sex_are_asked_for(
    ctx: Callable[..., Context], models: FakeModels
):
    doctor = ctx("doctor")
    patient = seeds.add_patient(doctor.session, born=date(1890, 1, 1), sex="unknown")
    seeds.grant(doctor.session, patient, doctor.actor.id)
    from records_api.encounters.schemas import EncounterIn

    encounter = service.open_encounter(doctor, patient, EncounterIn())
    assert differential(doctor, models, encounter.id).ranked
    assert (models.asked[0].age, models.asked[0].sex) == (130, None)


def test_confirming_a_suggestion_accepts_the_differential(
    doctor: Context, opened: str, models: FakeModels, rows: Rows
):
    shown = differential(doctor, models, opened)
    data = DiagnosisIn(condition="flu", status="confirmed", advice_id=shown.advice_id)
    diagnosis = service.add_diagnosis(doctor, opened, data)
    [kept] = rows(Advice)
    assert diagnosis.advice_id == kept.id
    assert (kept.decision, kept.decided_by) == ("accepted", doctor.actor.id)


def test_confirming_something_else_rejects_it_and_says_what(
    doctor: Context, opened: str, models: FakeModels, rows: Rows
):
    shown = differential(doctor, models, opened)
    data = DiagnosisIn(condition="mi", status="confirmed", advice_id=shown.advice_id)
    service.add_diagnosis(doctor, opened, data)
    [kept] = rows(Advice)
    assert kept.decision == "rejected"
    assert "mi" in kept.decision_reason


def test_a_decision_that_was_taken_is_not_overwritten_by_a_diagnosis(
    doctor: Context, opened: str, models: FakeModels, rows: Rows
):
    shown = differential(doctor, models, opened)
    advices.decide(doctor, shown.advice_id, "rejected", "Looks like measles")
    data = DiagnosisIn(condition="flu", status="confirmed", advice_id=shown.advice_id)
    service.add_diagnosis(doctor, opened, data)
    [kept] = rows(Advice)
    assert (kept.decision, kept.decision_reason) == ("rejected", "Looks like measles")


def test_a_working_diagnosis_decides_nothing_yet(
    doctor: Context, opened: str, models: FakeModels, rows: Rows
):
    shown = differential(doctor, models, opened)
    data = DiagnosisIn(condition="flu", status="working", advice_id=shown.advice_id)
    service.add_diagnosis(doctor, opened, data)
    assert rows(Advice)[0].decision is None


def test_advice_of_another_encounter_is_refused(
    client: TestClient, headers: dict[str, str], opened: str
):
    other = client.post("/api/differential", json={}, headers=headers).json()["advice_id"]
    body = {"condition": "flu", "status": "confirmed", "advice_id": other}
    answer = client.post(f"/api/encounters/{opened}/diagnoses", json=body, headers=headers)
    assert answer.status_code == 422
    body["advice_id"] = "no-such-advice"
    answer = client.post(f"/api/encounters/{opened}/diagnoses", json=body, headers=headers)
    assert answer.status_code == 404


def test_a_stored_answer_is_of_its_time(doctor: Context, opened: str, models: FakeModels):
    moment = datetime(2026, 3, 1, 10, tzinfo=UTC)
    said = differential(doctor.at(moment), models, opened)
    assert advices.read(doctor, said.advice_id).asked_at == moment
