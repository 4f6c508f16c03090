"""`Idempotency-Key`: the first answer to a key is the answer to every repetition of it."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Integer, LargeBinary, String, delete, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from records_api.core.db import Base, UTCDateTime, utcnow
from records_api.core.errors import Conflict

ABANDONED = timedelta(minutes=2)  # no request takes that long: its process was killed


class IdempotencyRow(Base):
    __tablename__ = "idempotency"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    caller: Mapped[str] = mapped_column(String(64), primary_key=True, doc="actor")
    request: Mapped[str] = mapped_column(String(64), doc="digest of method, path and body")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    status: Mapped[int | None] = mapped_column(Integer)
    media_type: Mapped[str | None] = mapped_column(String(100))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


def digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\x1f".join(parts)).hexdigest()


def claim(session: Session, key: str, caller: str, request: str) -> IdempotencyRow | None:
    """Take the key for this request: None when it is ours, else the answer that was given first.

    The insert waits for a concurrent request with the same key, so there is never a second run.
    """
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    row = {"key": key, "caller": caller, "request": request, "at": utcnow()}
    statement = insert(IdempotencyRow).values(row).on_conflict_do_nothing()
    if session.execute(statement.returning(IdempotencyRow.key)).first():
        return None
    first = session.scalars(
        select(IdempotencyRow).where(IdempotencyRow.key == key, IdempotencyRow.caller == caller)
    ).one()
    if first.request != request:
        raise Conflict(
            "This Idempotency-Key was used for another request. Use a new key.",
            field="Idempotency-Key",
        )
    if first.status is None and not _take_over(session, first):
        raise Conflict(
            "The first request with this Idempotency-Key has not ended yet. Try again soon.",
            field="Idempotency-Key",
        )
    return first if first.status is not None else None


def _take_over(session: Session, first: IdempotencyRow) -> bool:
    """Take the key of a request that was killed half-way; of two that try, one gets it."""
    now = utcnow()
    taken = session.execute(
        update(IdempotencyRow)
        .where(
            IdempotencyRow.key == first.key,
            IdempotencyRow.caller == first.caller,
            IdempotencyRow.status.is_(None),
            IdempotencyRow.at < now - ABANDONED,
        )
        .values(at=now)
        .returning(IdempotencyRow.key)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


def release(session: Session, key: str, caller: str) -> None:
    """Give the key back after an error: the caller may try again with it."""
    session.rollback()
    session.execute(
        delete(IdempotencyRow)
        .where(
            IdempotencyRow.key == key,
            IdempotencyRow.caller == caller,
            IdempotencyRow.status.is_(None),
        )
        .execution_options(synchronize_session=False)
    )
    session.commit()


def keep(
    session: Session, key: str, caller: str, status: int, media_type: str, body: bytes
) -> None:
    session.execute(
        update(IdempotencyRow)
        .where(IdempotencyRow.key == key, IdempotencyRow.caller == caller)
        .values(status=status, media_type=media_type, body=body)
    )
