from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from records_api.exchange.tables import ImportedRow, KeptResource

_CHUNK = 500  # SQLite takes a limited number of parameters in one statement


def digests(session: Session, source: str, keys: Sequence[str]) -> dict[str, str]:
    """Digest of each row that was imported before, by key."""
    known: dict[str, str] = {}
    for start in range(0, len(keys), _CHUNK):
        statement = select(ImportedRow.key, ImportedRow.digest).where(
            ImportedRow.source == source, ImportedRow.key.in_(keys[start : start + _CHUNK])
        )
        known.update((row.key, row.digest) for row in session.execute(statement))
    return known


def keys(session: Session, source: str) -> set[str]:
    """All that was imported from a source, by key."""
    return set(session.scalars(select(ImportedRow.key).where(ImportedRow.source == source)))


def remember(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    insert_into = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = insert_into(ImportedRow)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["source", "key"],
            set_={
                "digest": statement.excluded.digest,
                "imported_at": statement.excluded.imported_at,
            },
        ),
        list(rows),
    )


def keep(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Keep resources as they are now; one that was kept before is replaced."""
    if not rows:
        return
    insert_into = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = insert_into(KeptResource)
    columns = ("patient_id", "resource", "recorded_at")
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["id"], set_={name: statement.excluded[name] for name in columns}
        ),
        list(rows),
    )


def kept(session: Session, resource_id: str) -> dict[str, Any] | None:
    row = session.get(KeptResource, resource_id)
    return row.resource if row else None
