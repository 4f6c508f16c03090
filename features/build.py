"""Extracts → views: each view's Parquet file, made anew from the extracts when one of them changed.

The views are pure functions of the extracts and the clock, so that many small refreshes end with
the same files as one from nothing.
"""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from features.extract import Progress, State, written
from features.records import EXTRACTS
from features.settings import Settings
from features.views import View, demand, diagnosis, identity

MEMORY = "1GB"  # of DuckDB; more is spilled to disk
VIEWS = [*diagnosis.VIEWS, *demand.VIEWS, *identity.VIEWS]


def connect(settings: Settings, now: datetime) -> duckdb.DuckDBPyConnection:
    """DuckDB over the extracts and the views there are, with the variables `now` and `zone`.

    It fetches no extension, and spills to disk what does not fit in its memory.
    """
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": MEMORY,
            "temp_directory": str(settings.root / "tmp"),
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"SET VARIABLE now = TIMESTAMPTZ '{now.isoformat()}'")
    connection.execute(f"SET VARIABLE zone = '{ZoneInfo(settings.zone).key}'")
    for name in [*(item.name for item in EXTRACTS), "patient_changes", "finding_changes"]:
        _show(connection, settings.extracts / f"{name}.parquet")
    for view in VIEWS:
        _show(connection, settings.offline / f"{view.name}.parquet")
    for name in ("advice", "shadow_answers", "vitals"):  # a store of before has none
        if not whole(settings.extracts / f"{name}.parquet"):
            schema = next(item.schema for item in EXTRACTS if item.name == name)
            connection.register(name, schema.empty_table())
    if whole(settings.extracts / "patient_changes.parquet"):
        connection.execute(diagnosis.CONFIRMED)
    return connection


def _show(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """A view of the file's name over the file, if there is one that can be read."""
    if whole(path):
        connection.execute(f"CREATE OR REPLACE VIEW {path.stem} AS FROM '{_quoted(path)}'")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def build(settings: Settings, state: State, now: datetime, progress: Progress) -> dict[str, int]:
    """Make the views whose extracts changed, or whose time came. Returns rows per view made."""
    made: dict[str, int] = {}
    connection = connect(settings, now)
    try:
        today = _dates(connection, settings, now)
        for step, view in enumerate(VIEWS):
            progress(view.name, step, len(VIEWS))
            path = settings.offline / f"{view.name}.parquet"
            digest = _digest(connection, view, state, today if view.moving else "")
            if state.built.get(view.name) == digest and whole(path):
                continue
            with written(path) as draft:
                connection.execute(
                    f"COPY ({view.sql}) TO '{_quoted(draft)}' (FORMAT parquet, COMPRESSION zstd)"
                )
            _show(connection, path)
            made[view.name] = pq.read_metadata(path).num_rows
            state.built[view.name] = digest
            state.save()
    finally:
        connection.close()
    return made


def _dates(connection: duckdb.DuckDBPyConnection, settings: Settings, now: datetime) -> str:
    """The day it is in each zone: views that move do so when one of them ends."""
    zones = {
        zone for (zone,) in connection.execute("SELECT DISTINCT zone FROM facilities").fetchall()
    }
    return json.dumps(
        {zone: f"{now.astimezone(ZoneInfo(zone)):%F}" for zone in sorted(zones | {settings.zone})}
    )


def _digest(connection: duckdb.DuckDBPyConnection, view: View, state: State, today: str) -> str:
    """What the view is made from, in short."""
    source: object = [state.stamps.get(name) for name in view.sources]
    if view.settled:
        source = sorted(connection.sql(view.settled).fetchall())
    text = json.dumps([view.sql, source, today])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def whole(path: Path) -> bool:
    """Whether the Parquet file is there and not cut short."""
    try:
        pq.read_metadata(path)
    except (FileNotFoundError, pa.ArrowInvalid, OSError):
        return False
    return True
