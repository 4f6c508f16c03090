"""Audit: who did or read what, in a chain of hashes that one changed row breaks.

Rows are collected in the session and written as it commits. The head row is locked first, so that
the chain stays single under concurrent writers, and its count shows a row cut off the end.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    Integer,
    String,
    Table,
    bindparam,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from records_api.core.db import READS, Base, UTCDateTime, begin_writing

GENESIS = "0" * 64


class AuditRow(Base):
    __tablename__ = "audit_log"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[str] = mapped_column(String(64), index=True)
    action: Mapped[str] = mapped_column(String(64), doc="noun.verb, as in encounter.read")
    entity_id: Mapped[str | None] = mapped_column(String(64))
    patient_id: Mapped[str | None] = mapped_column(String(36), index=True)
    request_id: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """One row: how many audit rows there are, and the hash of the last."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


class OutboxRow(Base):
    """What happened, for the worker: feature extracts, notifications. Read in order of `seq`."""

    __tablename__ = "outbox"

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    topic: Mapped[str] = mapped_column(String(64), index=True, doc="noun.verb")
    entity_id: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)


def chain(previous: str, row: dict[str, Any]) -> str:
    """Hash of a row and of the row before it: SHA-256 over canonical JSON."""
    at: datetime = row["at"]
    content = {**row, "at": at.isoformat()}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256((previous + text).encode()).hexdigest()


def collect(session: Session, **row: Any) -> None:
    _begin(session)
    session.info.setdefault("audit", []).append(row)


def emit(session: Session, **row: Any) -> None:
    _begin(session)
    session.info.setdefault("outbox", []).append(row)


def _begin(session: Session) -> None:
    """Without a transaction a rollback would tell nobody, and the row would go with the next one."""
    if not session.in_transaction():
        session.begin()


_head = cast(Table, AuditHead.__table__)
_HEAD = select(_head.c.seq, _head.c.hash).where(_head.c.id == 1).with_for_update()
_ADVANCE = (
    update(_head)
    .where(_head.c.id == 1)
    .values(seq=bindparam("new_seq"), hash=bindparam("new_hash"))
)
_ADD = insert(cast(Table, AuditRow.__table__))
_TELL = insert(cast(Table, OutboxRow.__table__))


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    audit, outbox = session.info.pop("audit", []), session.info.pop("outbox", [])
    if not audit and not outbox:
        return
    session.flush()
    if session.info.get(READS):
        begin_writing(session.connection())
    # Statements on tables, made once: this runs in every request, and the mapper costs as much.
    connection = session.connection()
    head = connection.execute(_HEAD).one()
    seq, digest = head.seq, head.hash
    rows = []
    for row in audit:
        seq += 1
        row = {"seq": seq, **row}
        digest = chain(digest, row)
        rows.append({**row, "hash": digest})
    if rows:
        connection.execute(_ADD, rows)
        connection.execute(_ADVANCE, {"new_seq": seq, "new_hash": digest})
    if outbox:
        connection.execute(_TELL, outbox)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("audit", None)
    session.info.pop("outbox", None)


def broken_rows(session: Session) -> Iterator[str]:
    """Each place where the chain does not hold, as a sentence; nothing when it is whole."""
    digest, expected = GENESIS, 0
    fields = [c.name for c in AuditRow.__table__.columns if c.name != "hash"]
    rows = session.scalars(
        select(AuditRow).order_by(AuditRow.seq).execution_options(yield_per=2000)
    )
    for row in rows:
        expected += 1
        if row.seq != expected:
            yield f"row {expected} is missing"
            expected = row.seq
        if chain(digest, {name: getattr(row, name) for name in fields}) != row.hash:
            yield f"row {row.seq} was changed"
        digest = row.hash
    head = session.execute(select(AuditHead)).scalar_one()
    if (head.seq, head.hash) != (expected, digest):
        yield f"the log ends at row {expected}, but {head.seq} rows were written"
