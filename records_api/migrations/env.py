"""Runs revisions on the connection that `records_api.core.migrate` opened."""

from typing import Any, Literal

from alembic import context

from records_api.core.db import Quantity, UTCDateTime
from records_api.tables import Base


def _render(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """Plain types in revisions: they must still run when our own types have changed."""
    if kind == "type" and isinstance(value, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(value, Quantity):
        return "sa.BigInteger()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=_render,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
