"""`sehat drift`, `sehat models challenge` and `shadow`, on records and features of the test's own."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from features import store
from records_api.advice.tables import ShadowAnswer
from records_api.core.db import Database
from records_api.core.errors import ModelUnavailable
from records_api.drift.tables import DriftReport
from sehat import cli, drift
from serving.diagnosis.schema import ShadowBatch, ShadowQuery
from serving.shadow import Kept
from tests.features.world import World
from tests.records_api.advice.test_shadows import shadowed
from training import registry
from training.registry import ModelVersion

NOW = datetime.now(UTC)
POPULATION = {
    "format": 1,
    "rows": 1000,
    "shares": {
        "age": {"18-44": 1000},
        "findings known": {"1": 1000},
        "first condition": {"dengue": 500, "malaria": 500},
        "abstained": {"no": 1000},
    },
    "findings": {"E_1": 1000},
}


def called(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, list(words), env={"COLUMNS": "160", "NO_COLOR": "1"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def version(number: str, champion: bool = False) -> ModelVersion:
    return ModelVersion(
        "diagnosis", number, champion, False, "run", NOW, "", "records", {}, "passed"
    )


@pytest.fixture(autouse=True)
def reigning(monkeypatch: pytest.MonkeyPatch) -> list[ModelVersion]:
    """A registry in memory: version 3 is champion, 4 is not."""
    held = [version("4"), version("3", champion=True)]
    monkeypatch.setattr(registry, "versions", lambda *_: held)
    monkeypatch.setattr(registry, "profile", lambda _version: POPULATION)
    return held


@pytest.fixture
def visits(
    records: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """So many visits of yesterday, each asked about, of people of this age."""

    def fill(n: int, age: float) -> None:
        world = World()
        world.place()
        patient = world.patient(NOW - timedelta(days=900))
        for k in range(n):
            at = NOW - timedelta(days=1) + timedelta(minutes=k)
            visit = world.encounter(at, patient, ["E_1"])
            ranked = ["dengue", "malaria"] if k % 2 else ["malaria", "dengue"]
            world.advise(at, visit, ranked, ["E_1"], age=age)
        world.write(database_url)
        monkeypatch.setenv("SEHAT_DATABASE_URL", database_url)
        store.refresh()

    return fill


def kept(records: Database) -> list[DriftReport]:
    with records.session() as session:
        return list(session.scalars(select(DriftReport).order_by(DriftReport.id)))


def test_the_same_people_end_well(records: Database, visits: Callable[..., None]) -> None:
    visits(80, 30.0)
    code, text = called("drift", "diagnosis", "--json")
    assert code == 0
    found = json.loads(text)
    assert (found["level"], found["visits"]) == ("steady", 80)
    assert kept(records) == []


def test_other_people_end_with_three_and_the_report_is_kept(
    records: Database, visits: Callable[..., None]
) -> None:
    visits(80, 80.0)
    code, text = called("drift", "diagnosis", "--keep")
    assert code == 3
    assert "alarm" in text
    [row] = kept(records)
    assert (row.level, row.model_version, row.report["visits"]) == ("alarm", "3", 80)
    since = f"{NOW + timedelta(days=2):%Y-%m-%d}"
    with pytest.raises(ValueError, match="begin before"):
        called("drift", "diagnosis", "--since", since)


def test_what_cannot_be_watched_is_kept_as_failed(
    records: Database, reigning: list[ModelVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileNotFoundError):
        called("drift", "diagnosis", "--keep")  # no features yet
    monkeypatch.setattr(registry, "profile", lambda _version: None)
    with pytest.raises(drift.DriftError, match="train diagnosis"):
        called("drift", "diagnosis", "--keep")
    reigning.clear()
    with pytest.raises(drift.DriftError, match="no champion"):
        called("drift", "diagnosis", "--keep")
    with pytest.raises(drift.DriftError):
        called("drift", "diagnosis")
    assert [row.level for row in kept(records)] == ["failed"] * 3
    assert "no champion" in kept(records)[-1].report["problem"]


def test_only_diagnosis_is_watched() -> None:
    code, text = called("drift", "demand")
    assert code == 2
    assert "diagnosis" in text


def test_who_challenges(monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[Any] = []
    monkeypatch.setattr(registry, "challenge", lambda *words: named.append(words))
    assert called("models", "challenge", "diagnosis", "4")[0] == 0
    assert called("models", "challenge", "diagnosis", "--stop")[0] == 0
    assert named == [("diagnosis", "4"), ("diagnosis", None)]
    assert called("models", "challenge", "diagnosis", "3")[0] == 1  # it reigns
    assert called("models", "challenge", "diagnosis", "9")[0] == 1
    assert called("models", "challenge", "diagnosis")[0] == 2
    assert called("models", "challenge", "diagnosis", "4", "--stop")[0] == 2
    assert called("models", "challenge", "demand", "4")[0] == 2
    assert len(named) == 2


def test_champion_and_challenger_as_a_table(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    world.place()
    patient = world.patient(NOW - timedelta(days=900))
    for k in range(40):
        at = NOW - timedelta(days=1) + timedelta(minutes=k)
        visit = world.encounter(at, patient, ["E_1"])
        world.advise(at, visit, ["malaria", "dengue"], ["E_1"], question=f"q{k}")
        world.shadowed(at, f"q{k}", ["dengue", "malaria"], "4")
        world.diagnosis(at + timedelta(seconds=30), visit, "dengue")
    world.write(database_url)
    monkeypatch.setenv("SEHAT_DATABASE_URL", database_url)
    store.refresh()
    code, text = called("models", "shadow", "diagnosis", "--json")
    assert code == 0
    [duel] = json.loads(text)["duels"]
    assert (duel["challenger"], duel["answers"], duel["differ"]) == ("4", 40, 1.0)
    assert (duel["top1"]["only_challenger"], duel["top1"]["only_champion"]) == (40, 0)
    assert duel["top1"]["low"] > 0.8
    code, text = called("models", "shadow", "diagnosis")
    assert "challenger 4" in text
    assert "+100.0%" in text


class Service:
    """A model service that holds answers, and falls silent when it is told to."""

    def __init__(self) -> None:
        self.kept, self.calls, self.silent_after = Kept(), 0, 99

    def shadow(self, query: ShadowQuery) -> ShadowBatch:
        self.calls += 1
        if self.calls > self.silent_after:
            raise ModelUnavailable("The {capability} model does not answer.", capability="shadow")
        return self.kept.collect(query.model_copy(update={"limit": 2}))


def test_answers_are_collected_once_and_survive_a_silence(records: Database) -> None:
    service = Service()
    for k in range(5):
        content = shadowed(question=f"{k}" * 64).model_dump(exclude={"number"})
        service.kept.add(**content)
    service.silent_after = 1
    assert drift.collect(records, service) == 2  # type: ignore[arg-type]
    assert len(service.kept) == 5  # nobody has said yet that two arrived
    service.silent_after = 99
    assert drift.collect(records, service) == 3  # type: ignore[arg-type]
    assert len(service.kept) == 0
    assert drift.collect(records, service) == 0  # type: ignore[arg-type]
    with records.session() as session:
        assert len(session.scalars(select(ShadowAnswer)).all()) == 5
