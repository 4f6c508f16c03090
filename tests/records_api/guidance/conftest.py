from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from records_api.core.context import Context
from records_api.encounters import service
from records_api.encounters.schemas import EncounterIn
from tests.records_api.consultation import doctor, headers, models, patient
from tests.records_api.models import seeds

__all__ = ["doctor", "headers", "models", "patient"]


@pytest.fixture
def opened(doctor: Context, patient: str) -> str:
    """An open encounter of the patient, with a terminology that knows red flags and first care."""
    seeds.add_guidance(doctor.session)
    encounter = service.open_encounter(doctor, patient, EncounterIn(complaint="Chest pain"))
    doctor.session.commit()
    return encounter.id


@pytest.fixture
def told(client: TestClient, headers: dict[str, str], opened: str) -> Callable[..., Any]:
    """The warnings of the visit."""

    def get(language: str = "en") -> Any:
        speaking = headers | {"Accept-Language": language}
        answer = client.get(f"/api/encounters/{opened}/warnings", headers=speaking)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return get


@pytest.fixture
def post(client: TestClient, headers: dict[str, str], opened: str) -> Callable[..., Any]:
    """What a model says of the visit; `screen`: findings that are not saved yet."""

    def ask(what: str = "differential", language: str = "en", **screen: Any) -> Any:
        speaking = headers | {"Accept-Language": language}
        at = f"/api/encounters/{opened}/{what}"
        answer = client.post(at, json=screen or None, headers=speaking)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask
