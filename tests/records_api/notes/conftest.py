from collections.abc import Callable
from typing import Any

import pytest

from tests.records_api.consultation import doctor, headers, models, patient
from tests.records_api.encounters.conftest import opened, rows

__all__ = ["doctor", "headers", "models", "opened", "patient", "rows"]

TEXT = "bukhar 3 din se, no rash. r/o flu. pcm 500"


@pytest.fixture
def draft(client: Any, headers: dict[str, str], opened: str) -> dict[str, Any]:
    """A draft of the doctor's."""
    made = client.post(f"/api/encounters/{opened}/notes", json={"text": TEXT}, headers=headers)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


@pytest.fixture
def extract(client: Any, headers: dict[str, str], opened: str) -> Callable[..., dict[str, Any]]:
    """Have a text or a note read."""

    def read(**body: Any) -> dict[str, Any]:
        at = f"/api/encounters/{opened}/notes/extract"
        answer = client.post(at, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return read
