"""What each view says, by small examples that can be counted by hand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features import store
from tests.features.world import DAY, HOUR, START, World

NOW = START + 40 * DAY  # half past nine in the morning of a Saturday in Delhi


@pytest.fixture
def world() -> World:
    made = World()
    made.place()
    return made


def demand(as_of: datetime = NOW) -> pd.DataFrame:
    return store.training_set("demand", as_of=as_of)


def test_days_end_at_midnight_of_the_facility(
    world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    world.supply(datetime(2026, 1, 10, 18, 29, tzinfo=UTC), 2)  # 23:59 of the 10th in Delhi
    world.supply(datetime(2026, 1, 10, 18, 31, tzinfo=UTC), 3.5)  # 00:01 of the 11th
    city(world)
    refresh(NOW)
    frame = demand()
    assert frame["ds"].dt.day.tolist() == [10, 11]
    assert frame["y"].tolist() == [2, 3.5]
    assert frame["event_timestamp"][0] == datetime(2026, 1, 10, 18, 30, tzinfo=UTC)
    assert frame.loc[0, ["freq", "atc", "facility_kind", "district"]].tolist() == [
        "D",
        "N02BE01",
        "dispensary",
        "north",
    ]


def test_days_without_a_supply_are_zeros_until_the_facility_s_last_report(
    world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    world.supply(START, 2)
    world.supply(START + 3 * DAY, 1)
    world.supply(START + 5 * DAY, 9, item="ors")
    world.supply(START + 9 * DAY, 4, facility="F-south")
    city(world)
    refresh(NOW)
    series = demand().groupby("unique_id")["y"].apply(list).to_dict()
    assert series == {
        "F-north|ors": [9],
        "F-north|paracetamol": [2, 0, 0, 1, 0, 0],
        "F-south|paracetamol": [4],
    }


def test_today_is_left_out_until_it_has_ended(
    world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    world.supply(NOW - DAY, 1)
    world.supply(NOW - HOUR, 5)
    city(world)
    refresh(NOW)
    assert demand()["y"].tolist() == [1]
    assert store.online_demand([("F-north", "paracetamol")])["F-north", "paracetamol"][1] == [1]
    refresh(NOW + DAY)
    assert demand(NOW + DAY)["y"].tolist() == [1, 5]
    assert store.online_demand([("F-north", "paracetamol")])["F-north", "paracetamol"][1] == [1, 5]


def test_asked_counts_not_given_and_what_was_not_given_is_a_stock_out(
    world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    world.supply(START, 8, 2)
    world.supply(START + HOUR, 2, 2)
    city(world)
    refresh(NOW)
    assert demand()[["y", "stockout"]].to_numpy().tolist() == [[10, 0.6]]


def test_an_empty_shelf_is_a_stock_out_for_the_time_that_it_is_empty(
    world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    midnight = datetime(2026, 1, 9, 18, 30, tzinfo=UTC)  # of the 10th in Delhi
    world.stock(midnight - 2 * DAY, 20)
    world.supply(midnight - 2 * DAY, 1)
    world.stock(midnight + 6 * HOUR, -20)
    world.stock(midnight + 36 * HOUR, 20)
    world.supply(midnight + 60 * HOUR, 1)
    city(world)
    refresh(NOW)
    assert demand()["stockout"].tolist() == pytest.approx([0, 0, 0.75, 0.5, 0])


def test_a_ledger_of_months_keeps_its_months(
    world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    zone = timedelta(hours=5, minutes=30)
    for month, quantity in ((7, 10), (8, 0), (10, 30)):
        ends = datetime(2025, month + 1, 1, tzinfo=UTC) - zone - timedelta(seconds=1)
        world.supply(ends, quantity, period="M")
    city(world)
    refresh(NOW)
    frame = demand()
    assert frame["freq"].unique().tolist() == ["M"]
    assert frame["ds"].dt.strftime("%Y-%m-%d").tolist() == [
        "2025-07-01",
        "2025-08-01",
        "2025-10-01",
    ]
    assert frame["y"].tolist() == [10, 0, 30]
    assert frame["event_timestamp"][0] == datetime(2025, 7, 31, 18, 30, tzinfo=UTC)
    until, history, freq = store.online_demand([("F-north", "paracetamol")])[
        "F-north", "paracetamol"
    ]
    assert (until, freq) == ("2025-10-01", "M")
    np.testing.assert_array_equal(history, [10, 0, np.nan, 30])  # September was not reported


def test_activity_is_of_the_28_days_before_the_week(
    world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    for days, condition, district in (
        (0, "old", "north"),  # 35 days before the week that NOW lies in
        (10, "malaria", "north"),
        (11, "dengue", "north"),
        (12, "dengue", "north"),
        (13, "typhoid", "south"),
        (39, "new", "north"),  # in the week itself
    ):
        at = START + days * DAY
        visit = world.encounter(at, world.patient(at, district), facility="F-north")
        world.diagnosis(at, visit, condition)
    city(world)
    refresh(NOW)
    answer = store.online("diagnosis", district="north")
    assert answer["local_conditions"] == ["dengue", "malaria"]
    assert answer["local_shares"] == pytest.approx([2 / 3, 1 / 3])
    assert store.online("diagnosis", district="south")["local_conditions"] == ["typhoid"]


def test_the_newest_confirmed_condition_of_a_visit_is_its_label(
    world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    patient = world.patient(START)
    visit = world.encounter(START + DAY, patient)
    world.diagnosis(START + DAY + HOUR, visit, "malaria", "working")
    world.diagnosis(START + DAY + 2 * HOUR, visit, "malaria")
    world.diagnosis(START + 2 * DAY, visit, "malaria", "refuted")
    world.diagnosis(START + 3 * DAY, visit, "dengue")
    city(world)
    refresh(NOW)
    (row,) = store.training_set("diagnosis").to_dict("records")
    assert row["condition"] == "dengue"
    assert row["event_timestamp"] == START + DAY + 2 * HOUR  # when a doctor first had to know
    assert row["prior_conditions"] == []
    assert store.training_set("diagnosis", as_of=START + 2 * DAY + HOUR).empty


def test_a_capture_s_consent_decision_and_enrolment(
    world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    patient = world.patient(START)
    enrolled = world.capture(START, patient)
    seen = world.capture(START + 12 * DAY, patient, "verification", 0.6)
    world.decide(START + 12 * DAY + HOUR, seen, "match")
    world.withdraw(START + 20 * DAY, enrolled)
    city(world)
    refresh(NOW)
    names = ["consent", "decision", "enrolment_age_days", "quality"]
    features = [f"face_capture:{name}" for name in names]

    def at(moment: datetime) -> dict[str, list[Any]]:
        keys = pd.DataFrame({"capture_id": [enrolled, seen], "event_timestamp": moment})
        rows = store.retrieve(keys, features).set_index("capture_id")[names].astype(object)
        return rows.where(rows.notna(), None).T.to_dict("list")

    assert at(START + 12 * DAY) == {
        enrolled: [True, None, None, 0.8],
        seen: [True, None, 12, 0.6],
    }
    assert at(START + 13 * DAY)[seen] == [True, "match", 12, 0.6]
    assert at(START + 20 * DAY)[enrolled] == [False, None, None, 0.8]
    frame = store.training_set("identity").set_index("capture_id")
    assert frame["consent"].to_dict() == {enrolled: False, seen: True}
    assert frame.loc[seen, ["purpose", "decision", "device"]].tolist() == [
        "verification",
        "match",
        "camera",
    ]
    assert frame.loc[seen, "event_timestamp"] == START + 12 * DAY


def test_the_dictionary_is_the_terminology(
    world: World, city: Any, refresh: Callable[..., Any]
) -> None:
    city(world)
    refresh(NOW)
    rows = store.dictionary().set_index("code")
    assert rows["kind"].to_dict() == {"E_1": "finding", "dengue": "condition"}
    assert rows.loc["E_1", "detail"] == '{"en": "?"}'
