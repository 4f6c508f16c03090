"""The model service: `bentoml serve serving.service:Models`. Loopback only; it has no sign-in.

It starts with whatever champions there are, says which are missing, and follows the alias.
"""

import os
from threading import Thread
from typing import Any

os.environ["BENTOML_DO_NOT_TRACK"] = "true"
# An answer takes a millisecond or two, and the records work on the same cores: a library that splits
# it over threads of its own waits, spinning, for one that is not scheduled. Read when they load.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import bentoml
from bentoml.exceptions import ServiceUnavailable

from serving.champion import Champion, Champions
from serving.demand.schema import DemandAnswer, DemandRequest
from serving.diagnosis.schema import (
    DiagnosisAnswer,
    DiagnosisRequest,
    NextQuestionAnswer,
    ShadowBatch,
    ShadowQuery,
)
from serving.handwriting.schema import HandwritingAnswer, HandwritingRequest
from serving.identity.schema import QualityAnswer, QualityRequest, VerifyAnswer, VerifyRequest
from serving.notes.schema import NotesAnswer, NotesRequest
from serving.speech.schema import SpeechAnswer, SpeechRequest

WATCH_SECONDS = float(os.environ.get("SEHAT_CHAMPION_SECONDS", "5"))


@bentoml.service(
    name="sehat-models",
    workers=1,  # one process holds all three models; they release the interpreter lock where it counts
    # Callers wait less, but for a dictation of three minutes.
    traffic={"timeout": 180, "max_concurrency": 32},
    metrics={"enabled": True},
    # Traces are exported nowhere, and the records say who asked what: both took a fifth of a call.
    tracing={"excluded_urls": ".*"},
    logging={"access": {"enabled": False}},
)
class Models:
    def __init__(self) -> None:
        # Here and not above: BentoML's parent process reads this file too, and needs no torch.
        from serving.demand import api as demand
        from serving.diagnosis import api as diagnosis
        from serving.handwriting import api as handwriting
        from serving.identity import api as identity
        from serving.notes import api as notes
        from serving.online import OnlineFeatures
        from serving.shadow import Shadows
        from serving.speech import api as speech

        self._diagnose, self._forecast = diagnosis.answer, demand.answer
        self._ask_next, self._cannot_ask = diagnosis.next_question, diagnosis.CannotAsk
        self._verify, self._judge = identity.answer_verify, identity.answer_quality
        self._notes = notes.notes
        self._handwriting = handwriting
        # Beside the start, not before it: else the first note would wait longer than callers do.
        Thread(target=self._notes, name="note reader", daemon=True).start()
        self._dictation, self._no_engine = speech.Dictation(), speech.NoEngine
        self.features = OnlineFeatures()
        self.champions = Champions()
        self.champions.refresh()
        self.champions.watch(WATCH_SECONDS)
        self.shadows = Shadows(diagnosis.answer)
        self.shadows.challengers.watch(WATCH_SECONDS)

    def _champion(self, capability: str) -> Champion:
        champion = self.champions.get(capability)
        if champion is None:
            raise ServiceUnavailable(f"no {capability} model: run `sehat train {capability}`")
        return champion

    @bentoml.api(route="/diagnosis")
    def diagnosis(self, request: DiagnosisRequest) -> DiagnosisAnswer:
        champion = self._champion("diagnosis")
        known = self.features.of_patient(request.patient_id, request.district)
        answer = self._diagnose(champion.predictor, request, known, champion.ref)
        self.shadows.offer(request, known, champion.ref)
        return answer

    @bentoml.api(route="/shadow")
    def shadow(self, request: ShadowQuery) -> ShadowBatch:
        """What the challenger answered behind the champion. No patient can be told from it."""
        return self.shadows.collect(request)

    @bentoml.api(route="/next-question")
    def next_question(self, request: DiagnosisRequest) -> NextQuestionAnswer:
        champion = self._champion("diagnosis")
        known = self.features.of_patient(request.patient_id, request.district)
        try:
            return self._ask_next(champion.predictor, request, known, champion.ref)
        except self._cannot_ask as error:
            raise ServiceUnavailable(str(error)) from error

    @bentoml.api(route="/demand")
    def demand(self, request: DemandRequest) -> DemandAnswer:
        champion = self._champion("demand")
        keys = [(key.facility_id, key.item_id) for key in request.series]
        return self._forecast(
            champion.predictor, request, self.features.of_demand(keys), champion.ref
        )

    @bentoml.api(route="/verify")
    def verify(self, request: VerifyRequest) -> VerifyAnswer:
        champion = self._champion("identity")
        return self._verify(champion.predictor, request, champion.ref)

    @bentoml.api(route="/quality")
    def quality(self, request: QualityRequest) -> QualityAnswer:
        champion = self._champion("identity")
        return self._judge(champion.predictor, request, champion.ref)

    @bentoml.api(route="/notes")
    def notes(self, request: NotesRequest) -> NotesAnswer:
        return self._notes().answer(request)

    @bentoml.api(route="/speech")
    async def speech(self, request: SpeechRequest) -> SpeechAnswer:
        try:
            return await self._dictation.answer(request)
        except self._no_engine as error:
            raise ServiceUnavailable(str(error)) from error

    @bentoml.api(route="/handwriting")
    def handwriting(self, request: HandwritingRequest) -> HandwritingAnswer:
        try:
            engine = self._handwriting.engine()
        except self._handwriting.NoEngine as error:
            raise ServiceUnavailable(str(error)) from error
        return self._handwriting.answer(engine, request)

    @bentoml.api(route="/status")
    def status(self) -> dict[str, Any]:
        """Which champions answer, and which capabilities have none."""
        return {
            **self.champions.status(),
            "features": self.features.status(),
            "shadow": self.shadows.status(),
        }

    def __is_ready__(self) -> bool:
        return bool(self.champions.status()["ready"])
