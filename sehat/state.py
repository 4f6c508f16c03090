"""What a command opens: the records, migrated, in SEHAT_HOME."""

from functools import cache

from sqlalchemy import func, select

from records_api.core.db import Database
from records_api.core.migrate import upgrade
from records_api.core.settings import settings


@cache
def database() -> Database:
    """The records; made and migrated on first use."""
    url = settings().database
    upgrade(url)
    return Database(url)


def has_records() -> bool:
    from records_api.patients.tables import Patient

    with database().reading() as session:
        return bool(session.scalar(select(func.count()).select_from(Patient)))


def queue_depth() -> int:
    """Outbox rows that the feature extracts have not taken yet."""
    from features.extract import load_state
    from features.settings import Settings
    from records_api.core.audit import OutboxRow

    taken = min(load_state(Settings()).positions.values(), default=0)

    with database().reading() as session:
        count = session.scalar(
            select(func.count()).select_from(OutboxRow).where(OutboxRow.seq > taken)
        )
    return int(count or 0)
