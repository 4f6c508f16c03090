"""The records as in tests/records_api, for what goes wrong with them."""

from tests.records_api.conftest import as_actor, client, ctx, database, make_actor, models

__all__ = ["as_actor", "client", "ctx", "database", "make_actor", "models"]
