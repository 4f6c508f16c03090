"""Online answers: those of training, for the same key and time."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

from features import store
from features.online import online_store
from features.settings import Settings
from features.views import demand, diagnosis, identity
from tests.features.lively import lively
from tests.features.world import DAY, START

NOW = START + 75 * DAY


def listed(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


@pytest.mark.parametrize(
    ("view", "file"),
    [(v, m) for m in (diagnosis, demand, identity) for v in m.VIEWS if v.online],
    ids=lambda value: getattr(value, "name", ""),
)
def test_online_and_training_answers_are_equal(
    view: Any, file: Any, city: Any, home: Any, refresh: Callable[..., Any]
) -> None:
    city(lively(14))
    refresh(NOW)
    keys = pd.read_parquet(home("home") / "offline" / f"{view.name}.parquet")[list(view.keys)]
    keys = keys.drop_duplicates(ignore_index=True)
    names = [f"{view.name}:{name}" for name in view.features]
    trained = store.retrieve(keys.assign(event_timestamp=pd.Timestamp(NOW)), names)
    answers = store.store().get_online_features(features=names, entity_rows=keys.to_dict("records"))
    online = pd.DataFrame(answers.to_dict())
    assert len(online) == len(keys) >= 2
    one, other = (
        frame.sort_values(list(view.keys)).map(listed)[[*view.keys, *view.features]]
        for frame in (trained, online)
    )
    assert one.astype(object).where(one.notna(), None).to_dict("list") == other.astype(
        object
    ).where(other.notna(), None).to_dict("list")


def test_what_the_desk_gets_is_what_training_got(city: Any, refresh: Callable[..., Any]) -> None:
    """The answer for a patient just before a visit equals the row which that visit became."""
    world = lively(15)
    before = START + 60 * DAY
    url = city(world, until=before)
    refresh(before)
    asked = {key: store.online("diagnosis", patient_id=key, at=before) for key in patients(world)}
    for patient in asked:
        visit = world.encounter(before, patient, ["E_1"])
        world.diagnosis(before, visit, "dengue")
    world.events = world.events[-2 * len(asked) :]
    world.write(url)
    refresh(NOW)
    rows = store.training_set("diagnosis", as_of=NOW)
    rows = rows[rows["event_timestamp"] == before].set_index("patient_id")
    assert len(rows) == len(asked)
    for patient, answer in asked.items():
        trained = rows.loc[patient].to_dict()
        assert {name: trained[name] for name in answer} == answer
    assert any(answer["prior_conditions"] for answer in asked.values())


def patients(world: Any) -> list[str]:
    return [f"P{number}" for number in range(1, 9)]


def test_patient_and_district_in_one_question(city: Any, refresh: Callable[..., Any]) -> None:
    """Together they get what each gets alone; a district that is named goes before the patient's."""
    city(lively(15))
    refresh(NOW)
    alone = store.online("diagnosis", patient_id="P1", at=NOW)
    elsewhere = next(d for d in ("north", "south") if d != alone["district"])
    place = store.online("diagnosis", district=elsewhere, at=NOW)
    both = store.online("diagnosis", patient_id="P1", district=elsewhere, at=NOW)
    near_by = ("district", "local_conditions", "local_shares")
    assert both == alone | {name: place[name] for name in near_by}
    assert place["age"] is None
    assert store.online("diagnosis", patient_id="P1", district=alone["district"], at=NOW) == alone
    nobody = store.online("diagnosis", patient_id="nobody", district=elsewhere, at=NOW)
    assert nobody == place
    assert store.online("diagnosis", patient_id="nobody", at=NOW)["district"] is None
    assert store.online("diagnosis", at=NOW)["local_conditions"] == []


def test_a_series_online_is_the_series_of_training(city: Any, refresh: Callable[..., Any]) -> None:
    city(lively(16))
    refresh(NOW)
    frame = store.training_set("demand", as_of=NOW)
    keys = [tuple(key.split("|")) for key in frame["unique_id"].unique()]
    answers = store.online_demand([*keys, ("no", "where")])
    assert answers.pop(("no", "where")) == (None, [], "D")
    freqs = set()
    for key, (until, history, freq) in answers.items():
        rows = frame[(frame["unique_id"] == "|".join(key)) & (frame["freq"] == freq)]
        assert rows["y"].tolist() == history
        assert rows["ds"].max() == pd.Timestamp(until or "")
        freqs.add(freq)
        shelf = store.online_shelves([key])[key]
        assert shelf == rows.iloc[0][["atc", "facility_kind", "district"]].to_dict()
    assert freqs == {"D", "M"}


def test_local_activity_ends_with_its_cases(city: Any, refresh: Callable[..., Any]) -> None:
    city(lively(17))
    refresh(NOW)
    assert store.online("diagnosis", district="north")["local_conditions"]
    refresh(NOW + 60 * DAY)  # nothing was recorded, but weeks have passed
    assert store.online("diagnosis", district="north")["local_conditions"] == []


def test_the_calendar_is_the_same_for_training_and_online(
    city: Any, refresh: Callable[..., Any]
) -> None:
    city(lively(18))
    refresh(NOW)
    days = [date(2026, 1, 26), date(2026, 1, 27), date(2026, 8, 15)]
    names = [f"calendar:{name}" for name in ("weekday", "month", "holiday", "holiday_name")]
    moments = [datetime(d.year, d.month, d.day, tzinfo=UTC) for d in days]
    keys = [{"unique_id": "F-north|ors", "day": moment} for moment in moments]
    online = store.store().get_online_features(
        features=["demand_history:until", *names], entity_rows=keys
    )
    rows = pd.DataFrame(keys).assign(event_timestamp=pd.Timestamp(NOW))
    trained = store.retrieve(rows, ["demand_history:until", *names]).sort_values("day")
    for frame in (pd.DataFrame(online.to_dict()), trained):
        assert frame["holiday"].tolist() == [True, False, True]
        assert frame["weekday"].tolist() == [0, 1, 5]
        assert frame["month"].tolist() == [1, 1, 8]
        assert frame["holiday_name"].tolist() == ["Republic Day", "", "Independence Day"]
    assert [store.calendar(day)["holiday"] for day in days] == [True, False, True]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("redis://cache:6379", {"type": "redis", "connection_string": "cache:6379"}),
        (
            "postgresql://sehat:a%20b@db:5433/features?sslmode=disable",
            {
                "type": "postgres",
                "host": "db",
                "port": 5433,
                "database": "features",
                "user": "sehat",
                "password": "a b",
                "sslmode": "disable",
            },
        ),
    ],
)
def test_production_stores_are_named_by_one_setting(
    address: str, expected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEHAT_FEATURES_ONLINE", address)
    assert online_store(Settings()) == expected


def test_another_store_is_refused_with_the_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEHAT_FEATURES_ONLINE", "mysql://db")
    with pytest.raises(ValueError, match="redis://"):
        online_store(Settings())
