from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from records_api.advice.tables import Advice
from records_api.core.context import Context
from records_api.core.db import Database, utcnow
from records_api.scheduling.triage import RULES
from tests.records_api.models import seeds
from tests.records_api.models.fake import FakeModels

Headers = dict[str, str]
Clinic = Callable[..., str]


def ask(client: TestClient, headers: Headers, patient: str, **more: Any) -> Any:
    answer = client.post("/api/triage", json={"patient_id": patient, **more}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def advice(database: Database) -> list[Advice]:
    with database.session() as session:
        return list(session.scalars(select(Advice).order_by(Advice.asked_at)))


def test_the_model_says_where_and_how_soon(
    client: TestClient,
    own: Headers,
    patient: str,
    models: FakeModels,
    open_clinic: Clinic,
    database: Database,
):
    open_clinic(specialty="cardiology")
    models.specialty = "cardiology"
    said = ask(client, own, patient, complaint="Fever since Monday, no cough", present=["rash"])
    assert (said["specialty"], said["urgency"], said["degraded"]) == ("cardiology", "soon", False)
    assert (said["present"], said["absent"]) == (["fever", "rash"], ["cough"])
    assert (said["model"], said["model_version"]) == ("diagnosis", "7")
    [request] = models.asked
    assert (request.present, request.absent) == (["fever", "rash"], ["cough"])
    [kept] = advice(database)
    assert (kept.capability, kept.patient_id) == ("triage", patient)
    assert kept.answer["differential"]["ranked"][0]["condition"] == "flu"


def test_an_urgent_answer_sends_to_the_emergency(
    client: TestClient, own: Headers, patient: str, models: FakeModels
):
    models.urgent = True
    said = ask(client, own, patient, complaint="fever")
    assert (said["urgency"], said["emergency"], said["specialty"]) == ("now", True, "emergency")


def test_a_red_flag_is_not_overruled_by_the_model(
    client: TestClient, own: Headers, patient: str, models: FakeModels
):
    models.ranked, models.urgent = [("cold", 1.0)], False
    said = ask(client, own, patient, complaint="cough and chest pain")
    assert models.asked
    assert said["emergency"]
    assert said["flags"] == ["chest pain"]


def test_a_harmless_answer_can_wait(
    client: TestClient, own: Headers, patient: str, models: FakeModels
):
    models.ranked = [("cold", 1.0)]
    assert ask(client, own, patient, complaint="cough")["urgency"] == "routine"


def test_nobody_is_sent_to_a_clinic_that_does_not_exist(
    client: TestClient, own: Headers, patient: str, models: FakeModels
):
    models.specialty = "tropical neurosurgery"
    assert ask(client, own, patient, complaint="fever")["specialty"] == "general medicine"


def test_without_the_model_the_rules_answer_and_say_so(
    client: TestClient, own: Headers, patient: str, models: FakeModels, database: Database
):
    models.down = True
    said = ask(client, own, patient, complaint="तेज़ बुख़ार, खाँसी")
    assert (said["urgency"], said["degraded"]) == ("soon", True)
    assert (said["model"], said["model_version"]) == (RULES, None)
    [kept] = advice(database)
    assert kept.degraded


def test_words_that_no_model_knows_are_left_to_the_rules(
    client: TestClient, own: Headers, patient: str, models: FakeModels
):
    said = ask(client, own, patient, complaint="my knee makes a noise")
    assert models.asked == []
    assert (said["model"], said["degraded"], said["urgency"]) == (RULES, False, "routine")


def test_the_history_counts_only_for_who_may_see_it(
    client: TestClient,
    own: Headers,
    headers: Headers,
    patient: str,
    models: FakeModels,
):
    ask(client, own, patient, complaint="fever")
    ask(client, headers, patient, complaint="fever")
    assert [request.patient_id for request in models.asked] == [patient, None]


def test_nobody_is_triaged_by_a_stranger(
    client: TestClient, as_actor: Callable[..., Headers], own: Headers, patient: str, clerk: Context
):
    other = seeds.add_patient(clerk.session, 2)
    clerk.session.commit()
    body = {"patient_id": other, "complaint": "fever"}
    assert client.post("/api/triage", json=body, headers=own).status_code == 403
    assert client.post("/api/triage", json=body, headers=as_actor("doctor")).status_code == 403


def test_the_triage_is_kept_with_the_booking(
    client: TestClient, own: Headers, patient: str, open_clinic: Clinic, database: Database
):
    said = ask(client, own, patient, complaint="fever")
    body = {"session_id": open_clinic(), "patient_id": patient, "advice_id": said["advice_id"]}
    booked = client.post("/api/bookings", json=body, headers=own)
    assert booked.status_code == 201, booked.text
    assert booked.json()["advice_id"] == said["advice_id"]
    assert booked.json()["urgency"] == said["urgency"] == "soon"
    [kept] = advice(database)
    assert kept.subject_id == booked.json()["id"]
    assert kept.decision == "accepted", "booked where it was suggested"
    body["session_id"] = open_clinic()
    again = client.post("/api/bookings", json=body, headers=own)
    assert again.status_code == 409, "a triage serves one booking"


def test_booking_elsewhere_is_a_decision_too(
    client: TestClient, own: Headers, patient: str, open_clinic: Clinic, database: Database
):
    said = ask(client, own, patient, complaint="chest pain")
    body = {"session_id": open_clinic(), "patient_id": patient, "advice_id": said["advice_id"]}
    assert client.post("/api/bookings", json=body, headers=own).status_code == 201
    [kept] = advice(database)
    assert (kept.decision, kept.decision_reason) == ("rejected", "booked: general medicine")


def test_a_complaint_is_triaged_while_booking(
    client: TestClient,
    own: Headers,
    patient: str,
    models: FakeModels,
    open_clinic: Clinic,
    database: Database,
):
    body = {"session_id": open_clinic(), "patient_id": patient, "complaint": "fever"}
    booked = client.post("/api/bookings", json=body, headers=own).json()
    assert booked["triage"]["present"] == ["fever"]
    [kept] = advice(database)
    assert (booked["advice_id"], booked["id"]) == (kept.id, kept.subject_id)
    assert len(models.asked) == 1


def test_a_lost_place_does_not_lose_the_answer(
    client: TestClient,
    own: Headers,
    patient: str,
    models: FakeModels,
    open_clinic: Clinic,
    database: Database,
):
    clinic = open_clinic(places=1)

    def somebody_is_quicker() -> None:
        models.during = None
        with database.transaction() as session:
            from records_api.scheduling import repository

            repository.claim_place(session, clinic, "somebody's")

    models.during = somebody_is_quicker
    body = {"session_id": clinic, "patient_id": patient, "complaint": "fever"}
    answer = client.post("/api/bookings", json=body, headers=own)
    assert answer.status_code == 409
    assert len(advice(database)) == 1


@pytest.mark.parametrize("whose", ["another", "old", "none", "not triage"])
def test_a_triage_that_does_not_fit_is_refused(
    client: TestClient,
    headers: Headers,
    patient: str,
    open_clinic: Clinic,
    clerk: Context,
    database: Database,
    whose: str,
):
    other = seeds.add_patient(clerk.session, 2)
    clerk.session.commit()
    asked_for = other if whose == "another" else patient
    said = ask(client, headers, asked_for, complaint="fever")["advice_id"]
    with database.transaction() as session:
        row = session.scalars(select(Advice)).one()
        if whose == "old":
            row.asked_at = utcnow() - timedelta(hours=25)
        if whose == "not triage":
            row.capability = "diagnosis"
    body = {
        "session_id": open_clinic(),
        "patient_id": patient,
        "advice_id": "nothing" if whose == "none" else said,
    }
    answer = client.post("/api/bookings", json=body, headers=headers)
    assert answer.status_code == (422 if whose == "old" else 404)
