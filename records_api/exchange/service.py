"""Bulk import: every row is accepted, rejected with a reason, or unchanged; a second run adds none.

An importer reads rows and writes batches through the services of the slices. What is common lives
here: the account, the digest of each row, the transaction a batch, and the row that spoils a batch.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError, StatementError

from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database, utcnow
from records_api.core.errors import SehatError
from records_api.exchange import repository

_KEEPABLE = re.compile("[^\0\ud800-\udfff]{1,200}")


@dataclass(frozen=True)
class Row:
    """One input row. `key` names it in its source; `error` says that it could not even be read."""

    key: str
    content: dict[str, Any]
    error: str | None = None

    @property
    def digest(self) -> str:
        text = json.dumps(self.content, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()

    @property
    def problem(self) -> str | None:
        """Why the row cannot be taken, as far as that is known without its importer."""
        if self.error is None and not _KEEPABLE.fullmatch(self.key):
            return "the row's name is too long, or holds a character that cannot be kept"
        return self.error


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
        content. Raises on a row that does not fit; the caller then rolls back and tries fewer of
        them, so an importer keeps no state of what it wrote."""


def reason(error: Exception) -> str:
    """One sentence that names the field."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "row"
        return f"{place}: {first['msg']}"
    if isinstance(error, SehatError):
        return f"{error.field}: {error}" if error.field else str(error)
    if isinstance(error, StatementError):
        cause = error.orig
        return (
            str(cause) if type(cause) is ValueError else f"cannot be kept: {type(cause).__name__}"
        )
    if isinstance(error, KeyError):
        return f"{error.args[0]}: is missing"
    return str(error) or type(error).__name__


# What a row can be guilty of: whatever a value of any type, size and shape can make code raise.
_ROW_ERRORS = (
    *(SehatError, StatementError),
    *(ValueError, ArithmeticError, LookupError, TypeError, AttributeError),
)
# A database that is full, locked or gone is no row's fault. It ends the import, which goes on from
# there when it is run again; else every row that follows would be rejected for it.
_NO_ROWS_FAULT = (OperationalError, InterfaceError)


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
    with database.reading() as session:
        keys = [row.key for row in batch if row.problem is None]
        known = repository.digests(session, importer.source, keys)
    for row in batch:
        earlier = account.seen.setdefault(row.key, row.digest)
        if (problem := row.problem) is not None:
            account.rejections.append(Rejection(row, problem))
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
    _save(database, importer, list(fresh.values()), changed, account)


def _save(
    database: Database,
    importer: Importer,
    rows: Sequence[Row],
    changed: frozenset[str],
    account: Account,
) -> None:
    """Write all rows; if one of them does not fit, halve them until it stands alone."""
    try:
        _write(database, importer, rows, changed)
        account.accepted += len(rows)
    except _NO_ROWS_FAULT:
        raise
    except _ROW_ERRORS as error:
        if len(rows) == 1:
            account.rejections.append(Rejection(rows[0], reason(error)))
            return
        middle = len(rows) // 2
        for half in (rows[:middle], rows[middle:]):
            _save(database, importer, half, changed, account)


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
