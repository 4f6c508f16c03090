from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from records_api.advice import service
from records_api.advice.tables import Advice
from records_api.consent.tables import Grant
from records_api.core.audit import AuditRow
from records_api.core.context import Context
from records_api.core.db import utcnow
from records_api.core.errors import Conflict, Forbidden, Invalid
from serving.common import ModelRef
from serving.diagnosis.schema import DiagnosisRequest
from tests.records_api.models import seeds

MODEL = ModelRef(name="diagnosis", version="12", trained_on="cafe")
Make = Callable[..., Context]


def keep(ctx: Context, capability: str = "diagnosis", **kw: Any) -> Advice:
    given = {"model": MODEL, "inputs": {"present": ["fever"]}, **kw}
    row = service.keep(ctx, capability, "subject-1", {"ranked": []}, **given)
    ctx.session.commit()
    return row


def fresh(ctx: Context, advice: Advice) -> Advice:
    ctx.session.expire_all()
    row = ctx.session.scalars(select(Advice).where(Advice.id == advice.id)).one()
    ctx.session.commit()
    return row


@pytest.fixture
def doctor(ctx: Make) -> Context:
    return ctx("doctor")


@pytest.fixture
def patient(doctor: Context) -> str:
    patient_id = seeds.add_patient(doctor.session)
    seeds.grant(doctor.session, patient_id, doctor.actor.id)
    doctor.session.commit()
    return patient_id


def test_what_is_kept(doctor: Context, patient: str):
    row = fresh(doctor, keep(doctor, patient_id=patient, score=0.8))
    assert (row.model, row.model_version, row.degraded) == ("diagnosis", "12", False)
    assert (row.asked_by, row.score, row.patient_id) == (doctor.actor.id, 0.8, patient)
    assert row.decision is None


def test_a_fallback_is_named_and_has_no_version(doctor: Context):
    row = keep(doctor, model="seasonal-naive")
    assert (row.model, row.model_version, row.degraded) == ("seasonal-naive", None, True)


def test_the_digest_is_of_the_inputs_alone():
    asked = DiagnosisRequest(age=3, present=["a", "b"])
    assert service.digest(asked) == service.digest(asked.model_dump(mode="json"))
    assert service.digest({"a": 1, "b": 2}) == service.digest({"b": 2, "a": 1})
    assert service.digest(asked) != service.digest(DiagnosisRequest(age=3, present=["b", "a"]))


def test_rejecting_needs_a_reason(doctor: Context, patient: str):
    row = keep(doctor, patient_id=patient)
    with pytest.raises(Invalid) as raised:
        service.decide(doctor, row.id, "rejected")
    assert raised.value.field == "reason"
    service.decide(doctor, row.id, "rejected", "Koplik's spots: measles")
    doctor.session.commit()
    kept = fresh(doctor, row)
    assert (kept.decision, kept.decision_reason) == ("rejected", "Koplik's spots: measles")
    assert kept.decided_by == doctor.actor.id
    assert kept.decided_at is not None


def test_one_decision_holds(doctor: Context, patient: str):
    row = keep(doctor, patient_id=patient)
    first = service.decide(doctor, row.id, "accepted")
    doctor.session.commit()
    assert service.decide(doctor, row.id, "accepted").decided_at == first.decided_at
    with pytest.raises(Conflict):
        service.decide(doctor, row.id, "rejected", "Changed my mind")


@pytest.mark.parametrize(
    ("capability", "decision"),
    [("diagnosis", "changed"), ("diagnosis", "match"), ("identity", "accepted")],
)
def test_a_decision_must_fit_the_advice(ctx: Make, capability: str, decision: str):
    everybody = ctx("doctor", also=["clerk", "planner"])
    row = keep(everybody, capability)
    with pytest.raises(Invalid) as raised:
        service.decide(everybody, row.id, decision, "because")
    assert raised.value.field == "decision"


@pytest.mark.parametrize(
    ("capability", "role", "may"),
    [
        ("diagnosis", "nurse", False),
        ("diagnosis", "planner", False),
        ("triage", "clerk", True),
        ("demand", "planner", True),
        ("demand", "pharmacist", True),
        ("demand", "doctor", False),
        ("identity", "doctor", False),
    ],
)
def test_who_decides(ctx: Make, capability: str, role: str, may: bool):
    row = keep(ctx("system"), capability)
    actor = ctx(role)
    if may:
        assert service.decide(actor, row.id, "accepted").decision == "accepted"
    else:
        with pytest.raises(Forbidden):
            service.decide(actor, row.id, "accepted")


def test_a_differential_is_read_with_the_record_open_and_not_after(
    client: TestClient, as_actor: Callable[..., dict[str, str]], doctor: Context, patient: str
):
    row = keep(doctor, patient_id=patient)
    headers = as_actor("doctor", id=doctor.actor.id)
    assert client.get(f"/api/advice/{row.id}", headers=headers).json()["id"] == row.id
    assert [a["id"] for a in client.get("/api/advice", headers=headers).json()] == [row.id]
    doctor.session.scalars(select(Grant)).one().closed_at = utcnow()
    doctor.session.commit()
    assert client.get(f"/api/advice/{row.id}", headers=headers).status_code == 403
    assert client.get("/api/advice", headers=headers).json() == []
    decision = {"decision": "accepted"}
    answer = client.post(f"/api/advice/{row.id}/decision", json=decision, headers=headers)
    assert answer.status_code == 403


def test_a_resident_sees_what_models_said_of_them(
    client: TestClient, as_actor: Callable[..., dict[str, str]], doctor: Context, patient: str
):
    row = keep(doctor, patient_id=patient)
    own = as_actor("resident", patient_id=patient)
    assert [a["id"] for a in client.get("/api/advice", headers=own).json()] == [row.id]
    assert client.get(f"/api/advice/{row.id}", headers=own).status_code == 200
    stranger = as_actor("resident", patient_id=None)
    assert client.get("/api/advice", headers=stranger).json() == []
    assert client.get(f"/api/advice/{row.id}", headers=stranger).status_code == 403


@pytest.mark.parametrize("capability", ["triage", "demand", "identity"])
def test_others_do_not_even_learn_that_it_exists(
    client: TestClient, as_actor: Callable[..., dict[str, str]], ctx: Make, capability: str
):
    row = keep(ctx("system"), capability)
    answer = client.get(f"/api/advice/{row.id}", headers=as_actor("admin"))
    assert answer.status_code == 404


def test_lists_are_filtered_and_newest_first(
    client: TestClient, as_actor: Callable[..., dict[str, str]], ctx: Make
):
    planner = ctx("planner")
    rows = [keep(planner, "demand") for _ in range(3)]
    keep(planner, "triage")
    headers = as_actor("planner", id=planner.actor.id)
    listed = client.get(
        "/api/advice", params={"capability": "demand", "subject_id": "subject-1"}, headers=headers
    ).json()
    assert [a["id"] for a in listed] == [row.id for row in reversed(rows)]
    assert client.get("/api/advice", params={"capability": "x"}, headers=headers).status_code == 422


def test_deciding_over_http(
    client: TestClient, as_actor: Callable[..., dict[str, str]], doctor: Context, patient: str
):
    row = keep(doctor, patient_id=patient)
    headers = as_actor("doctor", id=doctor.actor.id)
    at = f"/api/advice/{row.id}/decision"
    refused = client.post(at, json={"decision": "rejected"}, headers=headers)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "reason"
    said = {"decision": "rejected", "reason": "No fever"}
    assert client.post(at, json=said, headers=headers).json()["decision"] == "rejected"
    assert client.post(at, json={"decision": "accepted"}, headers=headers).status_code == 409
    assert client.post("/api/advice/none/decision", json=said, headers=headers).status_code == 404


def test_an_identity_check_is_not_decided_here(
    client: TestClient, as_actor: Callable[..., dict[str, str]], ctx: Make
):
    row = keep(ctx("system"), "identity")
    answer = client.post(
        f"/api/advice/{row.id}/decision",
        json={"decision": "match"},
        headers=as_actor("clerk"),
    )
    assert answer.status_code == 422


def test_keeping_reading_and_deciding_are_audited(doctor: Context, patient: str):
    row = keep(doctor, patient_id=patient)
    service.read(doctor, row.id)
    service.decide(doctor, row.id, "accepted")
    doctor.session.commit()
    audited = doctor.session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
    assert [r.action for r in audited if r.patient_id == patient] == [
        "advice.keep",
        "advice.read",
        "advice.decide",
        "advice.decided",
    ]
