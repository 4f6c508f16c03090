from collections.abc import Callable
from typing import Any

import pytest

from records_api.core.context import Context
from tests.records_api.models import seeds
from tests.records_api.models.fake import FakeModels


@pytest.fixture
def models() -> FakeModels:
    return FakeModels()


@pytest.fixture
def doctor(ctx: Callable[..., Context]) -> Context:
    """A doctor who has a patient, `doctor_patient`, that opened the record to them."""
    return ctx("doctor")


@pytest.fixture
def patient(doctor: Context) -> str:
    patient_id = seeds.add_patient(doctor.session)
    seeds.add_concepts(doctor.session)
    seeds.grant(doctor.session, patient_id, doctor.actor.id)
    doctor.session.commit()
    return patient_id


@pytest.fixture
def headers(doctor: Context, as_actor: Callable[..., dict[str, str]]) -> dict[str, str]:
    return as_actor("doctor", id=doctor.actor.id)


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
