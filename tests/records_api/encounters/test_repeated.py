"""A repeated Idempotency-Key on an endpoint that commits before it asks a model."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from records_api.advice.tables import Advice
from records_api.core import idempotency
from records_api.core.db import Database, utcnow
from tests.records_api.models.fake import FakeModels


@pytest.fixture
def keyed(headers: dict[str, str]) -> dict[str, str]:
    return headers | {"Idempotency-Key": "k1"}


def test_the_first_answer_is_given_again(
    client: TestClient, keyed: dict[str, str], opened: str, models: FakeModels, database: Database
):
    at = f"/api/encounters/{opened}/differential"
    first, second = client.post(at, headers=keyed), client.post(at, headers=keyed)
    assert first.status_code == 200
    assert second.content == first.content
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(models.asked) == 1
    with database.transaction() as session:
        assert session.query(Advice).count() == 1


def test_after_an_error_the_key_may_be_used_again(
    client: TestClient, keyed: dict[str, str], opened: str, models: FakeModels
):
    def breaks() -> None:
        raise RuntimeError("killed while the model thinks")

    at = f"/api/encounters/{opened}/differential"
    models.during = breaks
    with pytest.raises(RuntimeError):
        client.post(at, headers=keyed)
    models.during = None
    assert client.post(at, headers=keyed).status_code == 200


def test_a_key_whose_request_was_killed_is_free_after_a_while(
    client: TestClient, keyed: dict[str, str], opened: str, models: FakeModels, database: Database
):
    at = f"/api/encounters/{opened}/differential"
    client.post(at, headers=keyed)
    with database.transaction() as session:  # as it lies when the process died in between
        row = session.query(idempotency.IdempotencyRow).one()
        row.status, row.at = None, utcnow() - timedelta(seconds=30)
    assert client.post(at, headers=keyed).status_code == 409
    with database.transaction() as session:
        row = session.query(idempotency.IdempotencyRow).one()
        row.at = utcnow() - idempotency.ABANDONED - timedelta(seconds=1)
    assert client.post(at, headers=keyed).status_code == 200
    assert len(models.asked) == 2
