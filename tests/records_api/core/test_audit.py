"""The chain of the audit log: one changed row, and one cut off the end, are found."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update

from records_api.core.audit import AuditHead, AuditRow, OutboxRow, broken_rows
from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database


@pytest.fixture
def log(ctx: Callable[..., Context]) -> None:
    acting = ctx("system")
    for number in range(6):
        acting.audit("test.row", f"entity {number}", number=number, text="जाँच")
    acting.session.commit()


def tamper(database: Database, *statements: Any) -> list[str]:
    """Change the log behind the triggers' back, as somebody with the database file could."""
    with database.transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
        else:
            session.execute(text("DROP TRIGGER audit_log_no_update"))
            session.execute(text("DROP TRIGGER audit_log_no_delete"))
        for statement in statements:
            session.execute(statement)
    with database.transaction() as session:
        return list(broken_rows(session))


def test_whole_log_is_whole(log: None, database: Database) -> None:
    with database.transaction() as session:
        assert list(broken_rows(session)) == []
        assert session.get_one(AuditHead, 1).seq == 6


@pytest.mark.parametrize(
    "values",
    [
        {"action": "test.other"},
        {"actor_id": "somebody else"},
        {"patient_id": "p"},
        {"detail": {"number": 99}},
        {"hash": "0" * 64},
    ],
    ids=lambda values: next(iter(values)),
)
def test_changed_row_is_found(log: None, database: Database, values: dict[str, Any]) -> None:
    found = tamper(database, update(AuditRow).where(AuditRow.seq == 3).values(values))
    assert found[0] == "row 3 was changed"


def test_row_cut_out_is_found(log: None, database: Database) -> None:
    found = tamper(database, delete(AuditRow).where(AuditRow.seq == 3))
    assert found[0] == "row 3 is missing"


def test_tail_cut_off_is_found(log: None, database: Database) -> None:
    found = tamper(database, delete(AuditRow).where(AuditRow.seq > 4))
    assert found == ["the log ends at row 4, but 6 rows were written"]


def test_rewritten_head_does_not_hide_it(log: None, database: Database) -> None:
    found = tamper(
        database,
        delete(AuditRow).where(AuditRow.seq > 4),
        update(AuditHead).values(seq=4),
    )
    assert found == ["the log ends at row 4, but 4 rows were written"]


def test_whole_log_replaced_by_an_empty_one_is_found(log: None, database: Database) -> None:
    assert tamper(database, delete(AuditRow)) == ["the log ends at row 0, but 6 rows were written"]


def test_chain_stays_single_under_concurrent_writers(database: Database) -> None:
    def write(worker: int) -> None:
        for number in range(5):
            with database.transaction() as session:
                acting = Context(session, SYSTEM)
                acting.audit("test.row", f"{worker}-{number}")
                acting.emit("test.topic", f"{worker}-{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    with database.transaction() as session:
        assert list(broken_rows(session)) == []
        assert session.scalar(select(func.count()).select_from(AuditRow)) == 40
        audited = session.scalars(select(AuditRow.entity_id).order_by(AuditRow.seq)).all()
        told = session.scalars(select(OutboxRow.entity_id).order_by(OutboxRow.seq)).all()
        assert audited == told  # both in the order of commits


def test_rolled_back_work_leaves_no_row(database: Database) -> None:
    with database.session() as session:
        acting = Context(session, SYSTEM)
        acting.audit("test.row")
        acting.emit("test.topic", "x")
        session.execute(text("SELECT 1"))
        session.rollback()
        session.commit()
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(AuditRow)) == 0
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0


def test_collected_rows_of_an_abandoned_session_are_not_written(database: Database) -> None:
    """Nothing was executed yet: a rollback must forget them all the same."""
    session = database.session()
    Context(session, SYSTEM).audit("test.row")
    session.rollback()
    session.commit()
    session.close()
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(AuditRow)) == 0
