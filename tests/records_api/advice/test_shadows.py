"""What challengers answered is kept once, and nobody is shown it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from records_api.advice import service
from records_api.advice.tables import Advice, ShadowAnswer
from records_api.core.audit import AuditRow, OutboxRow
from records_api.core.context import Context
from serving.common import ModelRef, digest
from serving.diagnosis.schema import RankedCondition, Shadowed
from tests.records_api.models import seeds
from tests.records_api.models.fake import FakeModels

Make = Callable[..., Context]


@pytest.fixture
def models() -> FakeModels:
    return FakeModels()


def shadowed(number: int = 1, question: str = "a" * 64, version: str = "8") -> Shadowed:
    return Shadowed(
        number=number,
        inputs_digest=question,
        model=ModelRef(name="diagnosis", version=version),
        champion="7",
        answered_at=datetime(2026, 11, 25, tzinfo=UTC),
        ranked=[RankedCondition(condition="cold", probability=0.6)],
        prediction_set=["cold"],
        abstained=False,
    )


def rows(ctx: Context, kind: Any) -> list[Any]:
    found = list(ctx.session.scalars(select(kind)))
    ctx.session.commit()
    return found


def test_the_same_again_changes_nothing(ctx: Make):
    acting = ctx()
    batch = [shadowed(1), shadowed(2, "b" * 64), shadowed(3, version="9")]
    assert service.keep_shadows(acting, batch) == 3
    acting.session.commit()
    assert service.keep_shadows(acting, batch) == 0
    acting.session.commit()
    kept = rows(acting, ShadowAnswer)
    assert {(row.inputs_digest[0], row.model_version) for row in kept} == {
        ("a", "8"), ("b", "8"), ("a", "9"),
    }  # fmt: skip
    told = [row for row in rows(acting, OutboxRow) if row.topic == "shadow.changed"]
    assert {row.entity_id for row in told} == {row.id for row in kept}
    [audited] = [row for row in rows(acting, AuditRow) if row.action == "shadow.keep"]
    assert audited.detail["answers"] == 3


def test_a_differential_keeps_what_it_was_asked_with_and_its_shadow_is_found_by_it(
    client: TestClient, as_actor: Callable[..., dict[str, str]], ctx: Make, models: FakeModels
):
    doctor = ctx("doctor")
    patient = seeds.add_patient(doctor.session)
    seeds.add_concepts(doctor.session)
    seeds.grant(doctor.session, patient, doctor.actor.id)
    doctor.session.commit()
    headers = as_actor("doctor", id=doctor.actor.id)
    visit = client.post(f"/api/patients/{patient}/encounters", json={}, headers=headers).json()[
        "id"
    ]
    found = {"present": ["fever"], "absent": ["rash"]}
    client.put(f"/api/encounters/{visit}/findings", json=found, headers=headers)
    client.post(f"/api/encounters/{visit}/differential", headers=headers)
    client.post(f"/api/encounters/{visit}/next-question", headers=headers)
    [differential, question] = sorted(rows(doctor, Advice), key=lambda row: row.id)
    assert differential.inputs["present"] == ["fever"]
    assert differential.inputs["absent"] == ["rash"]
    assert differential.inputs["district"] == "south"
    assert patient not in str(differential.inputs)
    assert question.inputs is None
    # What the service reckons from the request it was sent.
    assert differential.inputs_digest == digest(models.asked[0])
    told = [row.entity_id for row in rows(doctor, OutboxRow) if row.topic == "advice.changed"]
    assert told == [differential.id]

    acting = ctx()
    service.keep_shadows(acting, [shadowed(question=differential.inputs_digest)])
    acting.session.commit()
    decision = {"decision": "rejected", "reason": "Koplik's spots"}
    client.post(f"/api/advice/{differential.id}/decision", json=decision, headers=headers)
    told = [row.entity_id for row in rows(doctor, OutboxRow) if row.topic == "advice.changed"]
    assert told == [differential.id] * 2
    listed = client.get("/api/advice", headers=headers).json()
    assert {row["model_version"] for row in listed} == {"7"}
