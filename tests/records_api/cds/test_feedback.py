from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from records_api.advice.tables import Advice
from records_api.consent.tables import Grant
from records_api.core.audit import AuditRow
from records_api.core.db import utcnow
from tests.records_api.cds.conftest import START, VIEW, Call

Rows = Callable[..., list[Any]]
AT = f"/api/cds-services/{VIEW}/feedback"
OTHER = {"reason": {"code": "other-diagnosis"}, "userComment": "Typical measles rash"}


def said(card: str, outcome: str = "accepted", **fields: Any) -> dict[str, Any]:
    return {"card": card, "outcome": outcome, "outcomeTimestamp": utcnow().isoformat()} | fields


@pytest.fixture
def card(cards: Call, opened: str) -> str:
    number: str = cards()[0]["uuid"]
    return number


@pytest.fixture
def tell(client: TestClient, headers: dict[str, str]) -> Call:
    return lambda *items: client.post(AT, json={"feedback": list(items)}, headers=headers)


def test_an_accepted_card_is_accepted_advice(tell: Call, card: str, rows: Rows):
    answer = tell(said(card))
    assert answer.status_code == 200, answer.text
    assert answer.content == b""
    [kept] = rows(Advice)
    assert (kept.decision, kept.decision_reason) == ("accepted", None)
    assert rows(AuditRow)[-1].action == "cds.feedback"


@pytest.mark.parametrize(
    ("why", "kept_reason"),
    [
        (OTHER, "other-diagnosis: Another diagnosis is more likely. Typical measles rash"),
        ({"reason": {"code": "x1", "display": "Ours"}}, "x1: Ours"),
        ({"reason": {"code": "x1"}}, "x1"),
        ({"userComment": " No. "}, "No."),
        ({"userComment": "  "}, "No reason was given."),
        (None, "No reason was given."),
    ],
)
def test_an_overridden_card_is_rejected_advice_with_its_reason(
    tell: Call, card: str, rows: Rows, why: Any, kept_reason: str
):
    assert tell(said(card, "overridden", overrideReason=why)).status_code == 200
    [kept] = rows(Advice)
    assert (kept.decision, kept.decision_reason) == ("rejected", kept_reason)


def test_a_long_comment_is_shortened_not_refused(tell: Call, card: str, rows: Rows):
    why = {"userComment": "x" * 5000}
    assert tell(said(card, "overridden", overrideReason=why)).status_code == 200
    assert len(rows(Advice)[0].decision_reason) == 500


def test_the_same_again_changes_nothing_and_another_outcome_is_a_conflict(
    tell: Call, card: str, rows: Rows
):
    for _ in range(2):
        assert tell(said(card, "overridden", overrideReason=OTHER)).status_code == 200
    [kept] = rows(Advice)
    decided = kept.decided_at
    answer = tell(said(card))
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["field"] == "feedback.0.outcome"
    assert rows(Advice)[0].decided_at == decided


def test_unknown_cards_are_named_and_nothing_is_half_written(tell: Call, card: str, rows: Rows):
    strange = [str(uuid4()), str(uuid4())]
    answer = tell(said(card), *map(said, strange))
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["errors"][0]["field"] == "feedback.1.card"
    assert all(number in problem["detail"] for number in strange)
    assert card not in problem["detail"]
    assert rows(Advice)[0].decision is None


def test_a_late_mistake_undoes_the_whole_list(tell: Call, cards: Call, card: str, rows: Rows):
    second = cards()[0]["uuid"]
    late = said(second) | {"outcomeTimestamp": (utcnow() + timedelta(days=1)).isoformat()}
    answer = tell(said(card), late)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "feedback.1.outcomeTimestamp"
    assert [row.decision for row in rows(Advice)] == [None, None]


def test_advice_that_is_no_card_takes_no_feedback(
    client: TestClient, headers: dict[str, str], tell: Call, opened: str, rows: Rows
):
    draft = client.post("/api/differential", json={}, headers=headers).json()["advice_id"]
    desk = client.post(f"/api/encounters/{opened}/differential", headers=headers).json()
    for advice in (draft, desk["advice_id"]):
        assert tell(said(advice)).status_code == 422
    assert {row.decision for row in rows(Advice)} == {None}


def test_a_card_of_one_service_takes_no_feedback_at_another(
    client: TestClient, headers: dict[str, str], card: str
):
    body = {"feedback": [said(card)]}
    at = f"/api/cds-services/{START}/feedback"
    assert client.post(at, json=body, headers=headers).status_code == 422


def test_feedback_needs_consent_and_a_doctor(
    client: TestClient,
    as_actor: Callable[..., dict[str, str]],
    tell: Call,
    card: str,
    rows: Rows,
    doctor: Any,
):
    for role in ("doctor", "nurse"):
        answer = client.post(AT, json={"feedback": [said(card)]}, headers=as_actor(role))
        assert answer.status_code == 403
    for grant in rows(Grant):
        grant.closed_at = utcnow()
    doctor.session.commit()
    assert tell(said(card)).status_code == 403
    assert rows(Advice)[0].decision is None


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({"card": "x"}, "feedback.0.card"),
        ({"outcome": "ignored"}, "feedback.0.outcome"),
        ({"outcomeTimestamp": "yesterday"}, "feedback.0.outcomeTimestamp"),
        ({"outcomeTimestamp": "2026-01-01T10:00:00"}, "feedback.0.outcomeTimestamp"),
        ({"overrideReason": "no"}, "feedback.0.overrideReason"),
        ({"overrideReason": {"userComment": "a\0b"}}, "feedback.0.overrideReason.userComment"),
        ({"overrideReason": {"reason": {}}}, "feedback.0.overrideReason.reason.code"),
    ],
)
def test_wrong_feedback_is_named(tell: Call, patient: str, item: dict[str, Any], field: str):
    answer = tell(said(str(uuid4())) | item)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_no_feedback_and_no_service_are_refused(
    client: TestClient, headers: dict[str, str], tell: Call, patient: str
):
    assert tell().status_code == 422
    items = {"feedback": [said(str(uuid4()))]}
    at = "/api/cds-services/none/feedback"
    assert client.post(at, json=items, headers=headers).status_code == 404
