"""Brings a database to the schema of this version: on start of the application, and in tests."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, make_url, text
from sqlalchemy.exc import DatabaseError, OperationalError

from records_api.core.db import make_engine

_LOCK = 7_340_021  # any number, the same in every process that migrates


class WrongDatabase(Exception):
    """The database is not one that this version can read. The text says what to do."""


def config(connection: Connection | None = None) -> Config:
    made = Config()
    made.set_main_option("script_location", "records_api:migrations")
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def head() -> str:
    """The newest revision that this version knows."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


def upgrade(url: str) -> bool:
    """Bring the database to the newest revision; true if anything had to be done.

    Processes that start together wait for each other. Raises `WrongDatabase` and changes nothing
    for a database of a newer version, or one that holds something else.
    """
    address = make_url(url)
    place = address.render_as_string(hide_password=True)
    if address.get_backend_name() == "sqlite" and address.database:
        try:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WrongDatabase(
                f"The folder of {place} cannot be made: {error.strerror}. "
                "Name another folder in SEHAT_HOME."
            ) from error
    engine = make_engine(url)
    try:
        with engine.begin() as connection:  # on SQLite this takes the write lock
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            return _upgrade(connection)
    except DatabaseError as error:
        raise WrongDatabase(_told(error, place)) from error
    finally:
        engine.dispose()


def _told(error: DatabaseError, place: str) -> str:
    said = str(error.orig).strip().splitlines()[0]
    if "not a database" in said:
        return (
            f"{place} is not a database. Move the file away, or name another in SEHAT_DATABASE_URL."
        )
    if isinstance(error, OperationalError):
        return f"{place} does not answer: {said}. Mend that, or name another in SEHAT_DATABASE_URL."
    raise error


def _upgrade(connection: Connection) -> bool:
    scripts = ScriptDirectory.from_config(config())
    known = {script.revision for script in scripts.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    if current == scripts.get_current_head():
        return False
    if current is not None and current not in known:
        raise WrongDatabase(
            f"The records are of version {current}, which this version of Sehat does not know. "
            "Update Sehat, or name another database in SEHAT_DATABASE_URL. Nothing was changed."
        )
    if current is None and inspect(connection).get_table_names():
        raise WrongDatabase(
            "The database holds tables that are not Sehat's. Name an empty database in "
            "SEHAT_DATABASE_URL. Nothing was changed."
        )
    command.upgrade(config(connection), "head")
    return True
