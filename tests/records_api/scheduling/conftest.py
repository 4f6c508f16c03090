from collections.abc import Callable
from datetime import timedelta

import pytest

from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database, utcnow
from records_api.scheduling import service
from records_api.scheduling.schemas import SessionIn
from tests.records_api.models import seeds
from tests.records_api.models.fake import FakeModels


@pytest.fixture
def models() -> FakeModels:
    return FakeModels()


@pytest.fixture
def clerk(ctx: Callable[..., Context]) -> Context:
    return ctx("clerk")


@pytest.fixture
def patient(clerk: Context) -> str:
    patient_id = seeds.add_patient(clerk.session)
    seeds.add_concepts(clerk.session)
    clerk.session.commit()
    return patient_id


@pytest.fixture
def own(as_actor: Callable[..., dict[str, str]], patient: str) -> dict[str, str]:
    """Headers of the patient themself."""
    return as_actor("resident", patient_id=patient)


@pytest.fixture
def headers(clerk: Context, as_actor: Callable[..., dict[str, str]]) -> dict[str, str]:
    return as_actor("clerk", id=clerk.actor.id)


@pytest.fixture
def facility(database: Database) -> str:
    with database.transaction() as session:
        return seeds.add_facility(session)


@pytest.fixture
def open_clinic(database: Database, facility: str) -> Callable[..., str]:
    """Opens a clinic of tomorrow; its id."""

    def make(places: int = 3, specialty: str = "general medicine", days: float = 1) -> str:
        begins = utcnow() + timedelta(days=days)
        data = SessionIn(
            facility_id=facility,
            specialty=specialty,
            starts_at=begins,
            ends_at=begins + timedelta(hours=4),
            places=places,
        )
        with database.transaction() as session:
            return service.create_many(Context(session, SYSTEM), [data])[0]

    return make
