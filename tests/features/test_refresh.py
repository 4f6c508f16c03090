"""Refreshing: a little at a time ends where all at once does, and doing it again does nothing."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from features import store
from features.build import VIEWS
from features.records import EXTRACTS
from tests.features.lively import lively
from tests.features.world import DAY, HOUR, START, World

NOW = START + 80 * DAY
LATER = START + 150 * DAY  # when the last of a lively city has been recorded


def contents(features: Path) -> dict[str, list[Any]]:
    """Every row of every Parquet file, in an order of its own."""
    found = {}
    with duckdb.connect() as connection:
        for path in sorted(features.rglob("*.parquet")):
            rows = connection.sql(f"FROM '{path}'").fetchall()
            found[str(path.relative_to(features))] = sorted(rows, key=repr)
    return found


def online_rows(features: Path) -> list[Any]:
    """Every value of the online store."""
    rows: list[Any] = []
    with closing(sqlite3.connect(features / "online.db")) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
        for table in sorted(name for name in tables if not name.endswith("_ek")):
            if not table.startswith("sqlite_"):
                names = "entity_key, feature_name, value, event_ts, created_ts"
                rows += connection.execute(f'SELECT {names} FROM "{table}"').fetchall()
    return sorted(rows, key=repr)


def test_many_small_refreshes_end_where_one_does(
    city: Any, home: Any, refresh: Callable[..., Any]
) -> None:
    world = lively(5)
    moments = [START + days * DAY for days in (20, 20.5, 43)]
    url = city(world, until=moments[0], home="little")
    for moment, until in zip(moments, [*moments[1:], None], strict=True):
        refresh(moment)
        world.write(url, after=moment, until=until)
    refresh(NOW)
    little = home("little")
    whole = home("whole")
    refresh(NOW)
    assert contents(little) == contents(whole)
    assert online_rows(little) == online_rows(whole)


def test_a_second_refresh_touches_nothing(
    city: Any, home: Any, refresh: Callable[..., Any]
) -> None:
    city(lively(6))
    first = refresh(NOW)
    assert first["records.encounters"] == 60
    assert first["online.demographics"] == 8
    written = {p: p.stat().st_mtime_ns for p in home("home").rglob("*") if p.suffix != ".lock"}
    assert refresh(NOW + HOUR) == {}
    assert written == {
        p: p.stat().st_mtime_ns for p in home("home").rglob("*") if p.suffix != ".lock"
    }


def test_only_what_changed_is_read_again(city: Any, refresh: Callable[..., Any]) -> None:
    world = lively(7)
    url = city(world)
    refresh(LATER)
    patient = world.patient(LATER + HOUR)
    visit = world.encounter(LATER + HOUR, patient, ["E_1", "E_2"])
    world.diagnosis(LATER + 2 * HOUR, visit, "dengue")
    world.supply(LATER + HOUR, 3)
    world.write(url, after=LATER)
    counts = refresh(LATER + 3 * HOUR)
    assert {name: n for name, n in counts.items() if name.startswith("records.")} == {
        "records.patients": 1,
        "records.encounters": 1,
        "records.findings": 2,
        "records.vitals": 0,
        "records.diagnoses": 1,
        "records.dispenses": counts["records.dispenses"],
        "records.movements": counts["records.movements"],
    }
    # A supply of a day that has not ended yet is no reason to make the series anew.
    assert "demand_use" not in counts
    assert counts["online.demographics"] == counts["online.patient_history"] == 1
    assert store.online("diagnosis", patient_id=patient)["prior_conditions"] == ["dengue"]


@pytest.mark.parametrize("stop", ["findings", "changes", "demand_use", "online patient_history"])
def test_a_refresh_that_was_cut_short_is_continued(
    stop: str, city: Any, home: Any, refresh: Callable[..., Any]
) -> None:
    class Killed(Exception):
        pass

    def progress(what: str, _done: int, _total: int) -> None:
        if what == stop:
            raise Killed

    world = lively(8)
    url = city(world, until=START + 30 * DAY, home="killed")
    refresh(START + 30 * DAY)
    world.write(url, after=START + 30 * DAY)
    with pytest.raises(Killed):
        refresh(NOW, progress)
    assert refresh(NOW)
    killed = home("killed")
    whole = home("whole")
    refresh(NOW)
    assert contents(killed) == contents(whole)
    assert online_rows(killed) == online_rows(whole)


def test_files_that_are_gone_or_cut_short_are_made_again(
    city: Any, home: Any, refresh: Callable[..., Any]
) -> None:
    city(lively(9))
    refresh(NOW)
    features = home("home")
    before, online = contents(features), online_rows(features)
    for name in (
        "offline/records/findings",
        "offline/records/patient_changes",
        "offline/encounter_findings",
        "online/demographics",
    ):
        path = features / f"{name}.parquet"
        path.write_bytes(path.read_bytes()[:-20])
    (features / "offline" / "records" / "captures.parquet").unlink()
    (features / "online.db").unlink()
    refresh(NOW)
    assert contents(features) == before
    assert online_rows(features) == online


def test_other_records_replace_those_before(
    city: Any, home: Any, refresh: Callable[..., Any]
) -> None:
    city(lively(10))
    refresh(NOW)
    other = World()
    other.place()
    other.patient(START)
    city(other)
    refresh(NOW)
    assert len(contents(home("home"))["offline/demographics.parquet"]) == 1
    assert store.training_set("diagnosis").empty


def test_steps_are_told(city: Any, refresh: Callable[..., Any]) -> None:
    told: list[tuple[str, int, int]] = []
    city(lively(11))
    refresh(NOW, lambda *step: told.append(step))
    assert {"findings", "demand_use", "online demographics"} <= {what for what, _, _ in told}
    assert all(0 <= done < total for _, done, total in told)


def test_freshness(city: Any, refresh: Callable[..., Any]) -> None:
    world = lively(12)
    city(world)
    assert store.freshness() == {}
    refresh(NOW)
    fresh = store.freshness()
    assert set(fresh) == {view.name for view in VIEWS}
    assert fresh["demographics"]["materialized"] == NOW.isoformat()
    newest = max(event.recorded_at for event in world.events)
    assert max(times["created"] for times in fresh.values()) <= newest.isoformat()
    assert fresh["encounter_findings"]["materialized"] == ""  # is not online


def test_no_name_picture_or_template_is_taken(
    city: Any, home: Any, refresh: Callable[..., Any]
) -> None:
    city(lively(13))
    refresh(NOW)
    private = {"name", "phone", "address", "picture", "digest", "template", "health_id", "text"}
    for extract in EXTRACTS:
        assert private.isdisjoint(extract.columns), extract.name
    for path in home("home").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"secret picture" not in content, path
            assert b"A Resident" not in content, path


def test_apply_works_before_there_is_anything(city: Any) -> None:
    city(World())
    views = store.apply()
    assert set(views) == {*(view.name for view in VIEWS), "calendar"}
    assert {view.name for view in store.store().list_all_feature_views()} == set(views)
    services = {service.name for service in store.store().list_feature_services()}
    assert services == {"diagnosis", "demand", "identity"}
