import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from records_api.advice.tables import Advice
from records_api.core.audit import AuditRow, OutboxRow
from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database, utcnow
from records_api.core.errors import Conflict, Forbidden, Invalid
from records_api.core.keys import vault
from records_api.identity import service
from records_api.identity.rules import LARGEST_FILE
from records_api.identity.schemas import CaptureRecord, DecisionIn, EnrolIn, VerifyIn
from records_api.identity.tables import Capture
from tests.records_api.models import seeds
from tests.records_api.models.fake import FakeModels

Draw = Callable[..., bytes]
Headers = dict[str, str]
YES = EnrolIn(consent=True)


def rows(ctx: Context, table: Any) -> list[Any]:
    ctx.session.commit()
    ctx.session.expire_all()
    found = list(ctx.session.scalars(select(table)))
    ctx.session.commit()
    return found


def post(client: TestClient, at: str, headers: Headers, picture: bytes, **fields: str) -> Any:
    files = {"picture": ("face.exe", picture, "application/x-msdownload")}
    return client.post(at, files=files, data=fields, headers=headers)


@pytest.fixture
def enrolled(clerk: Context, models: FakeModels, patient: str, draw: Draw) -> str:
    capture = service.enrol(clerk, models, patient, YES, draw(1))
    clerk.session.commit()
    models.asked.clear()
    return capture.id


def test_enrol(client: TestClient, headers: Headers, patient: str, clerk: Context, draw: Draw):
    answer = post(client, f"/api/patients/{patient}/captures", headers, draw(), consent="true")
    assert answer.status_code == 201, answer.text
    assert answer.json()["quality"] == 0.9
    assert answer.json()["kept"] is True
    [row] = rows(clerk, Capture)
    assert draw() not in row.picture, "it does not lie open"
    assert vault().decrypt(row.picture) == draw()
    [kept] = rows(clerk, Advice)
    assert (kept.capability, kept.subject_id, kept.score) == ("identity", row.id, 0.9)
    assert [(r.topic, r.entity_id) for r in rows(clerk, OutboxRow)] == [("capture.changed", row.id)]


@pytest.mark.parametrize(
    "fields",
    [
        {"consent": "false"},
        {},
        {"consent": "true", "consented_at": "2999-01-01T00:00:00Z"},
        {"consent": "true", "consented_at": "2026-01-01T00:00:00"},
        {"consent": "true", "facility_id": "nowhere"},
        {"consent": "true", "device": "x" * 101},
    ],
)
def test_no_enrolment_without_consent_or_with_wrong_fields(
    client: TestClient,
    headers: Headers,
    patient: str,
    clerk: Context,
    draw: Draw,
    fields: dict[str, str],
):
    answer = post(client, f"/api/patients/{patient}/captures", headers, draw(), **fields)
    assert answer.status_code == 422
    assert rows(clerk, Capture) == []


def test_what_is_no_picture(client: TestClient, headers: Headers, patient: str, draw: Draw):
    at = f"/api/patients/{patient}/captures"
    for content in (b"nonsense", draw()[:500], bytes(LARGEST_FILE + 10)):
        answer = post(client, at, headers, content, consent="true")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "picture"
    huge = bytes(LARGEST_FILE + 200_000)
    assert post(client, at, headers, huge, consent="true").status_code == 422
    assert client.post(at, data={"consent": "true"}, headers=headers).status_code == 422


def test_a_request_without_a_length_is_refused_unread(
    client: TestClient, headers: Headers, patient: str
):
    answer = client.post(
        f"/api/patients/{patient}/captures",
        content=iter([b"x"]),
        headers=headers | {"Content-Type": "multipart/form-data; boundary=b"},
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Content-Length"


def test_without_the_model_quality_stays_unknown(
    clerk: Context, models: FakeModels, patient: str, draw: Draw
):
    models.down = True
    capture = service.enrol(clerk, models, patient, YES, draw())
    assert capture.quality is None
    assert rows(clerk, Advice) == []


def test_what_the_clerk_can_mend_is_named(
    clerk: Context, models: FakeModels, patient: str, draw: Draw
):
    models.problems = ["too_dark", "turned"]
    capture = service.enrol(clerk, models, patient, YES, draw())
    assert capture.problems == ["too_dark", "turned"]


def test_verify(
    client: TestClient,
    headers: Headers,
    patient: str,
    enrolled: str,
    models: FakeModels,
    clerk: Context,
    draw: Draw,
):
    answer = post(client, f"/api/patients/{patient}/verifications", headers, draw(2))
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert (said["suggestion"], said["score"], said["degraded"]) == ("match", 4.2, False)
    assert said["decision"] is None, "a person decides"
    assert said["enrolled"] == [enrolled]
    [request] = models.asked
    assert request.probe.content == draw(2)
    assert [image.content for image in request.enrolled] == [draw(1)]
    check = next(row for row in rows(clerk, Capture) if row.id == said["id"])
    assert check.purpose == "verification"
    assert check.picture is None, "the probe is forgotten"
    kept = next(row for row in rows(clerk, Advice) if row.id == said["advice_id"])
    assert (kept.subject_id, kept.patient_id, kept.model_version) == (check.id, patient, "7")
    assert kept.answer["decision"] == "match"


def test_a_probe_is_kept_only_at_the_resident_s_wish(
    clerk: Context, models: FakeModels, patient: str, enrolled: str, draw: Draw
):
    said = service.verify(clerk, models, patient, VerifyIn(keep_picture=True), draw(2))
    row = clerk.session.get(Capture, said.id)
    assert row is not None
    assert vault().decrypt(row.picture) == draw(2)
    # A kept probe is no enrolment: the next check does not compare with it.
    again = service.verify(clerk, models, patient, VerifyIn(), draw(3))
    assert again.enrolled == [enrolled]


def test_without_the_model_a_person_looks(
    clerk: Context, models: FakeModels, patient: str, enrolled: str, draw: Draw
):
    models.down = True
    said = service.verify(clerk, models, patient, VerifyIn(), draw(2))
    assert (said.suggestion, said.degraded, said.score) == ("refer", True, None)
    assert said.model == service.FALLBACK
    assert said.reason
    plain, media_type = service.picture(clerk, enrolled)
    assert (plain, media_type) == (draw(1), "image/png")


def test_nobody_enrolled(client: TestClient, headers: Headers, patient: str, draw: Draw):
    answer = post(client, f"/api/patients/{patient}/verifications", headers, draw())
    assert answer.status_code == 409
    assert post(client, "/api/patients/none/verifications", headers, draw()).status_code == 404


def test_the_clerk_decides_and_the_decision_is_the_label(
    client: TestClient,
    headers: Headers,
    clerk: Context,
    models: FakeModels,
    patient: str,
    enrolled: str,
    draw: Draw,
):
    models.decision = "refer"
    said = service.verify(clerk, models, patient, VerifyIn(), draw(2))
    clerk.session.commit()
    at = f"/api/verifications/{said.id}/decision"
    unexplained = client.post(at, json={"decision": "match"}, headers=headers)
    assert unexplained.status_code == 422
    assert unexplained.json()["errors"][0]["field"] == "reason"
    decided = {"decision": "match", "reason": "Same scar, new beard"}
    assert client.post(at, json=decided, headers=headers).json()["decision"] == "match"
    assert client.post(at, json={"decision": "refer"}, headers=headers).status_code == 409
    assert client.post(at, json={"decision": "perhaps"}, headers=headers).status_code == 422
    row = next(row for row in rows(clerk, Capture) if row.id == said.id)
    kept = next(row for row in rows(clerk, Advice) if row.id == said.advice_id)
    assert row.decision == kept.decision == "match"
    assert kept.decision_reason == "Same scar, new beard"


def test_an_enrolment_is_no_check(client: TestClient, headers: Headers, enrolled: str):
    answer = client.post(
        f"/api/verifications/{enrolled}/decision", json={"decision": "match"}, headers=headers
    )
    assert answer.status_code == 404


def test_withdrawing_consent_deletes_the_pictures_at_once(
    client: TestClient,
    as_actor: Callable[..., Headers],
    clerk: Context,
    models: FakeModels,
    patient: str,
    enrolled: str,
    draw: Draw,
    headers: Headers,
):
    service.verify(clerk, models, patient, VerifyIn(keep_picture=True), draw(2))
    other = seeds.add_patient(clerk.session, 2)
    service.enrol(clerk, models, other, YES, draw(9))
    clerk.session.commit()
    own = as_actor("resident", patient_id=patient)
    at = f"/api/patients/{patient}/captures"
    assert client.post(f"{at}/withdraw", headers=own).json() == {"deleted": 2}
    assert client.post(f"{at}/withdraw", headers=own).json() == {"deleted": 0}
    for row in rows(clerk, Capture):
        assert (row.picture is None) == (row.patient_id == patient)
    listed = client.get(at, headers=own).json()
    assert [c["kept"] for c in listed] == [False, False]
    assert client.get(f"/api/captures/{enrolled}/picture", headers=headers).status_code == 404
    with pytest.raises(Conflict):
        service.verify(clerk, models, patient, VerifyIn(), draw(2))


def test_who_may_come_to_the_desk(
    client: TestClient, as_actor: Callable[..., Headers], patient: str, enrolled: str, draw: Draw
):
    at = f"/api/patients/{patient}"
    for role in ("doctor", "pharmacist", "admin", "resident"):
        who = as_actor(role)
        assert post(client, f"{at}/captures", who, draw(), consent="true").status_code == 403
        assert post(client, f"{at}/verifications", who, draw()).status_code == 403
        assert client.get(f"{at}/captures", headers=who).status_code == 403
        assert client.post(f"{at}/captures/withdraw", headers=who).status_code == 403
        assert client.get(f"/api/captures/{enrolled}/picture", headers=who).status_code == 403
    own = as_actor("resident", patient_id=patient)
    assert client.get(f"/api/captures/{enrolled}/picture", headers=own).status_code == 200


def test_the_desk_needs_no_open_record_and_every_step_is_audited(
    clerk: Context, models: FakeModels, patient: str, enrolled: str, draw: Draw
):
    said = service.verify(clerk, models, patient, VerifyIn(), draw(2))
    service.decide(clerk, said.id, DecisionIn(decision="match"))
    service.picture(clerk, enrolled)
    service.captures(clerk, patient)
    service.withdraw(clerk, patient)
    audited = [row.action for row in rows(clerk, AuditRow) if row.patient_id == patient]
    assert [name for name in audited if name.startswith("capture.")] == [
        "capture.enrol",
        "capture.verify",
        "capture.decide",
        "capture.look",
        "capture.list",
        "capture.withdraw",
    ]


def test_no_picture_in_logs_errors_or_reprs(
    clerk: Context,
    models: FakeModels,
    patient: str,
    draw: Draw,
    caplog: pytest.LogCaptureFixture,
    client: TestClient,
    headers: Headers,
):
    broken = draw()[:2000]
    with caplog.at_level(logging.DEBUG):
        answer = post(client, f"/api/patients/{patient}/captures", headers, broken, consent="true")
        service.enrol(clerk, models, patient, YES, draw())
    record = CaptureRecord("c", patient, draw(), utcnow(), utcnow())
    for text in (answer.text, caplog.text, repr(record)):
        assert "IHDR" not in text
        assert repr(broken[20:60])[2:-1] not in text
    for row in rows(clerk, AuditRow):
        assert "picture" not in row.detail


def test_no_transaction_is_open_while_the_model_thinks(
    clerk: Context, models: FakeModels, patient: str, enrolled: str, draw: Draw, database: Database
):
    numbers = iter(range(50, 60))

    def somebody_writes() -> None:
        with database.transaction() as session:
            seeds.add_patient(session, number=next(numbers))

    models.during = somebody_writes
    began = utcnow()
    service.verify(clerk, models, patient, VerifyIn(), draw(2))
    clerk.session.commit()
    service.enrol(clerk, models, patient, YES, draw(3))
    assert utcnow() - began < timedelta(seconds=5)


def test_a_lost_key_is_as_good_as_no_picture(
    clerk: Context, models: FakeModels, patient: str, enrolled: str, draw: Draw
):
    row = clerk.session.get(Capture, enrolled)
    assert row is not None
    row.picture = b"gAAAAABnot-of-this-key"
    clerk.session.commit()
    with pytest.raises(Conflict):
        service.verify(clerk, models, patient, VerifyIn(), draw(2))


def test_an_import_enrols_many(clerk: Context, models: FakeModels, patient: str, draw: Draw):
    then = datetime(2024, 1, 1, tzinfo=UTC)
    system = Context(clerk.session, SYSTEM)
    records = [
        CaptureRecord(f"orl-{n}", patient, draw(n, "PPM"), then, then, recorded_at=then)
        for n in range(3)
    ]
    assert service.enrol_many(system, records, source="orl") == 3
    found = rows(clerk, Capture)
    assert {(r.source, r.recorded_at, r.quality) for r in found} == {("orl", then, None)}
    assert vault().decrypt(found[0].picture).startswith(b"P5")
    assert {r.at for r in rows(clerk, OutboxRow)} == {then}
    said = service.verify(clerk, models, patient, VerifyIn(), draw(2))
    assert len(said.enrolled) == 3
    with pytest.raises(Forbidden):
        service.enrol_many(clerk, records)
    with pytest.raises(Invalid):
        service.enrol_many(system, [CaptureRecord("x", patient, b"no", then, then)])
