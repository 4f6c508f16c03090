from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from records_api.core.audit import AuditRow, OutboxRow
from records_api.core.context import Context
from records_api.core.db import utcnow
from records_api.drift import rules, service
from records_api.drift.schemas import Report
from tests.records_api.drift.reports import report

Headers = Callable[..., dict[str, str]]
Make = Callable[..., Context]


def keep(ctx: Context, level: str = "alarm") -> str:
    row = service.keep(ctx, report(level))
    ctx.session.commit()
    return row.id


def test_a_report_is_listed_and_read_whole(client: TestClient, as_actor: Headers, ctx: Make):
    row_id = keep(ctx())
    planner = as_actor("planner")
    [line] = client.get("/api/drift", headers=planner).json()
    assert (line["id"], line["level"], line["model_version"]) == (row_id, "alarm", "3")
    answer = client.get(f"/api/drift/{row_id}", headers=planner).json()
    assert (answer["stale"], answer["problem"]) == (False, None)
    assert Report.model_validate(answer["report"]) == report()


def test_an_alarm_reaches_audit_and_outbox(ctx: Make):
    acting = ctx()
    keep(acting, "steady")
    alarm = keep(acting)
    service.keep_failure(acting, "diagnosis", None, "no champion")
    acting.session.commit()
    audited = acting.session.scalars(
        select(AuditRow).where(AuditRow.action == "drift.report").order_by(AuditRow.seq)
    ).all()
    assert [row.detail["level"] for row in audited] == ["steady", "alarm", "failed"]
    told = acting.session.scalars(select(OutboxRow).where(OutboxRow.topic.like("drift.%"))).all()
    assert [row.topic for row in told] == ["drift.alarm", "drift.failed"]
    assert told[0].entity_id == alarm


def test_a_failure_says_why(client: TestClient, as_actor: Headers, ctx: Make):
    acting = ctx()
    row = service.keep_failure(acting, "diagnosis", None, "diagnosis has no champion yet")
    acting.session.commit()
    answer = client.get(f"/api/drift/{row.id}", headers=as_actor("doctor")).json()
    assert (answer["level"], answer["report"]) == ("failed", None)
    assert answer["problem"] == "diagnosis has no champion yet"


def test_newest_first_and_an_old_one_is_stale(client: TestClient, as_actor: Headers, ctx: Make):
    acting = ctx()
    old = keep(acting.at(utcnow() - timedelta(days=3)))
    new = keep(acting)
    headers = as_actor("admin")
    assert [row["id"] for row in client.get("/api/drift", headers=headers).json()] == [new, old]
    assert client.get(f"/api/drift/{old}", headers=headers).json()["stale"] is True
    limited = client.get(
        "/api/drift", params={"limit": 1, "capability": "diagnosis"}, headers=headers
    )
    assert [row["id"] for row in limited.json()] == [new]


@pytest.mark.parametrize(
    ("role", "status"),
    [("doctor", 200), ("nurse", 200), ("planner", 200), ("clerk", 403), ("resident", 403)],
)
def test_who_may_read(client: TestClient, as_actor: Headers, role: str, status: int):
    assert client.get("/api/drift", headers=as_actor(role)).status_code == status
    assert client.get("/api/drift").status_code == 401


@pytest.mark.parametrize(
    "params", [{"capability": "weather"}, {"limit": 0}, {"limit": "many"}, {"capability": "\x00"}]
)
def test_wrong_questions_are_told_what_is_wrong(
    client: TestClient, as_actor: Headers, params: dict[str, Any]
):
    answer = client.get("/api/drift", params=params, headers=as_actor("planner"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] in params
    missing = client.get("/api/drift/nothing", headers=as_actor("planner"))
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (404, "report_id")


def test_stale_after_two_nights():
    now = utcnow()
    assert not rules.stale(now - timedelta(hours=49), now)
    assert rules.stale(now - timedelta(hours=51), now)
