from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from records_api.core.context import Context
from records_api.encounters import service
from records_api.encounters.schemas import EncounterIn, FindingsIn
from tests.records_api.consultation import doctor, headers, models, patient

__all__ = ["doctor", "headers", "models", "patient"]

VIEW, START = "sehat-patient-view", "sehat-encounter-start"
Call = Callable[..., Any]


@pytest.fixture
def opened(doctor: Context, patient: str) -> str:
    """A visit that goes on, with a fever and without a rash."""
    encounter = service.open_encounter(doctor, patient, EncounterIn(complaint="Fever"))
    service.record_findings(doctor, encounter.id, FindingsIn(present=["fever"], absent=["rash"]))
    doctor.session.commit()
    return encounter.id


@pytest.fixture
def body(patient: str) -> Callable[..., dict[str, Any]]:
    """A call of a hook; `context` and other fields as they are given."""

    def make(hook: str = "patient-view", context: Any = None, **fields: Any) -> dict[str, Any]:
        about = {"userId": "Practitioner/d1", "patientId": patient} | (context or {})
        return {"hook": hook, "hookInstance": str(uuid4()), "context": about} | fields

    return make


@pytest.fixture
def cards(client: TestClient, headers: dict[str, str], body: Callable[..., dict[str, Any]]) -> Call:
    """The cards of a call that succeeds."""

    def call(hook: str = "patient-view", *, language: str = "en", **fields: Any) -> Any:
        answer = client.post(
            f"/api/cds-services/sehat-{hook}",
            json=body(hook, **fields),
            headers=headers | {"Accept-Language": language},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["cards"]

    return call


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


def observation(code: str, **fields: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"code": code}]},
    } | (fields or {"valueBoolean": True})


def condition(
    code: str, verified: str | None = None, system: str | None = None, **fields: Any
) -> dict[str, Any]:
    coding = {"code": code, "system": system}
    made: dict[str, Any] = {"resourceType": "Condition", "code": {"coding": [coding]}}
    if verified:
        made["verificationStatus"] = {"coding": [{"code": verified}]}
    return made | fields


def bundle(*resources: Any) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": resource} for resource in resources],
    }
