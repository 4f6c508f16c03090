"""When storage fails: a clear message, nothing half-written, and all well once it is mended."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError

from records_api.core import migrate
from records_api.core.audit import broken_rows
from records_api.core.db import Database
from records_api.core.edge import storage_fault
from records_api.core.errors import Conflict, DiskFull, StorageFailed
from records_api.patients.tables import Patient

BODY = {"name": "Asha Sharma", "sex": "F", "birth_date": "1988-04-12"}
Headers = Callable[..., dict[str, str]]


def count(database: Database) -> int:
    with database.transaction() as session:
        assert list(broken_rows(session)) == []
        return int(session.scalar(select(func.count()).select_from(Patient)) or 0)


@pytest.fixture
def on_sqlite(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's disk is not ours to fill")


def test_full_disk_is_told_and_nothing_is_lost(
    on_sqlite: None, client: Any, as_actor: Headers, database: Database
) -> None:
    clerk = as_actor("clerk")

    def register(number: int) -> Any:
        body = BODY | {"name": f"{number} " + "x" * 150}
        return client.post(
            "/api/patients", json=body, headers=clerk | {"Idempotency-Key": f"form-{number}"}
        )

    def no_more_pages(connection: sqlite3.Connection, _: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")

    database.dispose()
    event.listen(database.engine, "connect", no_more_pages)
    kept = 0
    for _ in range(200):
        answer = register(kept)
        if answer.status_code != 201:
            break
        kept += 1
    assert (answer.status_code, answer.json()["type"]) == (507, "urn:sehat:disk-full")
    assert "Nothing was saved" in answer.json()["detail"]
    event.remove(database.engine, "connect", no_more_pages)
    database.dispose()
    assert count(database) == kept
    assert register(kept).status_code == 201  # the same form, sent again once there is room
    assert count(database) == kept + 1


def test_database_that_may_only_be_read(
    on_sqlite: None, client: Any, as_actor: Headers, database: Database
) -> None:
    clerk = as_actor("clerk")

    def read_only(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    database.dispose()
    event.listen(database.engine, "connect", read_only)
    answer = client.post("/api/patients", json=BODY, headers=clerk)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:sehat:storage-failed")
    event.remove(database.engine, "connect", read_only)
    database.dispose()
    assert client.post("/api/patients", json=BODY, headers=clerk).status_code == 201


def test_somebody_else_holds_the_database(
    on_sqlite: None, client: Any, as_actor: Headers, database: Database
) -> None:
    clerk = as_actor("clerk")

    def impatient(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA busy_timeout = 50")

    database.dispose()
    event.listen(database.engine, "connect", impatient)
    with database.transaction() as session:
        session.execute(text("SELECT 1"))  # takes the write lock
        answer = client.post("/api/patients", json=BODY, headers=clerk)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:sehat:conflict")
    assert client.post("/api/patients", json=BODY, headers=clerk).status_code == 201


def test_damaged_database_is_told(
    on_sqlite: None, client: Any, as_actor: Headers, database: Database
) -> None:
    clerk = as_actor("clerk")
    database.dispose()
    path = Path(str(database.engine.url.database))
    with path.open("r+b") as file:
        file.write(b"not a database at all")
    answer = client.post("/api/patients", json=BODY, headers=clerk)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:sehat:storage-failed")
    with pytest.raises(migrate.WrongDatabase, match="not a database"):
        migrate.upgrade(str(database.engine.url))


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(migrate.WrongDatabase, match="SEHAT_HOME"):
        migrate.upgrade(f"sqlite:///{tmp_path / 'file' / 'records.db'}")


def test_server_that_is_not_there_is_told_without_its_password() -> None:
    url = "postgresql+psycopg://sehat:s3cret@127.0.0.1:9/sehat"
    with pytest.raises(migrate.WrongDatabase, match="does not answer") as refused:
        migrate.upgrade(url)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("database is locked", Conflict),
        ("deadlock detected\nDETAIL: Process 1 waits", Conflict),
        ("database or disk is full", DiskFull),
        ('could not extend file "base/1": No space left on device', DiskFull),
        ("server closed the connection unexpectedly", StorageFailed),
    ],
)
def test_what_the_database_says_becomes_what_to_do(message: str, kind: type[Exception]) -> None:
    assert type(storage_fault(OperationalError("", {}, Exception(message)))) is kind
