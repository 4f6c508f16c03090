"""The feature store: refresh it, ask it for training sets, ask it online.

Feast takes seconds to import, so it is imported by the functions that need it.
"""

import atexit
import os
import sqlite3
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Literal

import pandas as pd

from features import build as building
from features import extract as extracting
from features import online as putting
from features.extract import Progress
from features.settings import Settings, current
from features.views import advice, demand, diagnosis, identity

Capability = Literal["diagnosis", "demand", "identity"]
Series = tuple[str | None, list[float], str]

CAPABILITIES: dict[str, Any] = {"diagnosis": diagnosis, "demand": demand, "identity": identity}


def _silent(_what: str, _done: int, _total: int) -> None:
    pass


def store() -> Any:
    """The `feast.FeatureStore` in SEHAT_HOME/features."""
    return _store(current())


@lru_cache(maxsize=4)
def _store(settings: Settings) -> Any:
    os.environ["FEAST_USAGE"] = "False"  # this is patient data: nothing phones home
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries that Feast brings along
        with _without("torch"):
            from feast import FeatureStore, RepoConfig
        settings.root.mkdir(parents=True, exist_ok=True)
        return FeatureStore(
            config=RepoConfig(
                project="sehat",
                provider="local",
                registry={
                    "registry_type": "file",
                    "path": str(settings.root / "registry.db"),
                    "cache_ttl_seconds": 600,
                },
                offline_store={"type": "duckdb"},
                online_store=putting.online_store(settings),
                entity_key_serialization_version=3,
                repo_path=settings.root,
            )
        )


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Feast imports PyTorch where it can, 190 MB in a worker that never asks for a tensor."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


@lru_cache
def _prepare_joins() -> None:
    """Set up the connection that Feast joins through; it would take most of the machine's memory."""
    import ibis

    joins = ibis.get_backend()
    joins.raw_sql(f"SET memory_limit = '{building.MEMORY}'")
    joins.raw_sql("SET autoinstall_known_extensions = false")
    joins.raw_sql("SET enable_progress_bar = false")

    def close() -> None:  # before Python does: at exit DuckDB would print what it leaks
        joins.disconnect()
        joins.con = None

    atexit.register(close)


def apply() -> list[str]:
    """Tell Feast of every entity and view; idempotent. Returns the names of the views."""
    settings = Settings()
    feast = store()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from feast import FeatureService

        from features.entities import ENTITIES

        views = {view.name: view.definition(settings.offline) for view in building.VIEWS}
        calendar = demand.on_demand()
        services = [
            FeatureService(
                name=name,
                features=[
                    *(views[view.name] for view in module.VIEWS),
                    *([calendar] if module is demand else []),
                ],
            )
            for name, module in CAPABILITIES.items()
        ]
        feast.apply([*ENTITIES, *views.values(), calendar, *services])
    if not settings.features_online:
        with closing(sqlite3.connect(settings.root / "online.db")) as connection:
            connection.execute("PRAGMA journal_mode=WAL")  # readers go on while the worker writes
    return [*views, calendar.name]


def refresh(progress: Progress = _silent, now: datetime | None = None) -> dict[str, int]:
    """Bring all features up to date. Returns rows read, made and put online, by name.

    Nothing new: an empty answer, and no file is touched. Cut short: the next call goes on.
    """
    settings, now = Settings(), now or datetime.now(UTC)
    with extracting.alone(settings):
        state = extracting.load_state(settings)
        counts = {
            f"records.{k}": n for k, n in extracting.extract(settings, state, progress).items()
        }
        counts |= building.build(settings, state, now, progress)
        if putting.needs_apply(settings, state):
            _store.cache_clear()  # it may hold files that are gone
            apply()
        counts |= {
            f"online.{k}": n for k, n in putting.put(settings, state, store, now, progress).items()
        }
    return counts


def retrieve(rows: pd.DataFrame, features: list[str]) -> pd.DataFrame:
    """Features as the record knew them at each row's `event_timestamp`; no row is dropped.

    The answer's rows come in any order.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _prepare_joins()
        job = store().get_historical_features(
            entity_df=rows, features=features, filter_by_created_timestamp=True
        )
        answer = pd.DataFrame(job.to_df())
    if len(answer) != len(rows):
        raise RuntimeError(f"asked for {len(rows)} rows of {features}, got {len(answer)}")
    return answer


def training_set(capability: Capability, as_of: datetime | None = None) -> pd.DataFrame:
    """The training frame of a capability (columns: `COLUMNS` of its module in features.views).

    `as_of` gives the frame as it could have been made then. Raises `FileNotFoundError` when
    `refresh` has never run.
    """
    settings, module = Settings(), CAPABILITIES[capability]
    if not (settings.root / "state.json").exists():
        raise FileNotFoundError("there are no features yet: run `sehat features refresh` first")
    now = as_of or datetime.now(UTC)
    connection = building.connect(settings, now)
    try:
        frame: pd.DataFrame = module.training(retrieve, connection, now)
        return frame
    finally:
        connection.close()


def answers(since: datetime, until: datetime) -> pd.DataFrame:
    """What models answered on diagnoses in that time, and what became of it: see `views.advice`.
    Raises `FileNotFoundError` when `refresh` has never run."""
    settings = Settings()
    if not (settings.root / "state.json").exists():
        raise FileNotFoundError("there are no features yet: run `sehat features refresh` first")
    connection = building.connect(settings, until)
    try:
        return advice.kept(connection, since, until)
    finally:
        connection.close()


_PERSON = ("demographics:birth_date", "demographics:sex", "patient_history:prior_conditions")
_NEAR_BY = ("local_activity:local_conditions", "local_activity:local_shares")


def online(
    _capability: Literal["diagnosis"],
    *,
    patient_id: str | None = None,
    district: str | None = None,
    at: datetime | None = None,
) -> dict[str, Any]:
    """What is known now: age, sex, district, prior_conditions, local_conditions, local_shares.

    Without a district the patient's own is used. What is not known is None or an empty list.
    """
    keys: dict[str, str] = {}
    names: list[str] = []
    if patient_id:
        keys["patient_id"], names = patient_id, [*_PERSON]
        if not district:
            district = _ask(["demographics:district"], [keys])[0]["district"]
    if district:  # in one question with the patient's: each costs as much as the whole model
        keys["district"], names = district, [*names, *_NEAR_BY]
    answers = _ask(names, [keys])[0] if keys else {}
    answers["district"] = district
    return diagnosis.online(answers, at or datetime.now(UTC))


def online_demand(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Series]:
    """(facility, item) -> (first day of the last period, use per period oldest first, freq).

    A period that a ledger did not report is NaN. An unknown shelf is (None, [], "D").
    """
    return {
        key: (row["until"], list(row["history"] or []), row["freq"] or "D")
        for key, row in _shelves(keys, ["freq", "until", "history"]).items()
    }


def online_shelves(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], dict[str, str | None]]:
    """(facility, item) -> atc, facility_kind, district: the static columns of demand."""
    names = ["atc", "facility_kind", "district"]
    return {key: {name: row[name] for name in names} for key, row in _shelves(keys, names).items()}


def _shelves(
    keys: Iterable[tuple[str, str]], names: list[str]
) -> dict[tuple[str, str], dict[str, Any]]:
    asked = list(dict.fromkeys(keys))
    if not asked:
        return {}
    rows = _ask(
        [f"demand_history:{name}" for name in names],
        [{"unique_id": f"{facility}|{item}"} for facility, item in asked],
    )
    return dict(zip(asked, rows, strict=True))


def _ask(features: list[str], keys: list[dict[str, str]]) -> list[dict[str, Any]]:
    columns: Mapping[str, list[Any]] = (
        store().get_online_features(features=features, entity_rows=keys).to_dict()
    )
    return [{name: column[i] for name, column in columns.items()} for i in range(len(keys))]


def calendar(day: date) -> dict[str, Any]:
    """Weekday (Monday 0), month, holiday and its name in Delhi."""
    return demand.calendar(day)


def dictionary() -> pd.DataFrame:
    """Findings and conditions: code, kind, names, icd10, severity, specialty, parent, detail."""
    path = Settings().extracts / "concepts.parquet"
    if not path.exists():
        raise FileNotFoundError("there are no features yet: run `sehat features refresh` first")
    return pd.read_parquet(path)


def freshness() -> dict[str, dict[str, str]]:
    """{view: {event, created, materialized}}: newest times as ISO text; empty before a refresh."""
    kept = extracting.load_state(Settings()).freshness
    names = ("event", "created", "materialized")
    return {view: {name: times[name] for name in names} for view, times in kept.items()}
