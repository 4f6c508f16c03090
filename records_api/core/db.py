"""Database: engine, column types, and the two ways to open a session: to write, and to read.

Rows are written by one transaction per request, which the edge commits (`core.edge`). Audit and
outbox rows are collected while it runs and written in `before_commit`, under one lock, so that
their order is the order of commits and no reader of the outbox can skip a row. A request that only
reads takes that lock no sooner than then.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Engine,
    MetaData,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from records_api.core.turns import TurnConnection, connections

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Refuses a time without a zone; comes back in UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time needs a zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Quantity(TypeDecorator[Decimal]):
    """An exact decimal of three places, stored as whole thousandths: SQLite has no decimals."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        thousandths = Decimal(value) * 1000
        if thousandths != thousandths.to_integral_value():
            raise ValueError(f"{value} has more than three decimal places")
        return int(thousandths)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 1000


def _configure_sqlite(connection: DBAPIConnection, _record: object) -> None:
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None  # SQLAlchemy, not the driver, says when to begin
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=30000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def make_engine(url: str, **options: Any) -> Engine:
    if url.startswith("sqlite"):
        options = {**options, "connect_args": {"factory": connections()}}
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            if connection.get_execution_options().get(READS):
                connection.exec_driver_sql("BEGIN")
            else:
                begin_writing(connection)

    return engine


READS = "sehat_reads"  # the execution option of a session that writes nothing but its audit


def begin_writing(connection: Connection) -> None:
    """Take the write lock, before the first statement of a transaction: one that took it later
    could fail half-way on a snapshot that is stale by then. A transaction that has only read ends
    here; what it writes next must not depend on what it read."""
    if connection.dialect.name != "sqlite":
        return
    driver = connection.connection.driver_connection
    assert isinstance(driver, TurnConnection)
    try:
        driver.commit()
        driver.write()
    except sqlite3.Error as error:
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error


class Database:
    """An engine and its sessions: `session()` to write, `reading()` to read."""

    def __init__(self, url: str) -> None:
        in_memory = make_url(url).database is None  # one connection, and no pool
        pooled = {} if in_memory else {"pool_size": 20, "max_overflow": 20}
        self.engine = make_engine(url, **pooled)
        self.session = sessionmaker(self.engine, expire_on_commit=False)
        readers = self.engine.execution_options(**{READS: True})
        self.reading = sessionmaker(readers, expire_on_commit=False, info={READS: True})

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls back on an error."""
        with self.session() as session, session.begin():
            yield session

    def dispose(self) -> None:
        self.engine.dispose()


@contextmanager
def reading(session: Session) -> Iterator[Session]:
    """A session beside another, after what that one wrote is committed. It reads, waits for no
    writer, and writes its audit at the end. What it gave stays readable; to change it, get it anew."""
    if session.in_transaction():
        session.commit()
    readers = session.get_bind().execution_options(**{READS: True})
    with Session(readers, expire_on_commit=False, info={READS: True}) as beside:
        yield beside
        beside.commit()


@event.listens_for(Session, "before_flush")
def _refuse(session: Session, *_: object) -> None:
    if session.info.get(READS) and (session.new or session.dirty or session.deleted):
        raise AssertionError("a session that was opened to read was given something to write")


def utcnow() -> datetime:
    return datetime.now(UTC)
