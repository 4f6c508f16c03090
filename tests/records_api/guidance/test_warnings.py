"""Red flags and first care at the API: for a visit, beside the differential, and without a model."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from records_api.consent.tables import Grant
from records_api.core.audit import AuditRow
from records_api.core.context import SYSTEM, Context
from records_api.core.db import utcnow
from records_api.encounters import bulk, service
from records_api.encounters.schemas import DiagnosisRecord, EncounterRecord, FindingsIn
from records_api.terminology import service as terminology
from records_api.terminology.schemas import ConceptIn
from records_api.terminology.tables import Concept
from tests.records_api.models.fake import FakeModels

HEART = ["chest_pain", "sweating", "nausea"]


@pytest.fixture
def say(doctor: Context, opened: str) -> Callable[..., None]:
    def record(present: list[str], absent: list[str] | None = None, **more: list[str]) -> None:
        answers = FindingsIn(present=present, absent=absent or [], **more)
        service.record_findings(doctor, opened, answers)
        doctor.session.commit()

    return record


def test_warnings_of_a_visit(say: Any, told: Any):
    assert told() == {"urgency": "routine", "warnings": [], "disputed": []}
    say(["chest_pain", "sweating"], unknown=["nausea"])
    [warning] = told()["warnings"]
    assert warning["urgency"] == told()["urgency"] == "now"
    assert [f["name"] for f in warning["findings"]] == ["Chest pain", "Sweating"]
    assert warning["conditions"] == [
        {"code": "mi", "name": "Heart attack", "icd10": None, "severity": 1, "support": 0}
    ]
    assert warning["why"] == ["Infarction until proven else."]
    assert told("hi")["warnings"][0]["findings"][0]["name"] == "सीने में दर्द"


def test_what_is_absent_or_unknown_raises_nothing(say: Any, told: Any):
    say(["chest_pain"], absent=["sweating"])
    assert told()["warnings"] == []
    say(["chest_pain"], unknown=["sweating"])
    assert told()["warnings"] == []


def test_an_edited_condition_counts_from_the_next_question_on(say: Any, told: Any, doctor: Context):
    """Whoever edited it, and whatever time they wrote it under."""
    say(["chest_pain"])
    assert told()["warnings"] == []
    row = doctor.session.get(Concept, "mi")
    assert row is not None
    stamp = row.recorded_at
    row.detail = {**row.detail, "red_flags": [{"findings": ["chest_pain"]}]}
    doctor.session.commit()
    assert row.recorded_at == stamp
    assert told()["urgency"] == "soon"
    system = Context(doctor.session, SYSTEM)
    flat = ConceptIn(code="mi", kind="condition", name_en="Heart attack", severity=1)
    terminology.add_many(system, [flat], source="test")
    doctor.session.commit()
    assert told()["warnings"] == []


def test_warnings_need_consent_and_leave_an_audit_row(
    client: TestClient, as_actor: Any, told: Any, doctor: Context, headers: Any, opened: str
):
    told()
    actions = [row.action for row in doctor.session.scalars(select(AuditRow))]
    assert actions[-1] == "encounter.warnings"
    doctor.session.commit()
    at = f"/api/encounters/{opened}/warnings"
    assert client.get(at).status_code == 401
    assert client.get(at, headers=as_actor("doctor")).status_code == 403
    assert client.get(at, headers=as_actor("clerk")).status_code == 403
    assert client.get("/api/encounters/none/warnings", headers=headers).status_code == 404
    for grant in doctor.session.scalars(select(Grant)):
        grant.closed_at = utcnow()
    doctor.session.commit()
    assert client.get(at, headers=headers).status_code == 403


def test_the_differential_carries_them_whatever_is_ranked(say: Any, post: Any):
    say(HEART)
    said = post()
    assert [row["condition"] for row in said["ranked"]] == ["flu", "cold"]
    assert said["urgency"] == "now"
    assert said["urgent"] is False, "what the model said stays what it said"
    assert said["warnings"][0]["conditions"][0]["code"] == "mi"


def test_without_a_model_both_are_told(say: Any, post: Any, models: FakeModels):
    models.down = True
    say(HEART)
    said = post()
    assert said["degraded"]
    assert said["urgency"] == "now"
    assert said["warnings"]


def test_the_model_s_own_alarm_counts_too(say: Any, post: Any, models: FakeModels):
    models.urgent = True
    say(["cough"])
    assert (post()["urgency"], post()["warnings"]) == ("now", [])


def test_findings_on_the_screen_count_before_they_are_saved(post: Any, told: Any):
    assert post(present=["chest_pain", "sweating"])["urgency"] == "now"
    assert told()["urgency"] == "routine"


def test_a_described_patient_is_warned_of_too(
    client: TestClient, headers: dict[str, str], opened: str
):
    body = {"age": 60, "sex": "M", "findings": {"present": HEART}}
    answer = client.post("/api/differential", json=body, headers=headers)
    assert answer.json()["urgency"] == "now"


def stands(said: Any) -> dict[str, tuple[str, list[str]]]:
    [steps] = [row["next_steps"] for row in said["ranked"] if row["condition"] == "mi"]
    return {
        bar["kind"]: (bar["standing"], [b["name"] for b in bar["because"]])
        for bar in steps["contraindications"]
    }


def test_what_to_do_next_comes_with_its_source(say: Any, post: Any, models: FakeModels):
    models.ranked = [("mi", 0.8), ("cold", 0.2)]
    say(HEART)
    first, second = post()["ranked"]
    steps = first["next_steps"]
    assert steps["first_tests"] == ["ECG within 10 minutes", "Troponin"]
    assert steps["treatment"] == "Aspirin 300 mg chewed."
    assert steps["treatment_source"]["url"] == "https://guidelines.example/acs"
    assert (steps["refer_when"], steps["refer_where"]) == ("Always", "Hospital with angioplasty")
    assert second["next_steps"] is None, "the terminology tells nothing of colds"


def test_what_forbids_it_is_held_against_the_record(say: Any, post: Any, models: FakeModels):
    models.ranked = [("mi", 0.8)]
    say([*HEART, "known_asthma"], absent=["pregnant", "known_kidney_disease"])
    assert stands(post(language="hi")) == {
        "disease": ("applies", ["पहले से दमा"]),
        "kidney": ("does_not_apply", []),
        "pregnancy": ("does_not_apply", []),
        "age": ("does_not_apply", []),
    }


def test_what_lasts_is_read_from_earlier_visits(
    say: Any, post: Any, models: FakeModels, doctor: Context, patient: str
):
    """An antecedent and a diagnosis last, a symptom does not, and a pregnancy for its term."""

    def visit(days: int, findings: list[str], icd10: str) -> EncounterRecord:
        at = utcnow() - timedelta(days=days)
        return EncounterRecord(
            id=f"{patient[-20:]}-{days}",
            patient_id=patient,
            started_at=at,
            recorded_at=at,
            findings=FindingsIn(present=findings),
            diagnoses=[
                DiagnosisRecord(condition="cold", status="confirmed", icd10=icd10, decided_at=at)
            ],
        )

    models.ranked = [("mi", 0.8)]
    system = Context(doctor.session, SYSTEM)
    bulk.record_many(system, [visit(500, ["pregnant", "known_asthma", "fever"], "J00")])
    doctor.session.commit()
    say(HEART)
    assert stands(post())["pregnancy"] == ("not_known", [])
    assert stands(post())["disease"] == ("applies", ["Known asthma or allergy"])
    assert stands(post())["kidney"][0] == "not_known"
    bulk.record_many(system, [visit(60, ["pregnant"], "N18.3")])
    doctor.session.commit()
    assert stands(post())["pregnancy"] == ("applies", ["Pregnant"])
    assert stands(post())["kidney"] == ("applies", ["Common cold"])
    say(HEART, absent=["pregnant"])
    assert stands(post())["pregnancy"][0] == "does_not_apply", "today's answer goes first"


def test_evidence_is_told_in_words(say: Any, post: Any):
    say(["fever"])
    [evidence] = post()["ranked"][0]["evidence_for"]
    assert (evidence["words"], evidence["times"]) == ("weakly for", "2.7 times likelier")
    assert post(language="hi")["ranked"][0]["evidence_for"][0]["times"] == "2.7 गुना ज़्यादा संभव"


@pytest.mark.parametrize(
    "detail",
    [
        {"red_flags": "x", "first_tests": {"a": 1}, "treatment": ["x"], "citations": [1]},
        {"red_flags": [{"findings": []}, {"findings": [1, None]}], "contraindications": [{}]},
        {"contraindications": [{"text": "x" * 100_000, "kind": []}], "referral": "now"},
        {"red_flags": [{"findings": ["chest_pain"] * 1000, "why": 7}] * 100},
    ],
)
def test_a_terminology_of_another_shape_breaks_nothing(
    say: Any, post: Any, told: Any, doctor: Context, models: FakeModels, detail: dict[str, Any]
):
    models.ranked = [("mi", 0.8)]
    system = Context(doctor.session, SYSTEM)
    strange = ConceptIn(
        code="mi", kind="condition", name_en="Heart attack", severity=1, detail=detail
    )
    terminology.add_many(system, [strange], source="test")
    doctor.session.commit()
    say(HEART)
    assert told()["urgency"] in {"routine", "soon", "now"}
    assert post()["ranked"]
