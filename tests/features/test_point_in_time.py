"""A feature at t is what the record knew at t: neither the future nor what came late reaches it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from features import store
from features.build import VIEWS
from tests.features.lively import lively
from tests.features.world import DAY, HOUR, START, World

NOW = START + 80 * DAY
CAPABILITIES = ("diagnosis", "demand", "identity")


def frames(as_of: datetime) -> dict[str, pd.DataFrame]:
    return {name: store.training_set(name, as_of=as_of) for name in CAPABILITIES}  # type: ignore[arg-type]


def assert_same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one, other, check_dtype=bool(len(one)))


@pytest.mark.parametrize("seed", [1, 2])
def test_training_sets_of_a_past_moment_do_not_know_what_was_recorded_later(
    seed: int, city: Any, home: Any, refresh: Callable[..., Any]
) -> None:
    world = lively(seed)
    moments = [START + days * DAY + 3 * HOUR for days in (21, 66)]
    city(world, home="whole")
    refresh(NOW)
    later = {moment: frames(moment) for moment in moments}
    for moment in moments:
        city(world, until=moment, home=f"until-{moment:%m%d}")
        refresh(moment)
        then = frames(moment)
        for capability in CAPABILITIES:
            assert len(then[capability]), (capability, moment)
            assert_same(then[capability], later[moment][capability])


def test_each_row_has_what_was_known_at_its_own_time(
    city: Any, refresh: Callable[..., Any]
) -> None:
    """The label of a row may be learned later. Its features are those of its own moment."""
    world = lively(3)
    city(world, home="whole")
    refresh(NOW)
    whole = store.training_set("diagnosis", as_of=NOW).set_index("encounter_id")
    features = [c for c in whole.columns if c not in ("condition", "event_timestamp")]
    compared = 0
    for moment in sorted(whole["event_timestamp"])[5::15]:
        city(world, until=moment.to_pydatetime(), home=f"until-{moment:%m%d%H%M}")
        refresh(moment.to_pydatetime())
        then = store.training_set("diagnosis", as_of=moment).set_index("encounter_id")
        rows = [key for key in then.index if key in whole.index]
        assert_same(then.loc[rows, features], whole.loc[rows, features])
        compared += len(rows)
    assert compared > 30


def visit(world: World, at: datetime, patient: str, condition: str, **kw: Any) -> str:
    encounter = world.encounter(at, patient, ["E_1"], ["E_2"])
    world.diagnosis(at + HOUR, encounter, condition, **kw)
    return encounter


def test_a_confirmation_is_not_its_own_history(city: Any, refresh: Callable[..., Any]) -> None:
    world = World()
    world.place()
    patient = world.patient(START - 9 * DAY)
    first = visit(world, START, patient, "dengue")
    second = visit(world, START + 9 * DAY, patient, "malaria")
    city(world)
    refresh(NOW)
    rows = store.training_set("diagnosis").set_index("encounter_id")
    assert rows.loc[first, "prior_conditions"] == []
    assert rows.loc[second, "prior_conditions"] == ["dengue"]
    assert rows.loc[first, "local_conditions"] == []
    assert rows.loc[second, "local_conditions"] == ["dengue"]
    assert rows.loc[second, "local_shares"] == [1.0]
    assert rows.loc[second, ["present", "absent"]].tolist() == [["E_1"], ["E_2"]]
    assert rows.loc[second, "age"] == pytest.approx(45.62, abs=0.01)


def test_late_rows_do_not_leak(city: Any, refresh: Callable[..., Any]) -> None:
    """Dengue of the 5th is written down on the 25th: on the 16th nobody knew, on the 28th all do."""
    world = World()
    world.place()
    a, b = world.patient(START - 9 * DAY), world.patient(START - 9 * DAY)
    visit(world, START, a, "dengue", recorded_at=START + 20 * DAY)
    unaware = visit(world, START + 11 * DAY, a, "malaria")
    aware = visit(world, START + 23 * DAY, a, "typhoid")
    world.supply(START, 7, recorded_at=START + 20 * DAY)
    world.supply(START + DAY, 1)
    world.supply(START + 2 * DAY, 5, recorded_at=START + 20 * DAY)
    world.supply(START + 3 * DAY, 1)
    city(world)
    refresh(NOW)
    rows = store.training_set("diagnosis").set_index("encounter_id")
    assert rows.loc[unaware, "prior_conditions"] == []
    assert rows.loc[unaware, "local_conditions"] == []
    assert rows.loc[aware, "prior_conditions"] == ["dengue", "malaria"]
    assert rows.loc[aware, "local_conditions"] == ["dengue", "malaria"]
    assert b not in set(rows["patient_id"])

    known = [store.training_set("demand", as_of=START + days * DAY) for days in (10, 21)]
    assert [frame["y"].tolist() for frame in known] == [[1, 0, 1], [7, 1, 5, 1]]


def test_a_move_a_correction_and_a_refutation_do_not_rewrite_the_past(
    city: Any, refresh: Callable[..., Any]
) -> None:
    world = World()
    world.place()
    patient = world.patient(START - 9 * DAY)
    one = visit(world, START, patient, "dengue")
    two = visit(world, START + 8 * DAY, patient, "malaria")
    world.move(START + 10 * DAY, patient, "north", "south")
    world.corrected(START + 10 * DAY, two, "E_1", ("present", START + 8 * DAY), "absent")
    world.diagnosis(START + 10 * DAY, one, "dengue", "refuted")
    city(world)
    refresh(NOW)
    rows = store.training_set("diagnosis").set_index("encounter_id")
    assert list(rows.index) == [two]  # the refuted one teaches nothing …
    row = rows.loc[two]
    assert row["district"] == "north"
    assert row["age"] == pytest.approx(
        45.6, abs=0.1
    )  # known since registration, not since the move
    assert row["present"] == ["E_1"]
    assert row["prior_conditions"] == ["dengue"]  # … but was believed when the next was seen
    assert row["local_conditions"] == ["dengue"]
    now = store.online("diagnosis", patient_id=patient)
    assert now["district"] == "south"
    assert now["prior_conditions"] == ["malaria"]


def test_a_change_that_the_outbox_does_not_tell_of_is_true_from_then_on(
    city: Any, refresh: Callable[..., Any]
) -> None:
    world = World()
    world.place()
    patient = world.patient(START - 9 * DAY)
    changes = {"district": "south", "updated_at": START + 5 * DAY}
    world.add(START + 5 * DAY, [], changes=[("patients", {"id": patient}, changes)])
    before = visit(world, START, patient, "dengue")
    after = visit(world, START + 9 * DAY, patient, "malaria")
    city(world)
    refresh(NOW)
    rows = store.training_set("diagnosis").set_index("encounter_id")
    assert pd.isna(rows.loc[before, "age"])
    assert rows.loc[before, "district"] == "north"  # of the facility
    assert rows.loc[after, "district"] == "south"


def test_no_training_row_is_dropped(city: Any, refresh: Callable[..., Any]) -> None:
    """Not when its match is thirty years old, nor when it has none at all."""
    world = World()
    world.place()
    old = world.patient(START - 11_000 * DAY)
    visit(world, START - 10_900 * DAY, old, "dengue")
    recent = visit(world, START, old, "malaria")
    lone = world.encounter(START + DAY, world.patient(START, None), facility=None)
    world.diagnosis(START + DAY, lone, "typhoid")
    many = [
        visit(world, START + 2 * DAY, world.patient(START + 2 * DAY), "dengue") for _ in range(40)
    ]
    city(world)
    refresh(NOW)
    rows = store.training_set("diagnosis").set_index("encounter_id")
    assert len(rows) == 43
    assert set(many) < set(rows.index)
    assert rows.loc[recent, "prior_conditions"] == ["dengue"]
    assert rows.loc[recent, "age"] > 40
    assert rows.loc[lone, "district"] is None
    assert rows.loc[lone, "present"] == rows.loc[lone, "local_conditions"] == []


def test_the_view_files_have_times_as_feast_needs_them(
    city: Any, home: Any, refresh: Callable[..., Any]
) -> None:
    city(lively(4))
    refresh(NOW)
    for view in VIEWS:
        frame = pd.read_parquet(home("home") / "offline" / f"{view.name}.parquet")
        assert len(frame), view.name
        for name in ("event_timestamp", "created_timestamp"):
            assert str(frame[name].dtype) == "datetime64[us, UTC]", (view.name, name)
        assert not frame.duplicated([*view.keys, "event_timestamp", "created_timestamp"]).any()


def test_before_the_first_refresh_one_is_told_what_to_do(city: Any) -> None:
    city(World())
    with pytest.raises(FileNotFoundError, match="sehat features refresh"):
        store.training_set("diagnosis")
    with pytest.raises(FileNotFoundError, match="sehat features refresh"):
        store.dictionary()


def test_an_empty_city_gives_empty_frames(city: Any, refresh: Callable[..., Any]) -> None:
    city(World())
    refresh(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=1))
    for name, frame in frames(NOW).items():
        assert frame.empty, name
        assert len(frame.columns)
    assert store.online("diagnosis", patient_id="nobody", district="nowhere") == {
        "age": None,
        "sex": None,
        "district": "nowhere",
        "prior_conditions": [],
        "local_conditions": [],
        "local_shares": [],
    }
    assert store.online_demand([("F", "I")]) == {("F", "I"): (None, [], "D")}
