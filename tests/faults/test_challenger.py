"""A challenger that fails or hangs beside a champion that answers: the desk notices nothing."""

import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from serving.champion import Champion, Champions, Pointer
from serving.common import ModelRef
from serving.diagnosis import api
from serving.diagnosis.schema import DiagnosisAnswer, DiagnosisRequest, ShadowQuery
from serving.shadow import Shadows
from tests.behaviour.diagnosis.clinic import trained

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the libraries that BentoML brings along
    from serving.service import Models

REQUEST = DiagnosisRequest(patient_id="p", age=40, sex="F", present=["fever", "joint_pain"])


class Challenger:
    """Does to its inputs whatever a broken model may do, then what the test says."""

    def __init__(self) -> None:
        self.reached, self.free = threading.Event(), threading.Event()
        self.hangs = False

    def predict(self, cases: Any, **_: Any) -> Any:
        for case in cases:
            case.present.clear()
        self.reached.set()
        if self.hangs:
            self.free.wait(60)
        raise MemoryError


class NoFeatures:
    def of_patient(self, *_: Any) -> dict[str, Any]:
        return {"prior_conditions": ["asthma"]}


@pytest.fixture
def challenger() -> Iterator[Challenger]:
    made = Challenger()
    yield made
    made.free.set()


def service(challenger: Challenger | None) -> Any:
    """The model service's own code, without a registry behind it."""

    def of(predictor: Any, version: str) -> Champions:
        pointer = Pointer(version, Path(), "", datetime.now(UTC))
        ref = ModelRef(name="diagnosis", version=version)
        found = Champions(
            lambda _: pointer if predictor else None,
            lambda *_: Champion(predictor, ref),
            ("diagnosis",),
            keeps=False,
        )
        found.refresh()
        return found

    made = object.__new__(Models.inner)
    made._diagnose, made.features = api.answer, NoFeatures()
    made.champions = of(trained().predictor, "1")
    made.shadows = Shadows(api.answer, of(challenger, "2"), pause=0)
    return made


def ask(models: Any) -> DiagnosisAnswer:
    answer: DiagnosisAnswer = Models.inner.diagnosis.func(models, REQUEST.model_copy(deep=True))
    return answer


@pytest.mark.parametrize("hangs", [False, True])
def test_the_answer_is_the_champions_and_comes(challenger: Challenger, hangs: bool) -> None:
    challenger.hangs = hangs
    alone = ask(service(None))
    beside = service(challenger)
    first = ask(beside)
    assert challenger.reached.wait(10)
    assert first == alone == ask(beside)  # while it hangs, too
    assert first.model.version == "1"
    assert Models.inner.shadow.func(beside, ShadowQuery()).answers == []
