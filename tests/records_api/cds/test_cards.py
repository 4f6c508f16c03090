from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from records_api.advice.tables import Advice
from records_api.cds import cards as wording
from records_api.core.audit import AuditRow
from records_api.core.context import Context
from records_api.encounters import service
from records_api.encounters.schemas import EncounterIn, FindingsIn
from records_api.terminology.tables import Concept
from tests.records_api.cds.conftest import START, VIEW, Call, bundle, observation
from tests.records_api.models import seeds
from tests.records_api.models.fake import FakeModels

Rows = Callable[..., list[Any]]


def test_discovery_needs_no_sign_in_and_tells_all_a_client_needs(client: TestClient):
    answer = client.get("/api/cds-services", headers={"Accept-Language": "hi"})
    assert answer.status_code == 200
    services = {service["id"]: service for service in answer.json()["services"]}
    assert {name: s["hook"] for name, s in services.items()} == {
        VIEW: "patient-view",
        START: "encounter-start",
    }
    for said in services.values():
        assert said["prefetch"]["patient"] == "Patient/{{context.patientId}}"
        assert {"conditions", "observations"} < said["prefetch"].keys()
        assert "सेहत" in said["usageRequirements"]
        assert said["title"]
        assert said["description"]


def test_nobody_waits_while_a_card_is_put_into_words(
    cards: Call, opened: str, rows: Rows, monkeypatch: pytest.MonkeyPatch
):
    """On SQLite a session that has written holds up all others until it commits."""
    kept: list[int] = []
    worded = wording.differential

    def watched(*given: Any) -> Any:
        kept.append(len(rows(Advice)))
        return worded(*given)

    monkeypatch.setattr(wording, "differential", watched)
    cards()
    assert kept == [1]


def test_the_open_visit_becomes_a_card(cards: Call, opened: str, models: FakeModels, rows: Rows):
    [card] = cards()
    assert (models.asked[0].present, models.asked[0].absent) == (["fever"], ["rash"])
    assert card["summary"] == "Likely: Influenza 70 %, Common cold 30 %"
    assert card["indicator"] == "info"
    assert "1. **Influenza (J11)** 70 %" in card["detail"]
    assert "for: Fever" in card["detail"]
    assert "one of these: Influenza, Common cold" in card["detail"]
    assert card["source"]["label"] == "Sehat"
    assert card["source"]["topic"]["code"]
    assert card["links"][0]["url"] == f"http://testserver/doctor/encounters/{opened}"
    assert card["links"][0]["type"] == "absolute"
    assert "other-diagnosis" in {reason["code"] for reason in card["overrideReasons"]}
    assert "suggestions" not in card
    [kept] = rows(Advice)
    assert (kept.id, kept.subject_id) == (card["uuid"], opened)


def test_the_visit_that_is_named_is_the_one_that_counts(
    doctor: Context, patient: str, cards: Call, opened: str, rows: Rows
):
    later = service.open_encounter(doctor, patient, EncounterIn()).id
    doctor.session.commit()
    assert cards() == [], "the latest visit has no finding yet"
    [card] = cards("encounter-start", context={"encounterId": opened})
    assert card["links"][0]["url"].endswith(opened)
    assert later not in card["links"][0]["url"]
    assert cards("encounter-start", context={"encounterId": "their-own-17"}) == []
    assert len(rows(Advice)) == 1


def test_a_visit_of_another_patient_is_a_mistake(
    client: TestClient, doctor: Context, headers: dict[str, str], body: Any, patient: str
):
    other = seeds.add_patient(doctor.session, 2)
    seeds.grant(doctor.session, other, doctor.actor.id)
    theirs = service.open_encounter(doctor, other, EncounterIn()).id
    doctor.session.commit()
    call = body("encounter-start", context={"encounterId": theirs})
    answer = client.post(f"/api/cds-services/{START}", json=call, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "context.encounterId"


def test_without_a_visit_the_card_rests_on_what_was_sent(
    cards: Call, patient: str, models: FakeModels, rows: Rows
):
    assert cards() == []
    [card] = cards(prefetch={"observations": observation("cough")})
    assert models.asked[0].present == ["cough"]
    assert card["links"][0]["url"].endswith(f"/doctor/patients/{patient}")
    assert "rests on: 1." in card["detail"]
    [kept] = rows(Advice)
    assert kept.subject_id.startswith("cds:")
    assert kept.patient_id == patient


def test_what_cannot_wait_is_critical_and_named_before_what_is_likeliest(
    cards: Call, opened: str, models: FakeModels
):
    models.urgent = True
    models.ranked = [("cold", 0.9), ("mi", 0.08), ("flu", 0.02)]
    [card] = cards()
    assert card["indicator"] == "critical"
    assert card["summary"] == "Cannot wait: Heart attack 8 %"
    assert "Act first." in card["detail"]


def test_an_urgent_condition_that_is_not_in_sight_is_not_made_up(
    cards: Call, opened: str, models: FakeModels
):
    models.urgent = True
    [card] = cards()
    assert card["summary"] == "A condition that cannot wait is probable enough. Act first."


@pytest.fixture
def flagged(doctor: Context, opened: str) -> str:
    """A visit whose findings are a red flag of a condition that nobody ranks."""
    seeds.add_guidance(doctor.session)
    found = FindingsIn(present=["chest_pain", "sweating"])
    service.record_findings(doctor, opened, found)
    doctor.session.commit()
    return opened


@pytest.mark.parametrize("down", [False, True])
def test_a_red_flag_makes_a_card_critical_with_and_without_a_model(
    cards: Call, flagged: str, models: FakeModels, down: bool
):
    models.down = down
    [card] = cards()
    assert card["indicator"] == "critical"
    assert card["summary"] == "Cannot wait: Chest pain + Sweating (Heart attack)"
    assert "**Red flag: Chest pain \\+ Sweating, in Heart attack.**" in card["detail"]
    assert ("does not answer" in card["detail"]) == down
    assert card["links"][1] == {
        "label": "Guidelines for acute coronary syndromes, European Society of Cardiology, 2023",
        "url": "https://guidelines.example/acs",
        "type": "absolute",
    }


def test_flags_go_before_the_model_s_own_alarm(cards: Call, flagged: str, models: FakeModels):
    models.urgent = True
    models.ranked = [("cold", 0.9), ("mi", 0.1)]
    [card] = cards(language="hi")
    assert card["summary"].endswith("सीने में दर्द + Sweating (Heart attack); Heart attack 10 %")


def test_a_flag_that_can_wait_a_little_is_a_warning(
    doctor: Context, cards: Call, flagged: str, models: FakeModels
):
    answers = FindingsIn(present=["cough"], absent=["sweating"])
    service.record_findings(doctor, flagged, answers)
    doctor.session.commit()
    [card] = cards()
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Likely: Influenza")
    assert "Red flag: Chest pain, in Influenza." in card["detail"]
    models.abstained = True
    assert cards()[0]["summary"] == "Do not miss: Chest pain (Influenza)"
    models.down = True
    assert cards()[0]["summary"] == "Do not miss: Chest pain (Influenza)"
    assert cards()[0]["indicator"] == "warning"


def test_ten_thousand_findings_hide_no_flag(doctor: Context, cards: Call, flagged: str):
    doctor.session.add_all(
        Concept(
            code=f"a{n:05}", kind="finding", name_en="x", source="t", recorded_at=seeds.LONG_AGO
        )
        for n in range(500)
    )
    other = service.open_encounter(doctor, service.read(doctor, flagged).patient_id, EncounterIn())
    doctor.session.commit()
    sent = [observation(f"a{n:05}") for n in range(500)]
    sent += [observation("chest_pain"), observation("sweating")]
    [card] = cards(context={"encounterId": other.id}, prefetch={"o": bundle(*sent)})
    assert card["indicator"] == "critical"


def test_what_to_do_next_and_what_forbids_it_stand_on_the_card(
    doctor: Context, cards: Call, flagged: str, models: FakeModels
):
    models.ranked = [("mi", 1.0)]
    service.record_findings(doctor, flagged, FindingsIn(present=["known_asthma"]))
    doctor.session.commit()
    [card] = cards()
    assert "first tests: ECG within 10 minutes, Troponin" in card["detail"]
    assert "stands for this patient: No beta-blocker in asthma." in card["detail"]
    assert "kidney" not in card["detail"], "what the record does not say is for the page"


def test_a_grave_condition_that_is_not_ruled_out_is_a_warning(
    cards: Call, opened: str, models: FakeModels
):
    models.ranked = [("cold", 0.9), ("mi", 0.1)]
    assert cards()[0]["indicator"] == "warning"


def test_what_no_record_has_shown_is_said_to_be_by_the_catalogue(
    cards: Call, opened: str, models: FakeModels
):
    models.by_catalogue = {"cold"}
    [card] = cards()
    flu, cold = card["detail"].split("2. **")
    assert "By the catalogue only" not in flu
    assert "By the catalogue only: the model learned it from no case here." in cold


def test_a_model_that_abstains_says_why(cards: Call, opened: str, models: FakeModels):
    models.abstained = True
    [card] = cards()
    assert card["summary"] == "Too little is known for a diagnosis"
    assert "too little is known" in card["detail"]


def test_without_a_model_one_card_says_so(cards: Call, opened: str, models: FakeModels, rows: Rows):
    models.down = models.urgent = True
    [card] = cards()
    assert card["indicator"] == "info"
    assert "does not answer" in card["summary"]
    assert "No model answers" in card["detail"]
    [kept] = rows(Advice)
    assert kept.degraded
    assert kept.id == card["uuid"]


def test_summaries_are_short_whatever_conditions_are_called(
    doctor: Context, cards: Call, opened: str, models: FakeModels
):
    models.ranked = [(f"{place}-" + "x" * 90, 0.3) for place in range(3)]
    [card] = cards()
    assert len(card["summary"]) < 140


def test_cards_speak_hindi(cards: Call, opened: str):
    [card] = cards(language="hi-IN,en;q=0.5")
    assert card["summary"].startswith("संभावित: फ्लू 70 %")
    assert "पक्ष में: बुखार" in card["detail"]


@pytest.mark.parametrize("who", ["the doctor's patient", "nobody"])
def test_a_closed_record_gives_a_card_that_tells_nothing(
    client: TestClient,
    as_actor: Callable[..., dict[str, str]],
    body: Callable[..., dict[str, Any]],
    opened: str,
    patient: str,
    models: FakeModels,
    rows: Rows,
    who: str,
):
    number = patient if who == "the doctor's patient" else "n" * 64
    call = body(context={"patientId": number}, prefetch={"o": observation("fever")})
    answer = client.post(f"/api/cds-services/{VIEW}", json=call, headers=as_actor("doctor"))
    assert answer.status_code == 200
    [card] = answer.json()["cards"]
    assert "consent" in card["summary"]
    assert "uuid" not in card
    assert number not in answer.text
    assert models.asked == []
    assert rows(Advice) == []
    refused = [row for row in rows(AuditRow) if row.action == "access.refused"]
    assert [row.patient_id for row in refused] == [patient if number == patient else None]


def test_only_those_who_treat_may_ask(
    client: TestClient, as_actor: Callable[..., dict[str, str]], body: Any, opened: str
):
    at = f"/api/cds-services/{VIEW}"
    assert client.post(at, json=body()).status_code == 401
    for role in ("clerk", "resident", "planner", "admin"):
        assert client.post(at, json=body(), headers=as_actor(role)).status_code == 403


def test_calls_are_audited_with_who_asked_there(cards: Call, opened: str, patient: str, rows: Rows):
    cards()
    told = [row for row in rows(AuditRow) if row.patient_id == patient]
    assert [row.action for row in told][-3:] == ["cds.patient-view", "cds.call", "advice.keep"]
    assert told[-2].detail["user"] == "Practitioner/d1"
