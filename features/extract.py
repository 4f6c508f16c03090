"""Records → Parquet: everything at first, afterwards what the outbox says has changed.

The position in the outbox is kept for each table and moved when its file is in place. A run that
was cut short is continued table by table; a run with nothing to do writes nothing.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features import records
from features.records import EXTRACTS, Extract
from features.settings import Settings

FORMAT = 1  # of the extracts; another number means that all are made anew
MANY = 4_000  # changed keys from which reading the whole table is the shorter way

# What is being done, how many steps are done, how many there are.
Progress = Callable[[str, int, int], None]


@dataclass
class State:
    """What has been done so far. A crash between two saves repeats work and changes nothing."""

    path: Path
    database: str = ""
    positions: dict[str, int] = field(default_factory=dict)  # extract -> place in the outbox
    stamps: dict[str, int] = field(default_factory=dict)  # extract -> times it was written
    built: dict[str, str] = field(default_factory=dict)  # view -> what it was built from
    freshness: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path, database: str) -> "State":
        """Starts from nothing when there is none, or when it tells of another database."""
        try:
            kept = json.loads(path.read_text())
        except (FileNotFoundError, ValueError):
            kept = {}
        if kept.pop("format", None) != FORMAT or kept.get("database") != database:
            return cls(path, database)
        return cls(path, **kept)

    def save(self) -> None:
        content = {name: value for name, value in vars(self).items() if name != "path"}
        text = json.dumps({"format": FORMAT, **content}, indent=1)
        if not self.path.exists() or self.path.read_text() != text:
            with written(self.path) as path:
                path.write_text(text)


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of `path` when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """One refresh at a time; another waits for it."""
    settings.root.mkdir(parents=True, exist_ok=True)
    with (settings.root / "refresh.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def load_state(settings: Settings) -> State:
    digest = hashlib.sha256(settings.database.encode()).hexdigest()[:16]
    return State.load(settings.root / "state.json", digest)


def extract(settings: Settings, state: State, progress: Progress) -> dict[str, int]:
    """Bring the extracts up to the outbox's end. Returns rows read per extract that changed."""
    counts: dict[str, int] = {}
    engine = records.engine(settings)
    try:
        with engine.connect() as connection:
            until = records.last_seq(connection)
            if until < max(state.positions.values(), default=0):
                state.positions.clear()  # these are other records than last time
            for step, item in enumerate(EXTRACTS):
                progress(item.name, step, len(EXTRACTS) + 1)
                rows = _bring(connection, settings, state, item, until)
                if rows is not None:
                    counts[item.name] = rows
            progress("changes", len(EXTRACTS), len(EXTRACTS) + 1)
            _bring_changes(connection, settings, state, until)
    finally:
        engine.dispose()
    return counts


def _bring(
    connection: Any, settings: Settings, state: State, item: Extract, until: int
) -> int | None:
    """Rows read, or None when the extract was up to date."""
    path = settings.extracts / f"{item.name}.parquet"
    known = _read(path, item.schema)
    after = state.positions.get(item.name)
    keys: list[str] | None = None
    if item.topics and known is not None and after is not None:
        keys = records.changed_keys(connection, item.topics, after, until, MANY)
        if not keys:
            if after != until:
                state.positions[item.name] = until
                state.save()
            return None
        if len(keys) > MANY:
            keys = None
    fresh = records.read(connection, item, keys)
    table = fresh
    if keys is not None and known is not None:
        replaced = pa.concat_arrays([pa.array(keys, pa.string()), *fresh[item.key].chunks])
        kept = known.filter(pc.invert(pc.is_in(known[item.key], replaced)))
        table = pa.concat_tables([kept, fresh])
    if not item.topics:
        table = table.sort_by(next(iter(item.columns)))
        if known is not None and known.equals(table):
            return None
    _write(path, table, state, item.name, until)
    return int(fresh.num_rows)


def _bring_changes(connection: Any, settings: Settings, state: State, until: int) -> None:
    """What the outbox tells of values that were replaced; the files only grow."""
    schemas = {
        "patient_changes": records.PATIENT_CHANGES,
        "finding_changes": records.FINDING_CHANGES,
    }
    paths = {name: settings.extracts / f"{name}.parquet" for name in schemas}
    known = {name: _read(paths[name], schema) for name, schema in schemas.items()}
    whole = all(table is not None for table in known.values())
    after = min(state.positions.get(name, 0) for name in schemas) if whole else 0
    for name, fresh in zip(schemas, records.replaced(connection, after, until), strict=True):
        old = known[name]
        if old is not None and whole:
            old = old.filter(pc.less_equal(old["seq"], after))
            if not fresh.num_rows and state.positions.get(name) is not None:
                state.positions[name] = until
                continue
            fresh = pa.concat_tables([old, fresh])
        _write(paths[name], fresh, state, name, until)
    state.save()


def _write(path: Path, table: pa.Table, state: State, name: str, until: int) -> None:
    with written(path) as draft:
        pq.write_table(table, draft, compression="zstd")
    state.positions[name] = until
    state.stamps[name] = state.stamps.get(name, 0) + 1
    state.save()


def _read(path: Path, schema: pa.Schema) -> pa.Table | None:
    """The extract as it lies there; None when it is missing, cut short or of another shape."""
    try:
        table = pq.read_table(path)
    except (FileNotFoundError, pa.ArrowInvalid, OSError):
        return None
    return table if table.schema.equals(schema) else None
