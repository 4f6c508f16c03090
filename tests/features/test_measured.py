"""A training row says of a visit what serving says: what was measured in it counts."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from features import store
from features.settings import Settings
from features.views import measured as view
from knowledge import catalogue
from knowledge.concepts import concepts
from records_api.core.db import make_engine
from records_api.encounters import answers
from records_api.encounters.tables import Encounter
from records_api.patients.rules import age_at
from records_api.patients.tables import Patient
from tests.features.world import DAY, HOUR, START, World

NOW = START + 80 * DAY
SPO2, TEMP = "59408-5", "8310-5"
MINUTE = timedelta(minutes=1)
LIMITS = {
    row["code"]: row["detail"]["measured"]
    for row in concepts(catalogue.delhi())
    if row["detail"].get("measured")
}


@pytest.fixture
def world() -> World:
    made = World()
    made.place()
    made.limits(LIMITS)
    return made


@pytest.fixture
def visit(world: World) -> str:
    """At START by somebody of 45, confirmed an hour later."""
    key = world.encounter(START, world.patient(START - DAY), ["E_1"], ["E_2"])
    world.diagnosis(START + HOUR, key, "dengue")
    return key


@pytest.fixture
def row(world: World, visit: str, city: Any, refresh: Callable[..., Any]) -> Callable[[], Any]:
    def read() -> Any:
        city(world)
        refresh(NOW)
        [found] = store.training_set("diagnosis").to_dict("records")
        assert found["encounter_id"] == visit
        return found["present"], found["absent"]

    return read


def test_what_was_measured_counts(world: World, visit: str, row: Callable[[], Any]) -> None:
    world.vital(START, visit, SPO2, 88)
    world.vital(START, visit, TEMP, 36.8)
    assert row() == (
        ["E_1", "low_oxygen", "very_low_oxygen"],
        ["E_2", "temp_over_38", "temp_over_40"],
    )


def test_what_was_not_measured_is_unknown_and_not_absent(row: Callable[[], Any]) -> None:
    assert row() == (["E_1"], ["E_2"])


def test_what_was_known_after_the_diagnosis_or_of_another_visit_does_not(
    world: World, visit: str, row: Callable[[], Any]
) -> None:
    patient = world.patient(START - DAY)
    other = world.encounter(START, patient)
    world.vital(START, other, SPO2, 88)
    world.vital(START + HOUR + MINUTE, visit, SPO2, 88)
    world.vital(START + MINUTE, visit, SPO2, 89, recorded_at=START + DAY)
    world.vital(START + MINUTE, visit, SPO2, 97)
    assert row() == (["E_1"], ["E_2", "low_oxygen", "very_low_oxygen"])


def test_a_measurement_that_was_written_down_before_it_was_made_is_not_known(
    world: World, visit: str, row: Callable[[], Any]
) -> None:
    world.vital(START + 2 * HOUR, visit, SPO2, 88, recorded_at=START)
    assert row() == (["E_1"], ["E_2"])


def test_a_person_s_word_goes_first_unless_it_is_worse_since(
    world: World, visit: str, row: Callable[[], Any]
) -> None:
    world.finding(START, visit, "low_oxygen", "absent")
    world.finding(START + 9 * MINUTE, visit, "very_low_oxygen", "absent")
    world.finding(START, visit, "temp_over_38", "present")
    world.finding(START, visit, "temp_over_40", "unknown")
    world.vital(START + 5 * MINUTE, visit, SPO2, 88)
    world.vital(START + 5 * MINUTE, visit, TEMP, 36.8)
    present, absent = row()
    assert present == ["E_1", "low_oxygen", "temp_over_38"]
    assert absent == ["E_2", "temp_over_40", "very_low_oxygen"]


def test_a_visit_without_findings_has_what_was_measured(
    world: World, row: Callable[[], Any]
) -> None:
    bare = world.encounter(START, world.patient(START - DAY, born="2025-01-01"), facility=None)
    world.vital(START, bare, "9279-1", 39)
    world.diagnosis(START + HOUR, bare, "malaria")
    with pytest.raises(ValueError, match="unpack"):
        row()  # there are two
    rows = store.training_set("diagnosis").set_index("encounter_id")
    assert rows.loc[bare, ["present", "absent"]].tolist() == [[], ["fast_breathing"]]


def test_whoever_has_no_known_birth_date_is_not_judged(
    world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    """Limits go by age, and what was known of this patient then was overwritten."""
    patient = world.patient(START - DAY)
    changes = {"birth_date": date(1999, 1, 1), "updated_at": START + DAY}
    world.add(START + DAY, [], changes=[("patients", {"id": patient}, changes)])
    key = world.encounter(START, patient, ["E_1"])
    world.vital(START, key, SPO2, 88)
    world.diagnosis(START + HOUR, key, "dengue")
    city(world)
    refresh(NOW)
    [found] = store.training_set("diagnosis").to_dict("records")
    assert found["present"] == ["E_1"]
    assert found["age"] != found["age"], "not a number"


def test_a_terminology_without_limits_changes_nothing(
    city: Any, refresh: Callable[..., Any]
) -> None:
    world = World()
    world.place()
    key = world.encounter(START, world.patient(START - DAY), ["E_1"], ["E_2"])
    world.vital(START, key, SPO2, 88)
    world.diagnosis(START + HOUR, key, "dengue")
    world.limits({"odd": "?", "none": None, "E_9": [{"codes": [], "below": 3}]})
    city(world)
    refresh(NOW)
    [found] = store.training_set("diagnosis").to_dict("records")
    assert (found["present"], found["absent"]) == (["E_1"], ["E_2"])


def test_a_store_of_before_has_no_measurements(
    world: World, visit: str, city: Any, refresh: Callable[..., Any]
) -> None:
    world.vital(START, visit, SPO2, 88)
    city(world)
    refresh(NOW)
    path = Settings().extracts / "vitals.parquet"
    path.unlink()
    [found] = store.training_set("diagnosis").to_dict("records")
    assert found["present"] == ["E_1"]
    refresh(NOW)
    assert path.exists(), "it is made anew"


def test_the_age_is_counted_as_the_records_count_it() -> None:
    born = (START - 11_000 * DAY).date()
    for days in range(0, 12_000, 7):
        at = START - 11_000 * DAY + days * DAY
        assert view.age_at(f"{born}", at.replace(tzinfo=None)) == age_at(born, at)


@pytest.mark.parametrize("seed", [1, 2])
def test_training_and_serving_say_the_same(
    seed: int, world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    """Serving is asked when the diagnosis was confirmed, of the records as they are then."""
    draw = random.Random(seed)
    codes = sorted({c for rules in LIMITS.values() for rule in rules for c in rule["codes"]})
    for _ in range(40):
        born = START - draw.choice([20, 300, 1000, 3000, 20_000]) * DAY
        key = world.encounter(START, world.patient(START, born=f"{born:%F}"), ["E_1"], ["E_2"])
        for code in draw.sample(sorted(LIMITS), 3):
            status = draw.choice(["present", "absent", "unknown"])
            world.finding(START + draw.randrange(50) * MINUTE, key, code, status)
        for code in draw.choices(codes, k=draw.randrange(6)):
            known = START + draw.randrange(50) * MINUTE
            value = draw.choice([11, 36.6, 39, 55, 66, 85, 93, 97, 118, 150, 190, 310])
            world.vital(known - draw.randrange(3) * MINUTE, key, code, value, known)
        world.diagnosis(START + HOUR, key, "dengue")
    url = city(world)
    refresh(NOW)
    rows = store.training_set("diagnosis").set_index("encounter_id")
    assert len(rows) == 40
    engine = make_engine(url)
    with Session(engine) as session:
        for key, row in rows.iterrows():
            encounter = session.get(Encounter, key)
            assert encounter is not None
            patient = session.get(Patient, encounter.patient_id)
            assert patient is not None
            served = answers.of_encounter(session, encounter, patient.birth_date)
            assert sorted(served.present) == row["present"]
            assert sorted(served.absent) == row["absent"]
    engine.dispose()
    assert rows["present"].map(len).max() > 3
