"""The schema that migrations make is the schema that the code expects, on both databases."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from records_api.core import migrate
from records_api.core.audit import GENESIS, AuditHead, broken_rows
from records_api.core.context import Context
from records_api.core.db import Database, make_engine
from records_api.tables import Base


def test_migrated_schema_equals_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_chain_begins_with_one_head(database: Database) -> None:
    with database.transaction() as session:
        head = session.get_one(AuditHead, 1)
        assert (head.seq, head.hash) == (0, GENESIS)
        assert list(broken_rows(session)) == []


def test_second_upgrade_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'records.db'}"
    assert migrate.upgrade(url) is True
    assert migrate.upgrade(url) is False


def test_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    migrate.upgrade(url)
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrate.WrongDatabase, match=r"9999.*Update Sehat"):
        migrate.upgrade(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    engine.dispose()


def test_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'other.db'}"
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE poems (line text)"))
    engine.dispose()
    with pytest.raises(migrate.WrongDatabase, match="not Sehat's"):
        migrate.upgrade(url)


@pytest.mark.parametrize("verb", ["UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log"])
def test_audit_log_only_grows(database: Database, ctx, verb: str) -> None:
    acting: Context = ctx("system")
    acting.audit("test.row")
    acting.session.commit()
    with pytest.raises(IntegrityError, match="only grows"), database.transaction() as session:
        session.execute(text(verb))


def test_stock_ledger_only_grows(database: Database) -> None:
    ledger = Base.metadata.tables["stock_movements"]
    with database.transaction() as session:
        _one_movement(session)
    for statement in (update(ledger).values(quantity=1), ledger.delete()):
        with pytest.raises(IntegrityError, match="only grows"), database.transaction() as session:
            session.execute(statement)


def _one_movement(session) -> None:
    from datetime import UTC, datetime

    at = datetime(2024, 1, 1, tzinfo=UTC)
    rows = {
        "districts": {"code": "d", "name_en": "D"},
        "facilities": {"id": "f", "code": "f", "name": "F", "kind": "other", "district": "d", "zone": "Asia/Kolkata", "synthetic": False, "source": "t", "recorded_at": at, "version": 1},
        "items": {"id": "i", "code": "i", "name": "I", "unit": "{tbl}", "source": "t", "recorded_at": at},
        "batches": {"id": "b", "facility_id": "f", "item_id": "i", "number": "1", "on_hand": 5},
        "stock_movements": {"id": "m", "batch_id": "b", "facility_id": "f", "item_id": "i", "kind": "receive", "quantity": 5, "at": at, "by": "system", "recorded_at": at},
    }  # fmt: skip
    for table, row in rows.items():
        session.execute(insert(Base.metadata.tables[table]).values(row))


def test_notes_of_before_were_signed_by_being_kept(new_database) -> None:
    engine = make_engine(new_database())
    with engine.begin() as connection:
        command.upgrade(migrate.config(connection), "0002")
        at = "'2024-01-01 00:00:00+00:00'"
        for row in (
            "districts (code, name_en) VALUES ('d', 'D')",
            f"patients (id, health_id, name, search_name, sex, birth_date, synthetic, source, recorded_at, updated_at, version) VALUES ('p', '1', 'A', 'a', 'F', '1990-01-01', false, 't', {at}, {at}, 1)",
            f"encounters (id, patient_id, status, started_at, source, recorded_at, version) VALUES ('e', 'p', 'open', {at}, 't', {at}, 1)",
            f"notes (id, encounter_id, author_id, text, recorded_at) VALUES ('n', 'e', 'dr', 'Rest.', {at})",
        ):  # fmt: skip
            connection.execute(text(f"INSERT INTO {row}"))
        command.upgrade(migrate.config(connection), "0003")
        note = connection.execute(text("SELECT * FROM notes")).mappings().one()
        assert (note["status"], note["source"], note["draft"]) == ("signed", "typed", "Rest.")
        assert note["signed_at"] == note["recorded_at"]
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("UPDATE notes SET status = 'lost'"))
    engine.dispose()
