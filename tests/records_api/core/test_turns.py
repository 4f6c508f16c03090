"""Who writes on SQLite takes turns; who only reads needs none before the audit row."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from records_api.core.audit import AuditRow, broken_rows
from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database
from records_api.core.turns import Turns, connections
from records_api.facilities.tables import District


def test_the_first_that_came_is_the_first_to_go() -> None:
    turns, order = Turns(), []
    assert turns.take(0)

    def wait(number: int) -> None:
        assert turns.take(10)
        order.append(number)
        turns.leave()

    waiting = []
    for number in range(5):
        waiting.append(threading.Thread(target=wait, args=(number,)))
        waiting[-1].start()
        while len(turns._waiting) <= number:
            time.sleep(0.001)
    assert not turns.take(0.01)  # behind all of them, and not that patient
    turns.leave()
    for thread in waiting:
        thread.join()
    assert order == [0, 1, 2, 3, 4]
    assert turns.take(0)


def test_a_turn_ends_with_its_transaction_however_that_ends(tmp_path: Path) -> None:
    kind = connections()
    one, other = (sqlite3.connect(tmp_path / "a.db", factory=kind) for _ in range(2))
    for connection in (one, other):
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout = 30")
    for end in (one.commit, one.rollback, one.close):
        one.write()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.write()
        end()
        other.write()
        other.commit()
    other.close()


def test_another_process_is_waited_for(tmp_path: Path) -> None:
    """A connection that knows nothing of turns stands for one of another process."""
    strange = sqlite3.connect(tmp_path / "a.db", isolation_level=None, check_same_thread=False)
    mine = sqlite3.connect(tmp_path / "a.db", factory=connections(), isolation_level=None)
    mine.execute("PRAGMA busy_timeout = 5000")
    strange.execute("BEGIN IMMEDIATE")
    threading.Timer(0.05, strange.rollback).start()
    mine.write()
    assert mine.execute("PRAGMA busy_timeout").fetchone() == (5000,)
    mine.rollback()
    strange.close()
    mine.close()


def read(database: Database, number: int) -> None:
    with database.reading() as session:
        session.scalar(select(func.count()).select_from(District))
        Context(session, SYSTEM).audit("patient.read", f"p-{number}")
        session.commit()


def test_readers_and_writers_keep_the_chain_whole(database: Database) -> None:
    def write(number: int) -> None:
        with database.transaction() as session:
            session.add(District(code=f"d-{number}", name_en="D"))
            Context(session, SYSTEM).audit("district.put", f"d-{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: read(database, n) if n % 2 else write(n), range(120)))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AuditRow)) == 120
        assert list(broken_rows(session)) == []


def test_who_reads_does_not_wait_for_a_writer(database: Database) -> None:
    with database.transaction() as writer:
        writer.execute(text("SELECT 1"))  # on SQLite it holds the lock now
        with database.reading() as session:
            assert session.scalar(select(func.count()).select_from(District)) == 0


def test_a_reading_session_refuses_to_write(database: Database) -> None:
    with database.reading() as session:
        session.add(District(code="d", name_en="D"))
        with pytest.raises(AssertionError, match="opened to read"):
            session.flush()
