from collections.abc import Callable
from typing import Any

import pytest

from records_api.core.context import Context
from tests.records_api.consultation import doctor, headers, models, patient

__all__ = ["doctor", "headers", "models", "patient"]


@pytest.fixture
def opened(doctor: Context, patient: str) -> str:
    """An open encounter of the patient."""
    from records_api.encounters import service
    from records_api.encounters.schemas import EncounterIn

    encounter = service.open_encounter(doctor, patient, EncounterIn(complaint="Fever"))
    doctor.session.commit()
    return encounter.id


@pytest.fixture
def rows(doctor: Context) -> Callable[..., list[Any]]:
    """All rows of a table, read afresh."""
    from sqlalchemy import select

    def read(table: Any) -> list[Any]:
        doctor.session.commit()
        doctor.session.expire_all()
        found = list(doctor.session.scalars(select(table)))
        doctor.session.commit()
        return found

    return read
