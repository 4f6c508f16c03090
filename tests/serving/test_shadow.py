"""A challenger answers behind the champion: its answers can be collected, and its faults cost nothing."""

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from serving.champion import Champion, Champions, Pointer
from serving.common import ModelRef, digest
from serving.diagnosis.schema import (
    DiagnosisAnswer,
    DiagnosisRequest,
    Evidence,
    RankedCondition,
    ShadowQuery,
)
from serving.shadow import WAITING, Shadows

REQUEST = DiagnosisRequest(patient_id="p1", age=31.25, present=["fever", "खांसी"])
CHAMPION = ModelRef(name="diagnosis", version="1")


def answer(
    predictor: Any, request: DiagnosisRequest, known: Mapping[str, Any], model: ModelRef
) -> DiagnosisAnswer:
    """What a model says; a predictor may do something else first."""
    predictor(request, known)
    evidence = [Evidence(finding="fever", present=True, weight=1.0)]
    return DiagnosisAnswer(
        model=model,
        ranked=[RankedCondition(condition="flu", probability=0.7, evidence_for=evidence)],
        prediction_set=["flu"],
        abstained=False,
        urgent=False,
    )


class Registry:
    """Whose alias is `challenger`, and what that version does."""

    def __init__(self) -> None:
        self.version: str | None = None
        self.does: Callable[..., None] = lambda *_: None

    def find(self, _capability: str) -> Pointer | None:
        return Pointer(self.version, Path(), "", datetime.now(UTC)) if self.version else None

    def read(self, capability: str, pointer: Pointer) -> Champion:
        if pointer.version == "broken":
            raise ValueError
        return Champion(self.does, ModelRef(name=capability, version=pointer.version))


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def shadows(registry: Registry) -> Iterator[Shadows]:
    watched = Champions(registry.find, registry.read, ("diagnosis",), keeps=False)
    made = Shadows(answer, watched, pause=0, most=5)
    yield made
    if made._shadow is not None:
        made._shadow.end()


def reign(shadows: Shadows, registry: Registry, version: str | None, does: Any = None) -> None:
    registry.version, registry.does = version, does or (lambda *_: None)
    shadows.challengers.refresh()


def until(true: Callable[[], bool]) -> None:
    """Waits for another thread, and fails rather than waiting for ever."""
    ticks = threading.Event()
    for _ in range(2000):
        if true():
            return
        ticks.wait(0.005)
    raise AssertionError("it did not come about")


def test_without_a_challenger_nothing_happens(shadows: Shadows) -> None:
    shadows.offer(REQUEST, {}, CHAMPION)
    assert shadows.status()["version"] is None
    assert shadows.collect(ShadowQuery()).answers == []


def test_a_champion_is_not_its_own_challenger(shadows: Shadows, registry: Registry) -> None:
    reign(shadows, registry, "1")
    shadows.offer(REQUEST, {}, CHAMPION)
    assert shadows._shadow is None


def test_its_answer_can_be_told_by_the_question_and_names_no_patient(
    shadows: Shadows, registry: Registry
) -> None:
    reign(shadows, registry, "2")
    shadows.offer(REQUEST, {}, CHAMPION)
    until(lambda: shadows.counts["answered"] == 1)
    [kept] = shadows.collect(ShadowQuery()).answers
    asked = DiagnosisRequest.model_validate_json(
        REQUEST.model_dump_json()
    )  # as the service reads it
    assert kept.inputs_digest == digest(asked) == digest(REQUEST)
    assert (kept.model.version, kept.champion) == ("2", "1")
    assert kept.ranked[0].condition == "flu"
    assert kept.ranked[0].evidence_for == []  # what was shown has that; twice is waste
    assert "p1" not in kept.model_dump_json()


def test_answers_are_forgotten_once_they_are_said_to_be_kept(
    shadows: Shadows, registry: Registry
) -> None:
    reign(shadows, registry, "2")
    for age in (1, 2, 3):
        shadows.offer(REQUEST.model_copy(update={"age": float(age)}), {}, CHAMPION)
    until(lambda: shadows.counts["answered"] == 3)
    first = shadows.collect(ShadowQuery(limit=2))
    assert ([a.number for a in first.answers], first.left) == ([1, 2], 1)
    again = shadows.collect(ShadowQuery(limit=2))
    assert again == first  # nobody said that they arrived
    rest = shadows.collect(ShadowQuery(run=first.run, after=2))
    assert [a.number for a in rest.answers] == [3]
    other = shadows.collect(ShadowQuery(run="another run", after=3))
    assert [a.number for a in other.answers] == [3]
    assert shadows.collect(ShadowQuery(run=first.run, after=3)).answers == []


def test_what_nobody_collects_makes_room_and_is_counted(
    shadows: Shadows, registry: Registry
) -> None:
    reign(shadows, registry, "2")
    for age in range(8):
        shadows.offer(REQUEST.model_copy(update={"age": float(age)}), {}, CHAMPION)
    until(lambda: shadows.counts["answered"] == 8)
    assert [a.number for a in shadows.collect(ShadowQuery()).answers] == [4, 5, 6, 7, 8]
    assert shadows.status()["lost"] == 3


def test_it_ends_when_the_alias_is_gone(shadows: Shadows, registry: Registry) -> None:
    reign(shadows, registry, "2")
    assert shadows.status()["version"] == "2"
    reign(shadows, registry, None)
    assert shadows.status()["version"] is None
    shadows.offer(REQUEST, {}, CHAMPION)
    assert shadows._shadow is None


def test_one_that_does_not_load_is_named(shadows: Shadows, registry: Registry) -> None:
    reign(shadows, registry, "broken")
    shadows.offer(REQUEST, {}, CHAMPION)
    assert shadows.status()["refused"] == "broken"


def test_one_that_raises_is_counted_and_answers_on(shadows: Shadows, registry: Registry) -> None:
    def raises(request: DiagnosisRequest, _known: Any) -> None:
        if request.age == 1:
            raise ZeroDivisionError

    reign(shadows, registry, "2", raises)
    for age in (1, 2):
        shadows.offer(REQUEST.model_copy(update={"age": float(age)}), {}, CHAMPION)
    until(lambda: shadows.counts["answered"] == 1)
    assert (shadows.status()["failed"], shadows.status()["problem"]) == (1, "ZeroDivisionError")


def test_one_that_hangs_keeps_nobody_and_gives_way_to_the_next(
    shadows: Shadows, registry: Registry
) -> None:
    freed, reached = threading.Event(), threading.Event()

    def hangs(*_: Any) -> None:
        reached.set()
        freed.wait(60)

    reign(shadows, registry, "2", hangs)
    shadows.offer(REQUEST, {}, CHAMPION)
    assert reached.wait(10)
    for _ in range(WAITING + 7):  # each returns at once, or this test would never end
        shadows.offer(REQUEST, {}, CHAMPION)
    assert shadows.status()["no room"] == 7
    assert shadows.collect(ShadowQuery()).answers == []
    reign(shadows, registry, "3")
    shadows.offer(REQUEST, {}, CHAMPION)
    until(lambda: shadows.counts["answered"] >= 1)
    assert shadows.collect(ShadowQuery()).answers[0].model.version == "3"
    shadows.challengers.stop()
    freed.set()


def test_a_fault_of_handing_on_is_not_the_champions(
    shadows: Shadows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_capability: str) -> None:
        raise RuntimeError

    monkeypatch.setattr(shadows.challengers, "get", broken)
    shadows.offer(REQUEST, {}, CHAMPION)
    assert shadows.counts["failed"] == 1
