"""Fixtures of a doctor with a patient: imported by the folders whose tests begin there."""

from collections.abc import Callable

import pytest

from records_api.core.context import Context
from tests.records_api.models import seeds
from tests.records_api.models.fake import FakeModels


@pytest.fixture
def models() -> FakeModels:
    return FakeModels()


@pytest.fixture
def doctor(ctx: Callable[..., Context]) -> Context:
    return ctx("doctor")


@pytest.fixture
def patient(doctor: Context) -> str:
    """A resident whose record is open to the doctor."""
    patient_id = seeds.add_patient(doctor.session)
    seeds.add_concepts(doctor.session)
    seeds.grant(doctor.session, patient_id, doctor.actor.id)
    doctor.session.commit()
    return patient_id


@pytest.fixture
def headers(doctor: Context, as_actor: Callable[..., dict[str, str]]) -> dict[str, str]:
    return as_actor("doctor", id=doctor.actor.id)
