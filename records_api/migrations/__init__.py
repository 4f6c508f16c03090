"""Alembic migrations of the records; run by `records_api.core.migrate.upgrade`."""
