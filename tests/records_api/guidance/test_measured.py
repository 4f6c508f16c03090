"""A visit's measurements count wherever its findings do, by the catalogue of Delhi."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from knowledge import catalogue
from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database
from records_api.encounters import service
from records_api.encounters.rules import VITALS
from records_api.encounters.schemas import EncounterIn, FindingsIn, VitalIn
from records_api.patients.tables import Patient
from records_api.scheduling.rules import URGENCIES
from records_api.terminology import service as terminology
from sehat.terminology import terms
from tests.records_api.models.fake import FakeModels

SPO2, BREATHS, TEMP = "59408-5", "9279-1", "8310-5"
Measure = Callable[..., None]
Say = Callable[..., None]
Post = Callable[..., Any]


@pytest.fixture
def opened(doctor: Context, patient: str) -> str:
    terminology.add_many(Context(doctor.session, SYSTEM), terms(catalogue.delhi()), source="test")
    encounter = service.open_encounter(doctor, patient, EncounterIn(complaint="Breathless"))
    doctor.session.commit()
    return encounter.id


@pytest.fixture
def measure(client: TestClient, headers: dict[str, str], opened: str) -> Measure:
    def record(**values: float) -> None:
        """`spo2=88` and the like."""
        codes = {"spo2": SPO2, "breaths": BREATHS, "temp": TEMP}
        taken = [
            VitalIn(code=codes[name], value=Decimal(str(value)), unit=VITALS[codes[name]].unit)
            for name, value in values.items()
        ]
        body = {"vitals": [vital.model_dump(mode="json") for vital in taken]}
        at = f"/api/encounters/{opened}/vitals"
        answer = client.post(at, json=body, headers=headers | {"Idempotency-Key": str(uuid4())})
        assert answer.status_code == 201, answer.text

    return record


@pytest.fixture
def say(doctor: Context, opened: str) -> Say:
    def record(**answers: list[str]) -> None:
        service.record_findings(doctor, opened, FindingsIn(**answers))
        doctor.session.commit()

    return record


def flags(told: Any) -> set[str]:
    return {finding["code"] for warning in told["warnings"] for finding in warning["findings"]}


@pytest.mark.parametrize("down", [False, True], ids=["models up", "models down"])
def test_low_oxygen_raises_urgency_with_and_without_models(
    measure: Measure, post: Post, told: Any, models: FakeModels, down: bool
):
    models.down = down
    assert post()["urgency"] == told()["urgency"] == "routine"
    measure(spo2=88)
    for said in (post(), told(), post(present=["cough"])):
        assert said["urgency"] != "routine"
        assert "very_low_oxygen" in flags(said)
        assert said["disputed"] == []


def test_what_was_not_measured_is_unknown_and_not_absent(
    measure: Measure, post: Post, models: FakeModels
):
    post()
    assert (models.asked[-1].present, models.asked[-1].absent) == ([], [])
    measure(temp=36.8)
    post()
    assert models.asked[-1].present == []
    assert models.asked[-1].absent == ["temp_over_38", "temp_over_40"]


def test_a_measurement_adds_what_the_screen_does_not_say(
    measure: Measure, post: Post, say: Say, models: FakeModels
):
    measure(spo2=88, temp=36.8)
    say(present=["fever"])
    post(present=["cough", "temp_over_38"], absent=["low_oxygen"], unknown=["temp_over_40"])
    asked = models.asked[-1]
    assert set(asked.present) == {"cough", "temp_over_38", "very_low_oxygen"}
    assert set(asked.absent) == {"low_oxygen", "temp_over_40"}


@pytest.mark.parametrize("screen", [{}, {"present": ["cough"]}])
def test_what_was_measured_is_not_asked_again(
    measure: Measure, post: Post, models: FakeModels, screen: Any
):
    measure(spo2=92)
    post("next-question", **screen)
    assert "low_oxygen" in models.asked[-1].present
    assert "very_low_oxygen" in models.asked[-1].absent


def test_a_later_measurement_replaces_an_earlier_one(measure: Measure, told: Any):
    measure(spo2=88)
    assert told()["urgency"] == "soon"
    measure(spo2=97)
    assert told()["urgency"] == "routine"


def test_a_red_flag_that_is_measured_never_lowers_urgency(measure: Measure, say: Say, told: Any):
    for present in (["cough"], ["chest_indrawing"], ["temp_over_38"], ["very_low_oxygen"]):
        say(present=present)
    for taken in ({"temp": 36.5}, {"spo2": 96}, {"spo2": 88}, {"temp": 40.4}, {"breaths": 44}):
        before = told()
        measure(**taken)
        after = told()
        assert URGENCIES.index(after["urgency"]) <= URGENCIES.index(before["urgency"])
        assert flags(before) <= flags(after)


def test_a_person_s_word_goes_first_and_the_difference_is_told(
    measure: Measure, say: Say, post: Post, told: Any
):
    measure(spo2=88)
    say(absent=["very_low_oxygen"])
    said = post("differential", "hi")
    assert "very_low_oxygen" not in flags(said)
    assert said["disputed"] == [
        {
            "code": "very_low_oxygen",
            "name": "ऑक्सीजन 90 प्रतिशत से कम",
            "measured": "present",
            "counts": "absent",
        }
    ]
    assert told()["disputed"][0]["name"] == "Oxygen saturation below 90 %"
    measure(spo2=87)
    assert told()["urgency"] == "soon", "worse since it was denied"
    assert told()["disputed"][0]["counts"] == "present"


@pytest.mark.parametrize(("days", "fast"), [(200, False), (400, True), (9000, True)])
def test_breathing_is_judged_by_the_patient_s_age(
    measure: Measure, post: Post, models: FakeModels, doctor: Context, patient: str, opened: str,
    days: int, fast: bool,
):  # fmt: skip
    row = doctor.session.get(Patient, patient)
    assert row is not None
    began = service.read(doctor, opened).started_at.date()
    row.birth_date = began - timedelta(days=days)
    doctor.session.commit()
    measure(breaths=44)
    post()
    assert ("fast_breathing" in models.asked[-1].present) is fast
    assert ("fast_breathing" in models.asked[-1].absent) is not fast


def test_a_card_counts_measurements_and_tells_the_difference(
    client: TestClient, headers: dict[str, str], patient: str, measure: Measure, say: Say
):
    def card() -> Any:
        body = {
            "hook": "patient-view",
            "hookInstance": str(uuid4()),
            "context": {"userId": "Practitioner/d1", "patientId": patient},
        }
        at = "/api/cds-services/sehat-patient-view"
        [told] = client.post(at, json=body, headers=headers).json()["cards"]
        return told

    measure(spo2=88)
    assert card()["indicator"] == "warning"
    assert "differ" not in card()["detail"]
    say(absent=["very_low_oxygen"])
    assert "Recorded and measured differ: Oxygen saturation below 90 %" in card()["detail"]


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_a_visit_without_measurements_costs_one_question(
    database: Database, measure: Measure, post: Post
):
    """One for the vital signs; with any, one more for the findings that they may decide."""
    counts = []
    for taken in ({}, {"spo2": 97}, {"spo2": 98, "temp": 36.8}):
        if taken:
            measure(**taken)
        post()
        with statements(database) as seen:
            post()
        assert sum("FROM vitals" in text for text in seen) == 1
        counts.append(len(seen))
    assert counts[1] - counts[0] <= 2  # and one that names what the model weighs
    assert counts[2] == counts[1]
