import pytest

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
