"""Captures enrolled through the records' own services, back through the feature store."""

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database
from records_api.identity import service
from records_api.identity.schemas import CaptureRecord
from tests.behaviour.identity.drawn import jpeg
from tests.records_api.models.seeds import add_facility, add_patient
from training.datasets import captures

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the libraries that Feast brings along
    from features import store

TAKEN = datetime(2025, 3, 1, tzinfo=UTC)


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("SEHAT_DATABASE_URL", database_url)
    made = Database(database_url)
    yield made
    made.dispose()


@pytest.fixture
def people(database: Database) -> list[str]:
    """Two residents with two enrolled pictures each."""
    with database.transaction() as session:
        add_facility(session)
        patients = [add_patient(session, number) for number in (1, 2)]
    records = [
        CaptureRecord(
            id=f"capture-{person}-{number}",
            patient_id=patient,
            picture=jpeg(person, number),
            taken_at=TAKEN,
            consented_at=TAKEN,
        )
        for person, patient in enumerate(patients)
        for number in (0, 1)
    ]
    with database.transaction() as session:
        service.enrol_many(Context(session, SYSTEM).at(TAKEN), records, source="test")
    return patients


def test_enrolled_pictures_come_back_as_they_were(people: list[str], tmp_path: Path) -> None:
    store.refresh()
    found = captures.from_records()
    assert {(c.capture_id, c.person_id) for c in found} == {
        (f"capture-{person}-{number}", people[person]) for person in (0, 1) for number in (0, 1)
    }
    picture = next(c.picture for c in found if c.capture_id == "capture-1-0")
    assert picture == jpeg(1, 0)
    kept = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert kept
    assert not any(jpeg(1, 0)[:200] in p.read_bytes() for p in kept)


def test_withdrawn_people_are_not_learned_from(database: Database, people: list[str]) -> None:
    """At once, and not only when the features are next refreshed."""
    store.refresh()
    with database.transaction() as session:
        service.withdraw(Context(session, SYSTEM), people[0])
    assert {c.person_id for c in captures.from_records()} == {people[1]}
    store.refresh()
    assert {c.person_id for c in captures.from_records()} == {people[1]}


def test_without_the_key_it_says_so(people: list[str], tmp_path: Path) -> None:
    store.refresh()
    (tmp_path / "home" / "keys" / "vault.key").unlink()
    with pytest.raises(captures.NoKeyError, match=r"vault\.key"):
        captures.from_records()


def test_before_any_features_it_says_what_to_do(people: list[str]) -> None:
    with pytest.raises(FileNotFoundError, match="features refresh"):
        captures.from_records()
