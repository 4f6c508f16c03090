"""SQLite has one writer at a time, and lets the others poll: with naps of up to 100 ms, in no order.
Here the threads of a process take turns instead, the first that came first, and the one whose turn it
is looks every half millisecond whether another process is done.
"""

import sqlite3
from collections import deque
from threading import Lock
from time import monotonic, sleep
from typing import Any

NAP = 0.0005  # seconds


class Turns:
    """A lock that is handed to whoever has waited longest."""

    def __init__(self) -> None:
        self._inside = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    def take(self, patience: float) -> bool:
        """Wait up to `patience` seconds; whether it is one's turn now."""
        with self._inside:
            if not self._taken:
                self._taken = True
                return True
            ticket = Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        if ticket.acquire(timeout=patience):
            return True
        with self._inside:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                return False
        return True  # it was handed over just as patience ended

    def leave(self) -> None:
        with self._inside:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class TurnConnection(sqlite3.Connection):
    """A connection whose writing transactions wait for their turn."""

    turns: Turns
    _writing = False

    def write(self) -> None:
        """Begin a transaction that writes. Raises `sqlite3.OperationalError` after busy_timeout."""
        (patience,) = self.execute("PRAGMA busy_timeout").fetchone()  # ms
        until = monotonic() + patience / 1000
        if not self.turns.take(patience / 1000):
            raise sqlite3.OperationalError("database is locked")
        self._writing = True
        self.execute("PRAGMA busy_timeout = 0")
        try:
            while not self._begun(until):
                sleep(NAP)
        except BaseException:
            self._leave()
            raise
        finally:
            self.execute(f"PRAGMA busy_timeout = {patience}")

    def _begun(self, until: float) -> bool:
        try:
            self.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            return False
        return True

    def commit(self) -> None:
        super().commit()  # if that fails, a rollback follows
        self._leave()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._leave()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._leave()

    def _leave(self) -> None:
        if self._writing:
            self._writing = False
            self.turns.leave()


def connections() -> Any:
    """A class of connections that take turns with each other: one for each database file."""
    return type("TurnConnection", (TurnConnection,), {"turns": Turns()})
