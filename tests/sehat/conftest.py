from collections.abc import Iterator

import pytest

from records_api.core.db import Database
from sehat import state


@pytest.fixture(autouse=True)
def records(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The commands of this test work on these records."""
    made = Database(database_url)
    monkeypatch.setattr(state, "database", lambda: made)
    yield made
    made.dispose()
