"""Views → online store: the newest row of each key, written when it differs from what is there."""

import hashlib
import json
import shutil
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pyarrow.parquet as pq

from features.build import VIEWS, connect, whole
from features.extract import Progress, State, written
from features.settings import Settings
from features.views import View

Store = Callable[[], Any]  # gives the feast.FeatureStore; only asked when there is work

BATCH = 2_000  # keys in one transaction of the online store


def online_store(settings: Settings) -> dict[str, Any]:
    """Feast's configuration of the online store."""
    address = urlsplit(settings.features_online)
    if not settings.features_online:
        return {"type": "sqlite", "path": str(settings.root / "online.db")}
    if address.scheme == "redis":
        return {"type": "redis", "connection_string": address.netloc}
    if address.scheme == "postgresql":
        options = parse_qs(address.query)
        return {
            "type": "postgres",
            "host": address.hostname,
            "port": address.port or 5432,
            "database": address.path.lstrip("/"),
            "user": unquote(address.username or ""),
            "password": unquote(address.password or ""),
            "sslmode": options.get("sslmode", ["prefer"])[0],
        }
    raise ValueError(
        "SEHAT_FEATURES_ONLINE must be empty, redis://… or postgresql://…, not "
        f"{address.scheme or 'a path'}"
    )


def _record(settings: Settings) -> Path:
    """Folder that keeps what was put online."""
    return settings.root / "online"


def needs_apply(settings: Settings, state: State) -> bool:
    """Whether definitions or the online store are new; what was put online is then forgotten."""
    told = [[v.name, v.keys, dict(v.features), v.online, v.description] for v in VIEWS]
    text = json.dumps([told, settings.features_online, str(settings.root)])
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    missing = [settings.root / "registry.db"]
    if not settings.features_online:
        missing.append(settings.root / "online.db")
    if state.built.get("definitions") == digest and all(path.exists() for path in missing):
        return False
    shutil.rmtree(_record(settings), ignore_errors=True)
    state.freshness.clear()
    state.built["definitions"] = digest
    return True


def put(
    settings: Settings, state: State, store: Store, now: datetime, progress: Progress
) -> dict[str, int]:
    """Write what is new online. Returns keys written per view."""
    counts: dict[str, int] = {}
    connection = connect(settings, now)
    try:
        for step, view in enumerate(VIEWS):
            progress(f"online {view.name}", step, len(VIEWS))
            built = state.built[view.name]
            fresh = state.freshness.get(view.name, {})
            if fresh.get("built") == built:
                continue
            if view.online:
                counts[view.name] = _put(settings, store, connection, view)
            state.freshness[view.name] = {
                **_newest(connection, view),
                "materialized": now.isoformat() if view.online else "",
                "built": built,
            }
            state.save()
    finally:
        connection.close()
    return counts


def _put(settings: Settings, store: Store, connection: Any, view: View) -> int:
    record = _record(settings) / f"{view.name}.parquet"
    table = connection.sql(f"""
        FROM {view.name}
        WHERE event_timestamp <= getvariable('now') AND created_timestamp <= getvariable('now')
        QUALIFY row_number() OVER (PARTITION BY {", ".join(view.keys)}
            ORDER BY event_timestamp DESC, created_timestamp DESC) = 1
    """).to_arrow_table()
    changed = table
    if whole(record):
        connection.register("put_now", table)
        connection.register("put_before", pq.read_table(record))
        changed = connection.sql("FROM put_now EXCEPT FROM put_before").to_arrow_table()
    for start in range(0, changed.num_rows, BATCH):
        rows = changed.slice(start, BATCH).to_pandas()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            store().write_to_online_store(view.name, df=rows)
    with written(record) as draft:
        pq.write_table(table, draft, compression="zstd")
    return int(changed.num_rows)


def _newest(connection: Any, view: View) -> dict[str, str]:
    newest: dict[str, str] = {}
    for name in ("event", "created"):
        ((at,),) = connection.table(view.name).max(f"{name}_timestamp").fetchall()
        newest[name] = at.isoformat() if at else ""
    return newest
