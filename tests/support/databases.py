"""Databases for tests: fresh for each test, and quick because a prepared one is copied.

Both kinds offer `new(prepare)`: `prepare` gets an address (SQLAlchemy's) and fills the database
behind it, once a run; every later call copies the result. Without it the database is empty.
"""

import shutil
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg.sql import SQL, Identifier

Prepare = Callable[[str], object]


class Databases(Protocol):
    kind: str

    def new(self, prepare: Prepare | None = None) -> str: ...

    def drop(self, url: str) -> None: ...


def _key(prepare: Prepare) -> str:
    return f"{prepare.__module__}.{prepare.__qualname__}"


class SQLiteDatabases:
    """Files in one folder. `prepare` must close its connections, which empties the WAL."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._prepared: dict[str, Path] = {}

    def _file(self) -> Path:
        return self._folder / f"test_{next(self._numbers)}.db"

    def new(self, prepare: Prepare | None = None) -> str:
        file = self._file()
        if prepare is not None:
            if (key := _key(prepare)) not in self._prepared:
                template = self._file()
                prepare(f"sqlite:///{template}")
                self._prepared[key] = template
            shutil.copy(self._prepared[key], file)
        return f"sqlite:///{file}"

    def drop(self, url: str) -> None:
        file = Path(url.removeprefix("sqlite:///"))
        for suffix in ("", "-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)


class PostgreSQLDatabases:
    """Databases of one server, copied by CREATE DATABASE … TEMPLATE; the role `sehat` owns them."""

    kind = "postgresql"

    def __init__(self, server: str) -> None:
        self._server = server
        self._numbers = count(1)
        self._prepared: dict[str, str] = {}

    def _admin(self, command: str, *names: str) -> None:
        address = self._server.replace("+psycopg", "").replace("sehat@", "postgres@")
        with closing(psycopg.connect(f"{address}/postgres", autocommit=True)) as admin:
            if "TEMPLATE" in command and admin.info.server_version >= 150000:
                command += " STRATEGY FILE_COPY"  # as before 15; the newer way is for large servers
            admin.execute(SQL(command).format(*map(Identifier, names)))

    def _create(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self._admin("CREATE DATABASE {} OWNER sehat TEMPLATE {}", name, template)
        return name

    def new(self, prepare: Prepare | None = None) -> str:
        template = "template0"
        if prepare is not None:
            if (key := _key(prepare)) not in self._prepared:
                name = self._create("template0")
                prepare(f"{self._server}/{name}")
                self._prepared[key] = name
            template = self._prepared[key]
        return f"{self._server}/{self._create(template)}"

    def drop(self, url: str) -> None:
        self._admin("DROP DATABASE {} WITH (FORCE)", url.rpartition("/")[2])
