"""What models said comes back with what people decided and what it was."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from features import store
from features.answers import REASONS
from records_api.cds.rules import OVERRIDES
from records_api.encounters.service import CONFIRMED_INSTEAD
from tests.features.world import DAY, HOUR, START, World

NOW = START + 40 * DAY


def test_features_name_every_reason_that_the_records_write() -> None:
    assert {*OVERRIDES, CONFIRMED_INSTEAD} == REASONS


@pytest.fixture
def world() -> World:
    made = World()
    made.place()
    return made


def answers(since: Any = START, until: Any = NOW) -> pd.DataFrame:
    return store.answers(since, until)


def test_an_answer_its_decision_and_the_truth(
    world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    patient = world.patient(START)
    visit = world.encounter(START + DAY, patient, ["E_1"])
    advice = world.advise(START + DAY + HOUR, visit, ["flu", "dengue"], present=["E_1"])
    world.decided(START + DAY + 2 * HOUR, advice, "rejected", "confirmed instead: malaria")
    world.diagnosis(START + DAY + 2 * HOUR, visit, "malaria")
    city(world)
    refresh(NOW)
    [row] = answers().to_dict("records")
    assert (row["subject_id"], row["facility_id"]) == (visit, "F-north")
    assert (row["ranked"], row["probability"]) == (["flu", "dengue"], [0.5, 0.25])
    assert row["present"] == ["E_1"]
    assert (row["decision"], row["reason_kind"]) == ("rejected", "confirmed instead")
    assert row["condition"] == "malaria"
    assert row["shadow_version"] is None

    [label] = store.training_set("diagnosis", as_of=NOW).to_dict("records")
    assert (label["condition"], label["said"]) == ("malaria", ["flu", "dengue"])
    assert (label["said_by"], label["decision"]) == ("3", "rejected")


def test_a_person_s_own_words_stay_in_the_records(
    world: World, city: Any, home: Any, refresh: Callable[..., Any]
) -> None:
    visit = world.encounter(START, world.patient(START))
    advice = world.advise(START + HOUR, visit, ["flu"])
    world.decided(START + 2 * HOUR, advice, "rejected", "Asha has had this before")
    city(world)
    refresh(NOW)
    assert answers()["reason_kind"].tolist() == ["own words"]
    for path in home("home").rglob("*.parquet"):
        assert b"Asha" not in path.read_bytes(), path


def test_questions_and_fallbacks_are_no_answers(
    world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    visit = world.encounter(START, world.patient(START))
    world.advise(START + HOUR, f"next-question:{visit}", [])
    world.advise(START + HOUR, visit, ["flu"], version=None)
    city(world)
    refresh(NOW)
    assert answers().empty


def test_what_was_said_after_the_confirmation_is_not_what_the_doctor_had(
    world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    visit = world.encounter(START, world.patient(START), ["E_1"])
    world.advise(START + HOUR, visit, ["flu"])
    world.advise(START + 2 * HOUR, visit, ["dengue"])
    world.diagnosis(START + 2 * HOUR, visit, "dengue")
    world.advise(START + 3 * HOUR, visit, ["typhoid"])
    city(world)
    refresh(NOW)
    [label] = store.training_set("diagnosis", as_of=NOW).to_dict("records")
    assert label["said"] == ["dengue"]
    assert label["decision"] is None


def test_confirmed_after_refuted_is_a_label_and_refuted_after_confirmed_is_none(
    world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    first = world.encounter(START, world.patient(START), ["E_1"])
    world.diagnosis(START + HOUR, first, "dengue", "refuted")
    world.diagnosis(START + DAY, first, "dengue", "confirmed")
    second = world.encounter(START, world.patient(START), ["E_1"])
    world.diagnosis(START + HOUR, second, "dengue", "confirmed")
    world.diagnosis(START + DAY, second, "dengue", "refuted")
    city(world)
    refresh(NOW)
    frame = store.training_set("diagnosis", as_of=NOW)
    assert frame[["encounter_id", "condition"]].values.tolist() == [[first, "dengue"]]
    assert frame["said"].tolist() == [[]]


def test_a_shadow_stands_beside_the_answer_to_the_same_question(
    world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    visit = world.encounter(START, world.patient(START), ["E_1"])
    world.advise(START + HOUR, visit, ["flu"], question="q1")
    world.advise(START + 2 * HOUR, visit, ["dengue"], question="q2")
    for version in ("9", "10"):  # two challengers, one after the other: the newer is compared
        world.shadowed(START + HOUR, "q1", [f"by {version}"], version)
    city(world)
    refresh(NOW)
    one, two = answers().to_dict("records")
    assert (one["shadow_version"], one["shadow_ranked"]) == ("10", ["by 10"])
    assert one["shadow_probability"] == [0.5]
    assert (two["shadow_version"], two["shadow_ranked"]) == (None, [])


def test_only_the_window_is_read(world: World, city: Any, refresh: Callable[..., Any]) -> None:
    visit = world.encounter(START, world.patient(START))
    for day in (1, 5, 9):
        world.advise(START + day * DAY, visit, [f"day {day}"])
    city(world)
    refresh(NOW)
    seen = answers(START + 5 * DAY, START + 9 * DAY)["ranked"].tolist()
    assert seen == [["day 5"]]


def test_an_empty_window(world: World, city: Any, refresh: Callable[..., Any]) -> None:
    city(world)
    refresh(NOW)
    assert answers().empty


def test_a_store_of_before_has_no_answers_and_still_trains(
    world: World, city: Any, home: Any, refresh: Callable[..., Any]
) -> None:
    visit = world.encounter(START, world.patient(START), ["E_1"])
    world.diagnosis(START + HOUR, visit, "dengue")
    city(world)
    refresh(NOW)
    for name in ("advice", "shadow_answers"):
        (home("home") / "offline" / "records" / f"{name}.parquet").unlink()
    assert answers().empty
    assert store.training_set("diagnosis", as_of=NOW)["said"].tolist() == [[]]
