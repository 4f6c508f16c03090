"""Bulk import: every row is accepted, rejected with a reason, or unchanged; a second run adds none.

An importer reads rows and writes batches through the services of the slices. What is common lives
here: the account, the digest of each row, the transaction a batch, and the row that spoils a batch.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database, utcnow
from records_api.core.errors import SehatError
from records_api.exchange import repository


@dataclass(frozen=True)
class Row:
    """One input row. `key` names it in its source; `error` says that it could not even be read."""

    key: str
    content: dict[str, Any]
    error: str | None = None

    @property
    def digest(self) -> str:
        text = json.dumps(self.content, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Rejection:
    row: Row
    reason: str


@dataclass
class Account:
    """What became of the input. `read` is always the sum of the others."""

    source: str
    accepted: int = 0
    unchanged: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def rejected(self) -> int:
        return len(self.rejections)

    @property
    def read(self) -> int:
        return self.accepted + self.unchanged + self.rejected


class Importer(Protocol):
    source: str
    batch: int

    def prepare(self, ctx: Context) -> None:
        """Write what all rows refer to; its own transaction, before the first row."""

    def write(self, ctx: Context, rows: Sequence[Row], changed: frozenset[str]) -> None:
        """Write rows through the services. `changed` are the keys imported before with other
        content. Raises on a row that does not fit; the caller then rolls back and tries them one
        at a time, so an importer keeps no state of what it wrote."""


def reason(error: Exception) -> str:
    """One sentence that names the field."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "row"
        return f"{place}: {first['msg']}"
    if isinstance(error, SehatError):
        return f"{error.field}: {error}" if error.field else str(error)
    if isinstance(error, DBAPIError):
        return f"the database refused it: {type(error.orig).__name__}"
    if isinstance(error, KeyError):
        return f"{error.args[0]}: is missing"
    return str(error) or type(error).__name__


_ROW_ERRORS = (ValidationError, SehatError, DBAPIError, ValueError, KeyError)


def run(
    database: Database,
    importer: Importer,
    rows: Iterable[Row],
    progress: Callable[[int], None] = lambda _: None,
) -> Account:
    """Import rows, a transaction a batch: an interrupted run goes on where it stopped."""
    account = Account(importer.source)
    with database.transaction() as session:
        importer.prepare(Context(session, SYSTEM))
    for batch in _chunks(rows, importer.batch):
        _take(database, importer, batch, account)
        progress(account.read)
    return account


def _chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _take(database: Database, importer: Importer, batch: list[Row], account: Account) -> None:
    fresh: dict[str, Row] = {}
    with database.session() as session:
        known = repository.digests(session, importer.source, [row.key for row in batch])
    for row in batch:
        earlier = account.seen.setdefault(row.key, row.digest)
        if row.error is not None:
            account.rejections.append(Rejection(row, row.error))
        elif earlier != row.digest:
            text = f"{row.key}: an earlier row of this input has the same key and other content"
            account.rejections.append(Rejection(row, text))
        elif row.key in fresh or known.get(row.key) == row.digest:
            account.unchanged += 1
        else:
            fresh[row.key] = row
    if not fresh:
        return
    changed = frozenset(fresh) & frozenset(known)
    try:
        _write(database, importer, list(fresh.values()), changed)
        account.accepted += len(fresh)
    except _ROW_ERRORS:
        for row in fresh.values():  # one of them does not fit: find it, and save the others
            try:
                _write(database, importer, [row], changed)
                account.accepted += 1
            except _ROW_ERRORS as error:
                account.rejections.append(Rejection(row, reason(error)))


def _write(
    database: Database, importer: Importer, rows: Sequence[Row], changed: frozenset[str]
) -> None:
    with database.transaction() as session:
        importer.write(Context(session, SYSTEM), rows, changed)
        now = utcnow()
        repository.remember(
            session,
            [
                {"source": importer.source, "key": r.key, "digest": r.digest, "imported_at": now}
                for r in rows
            ],
        )
