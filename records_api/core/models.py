"""Calls to the model service: a timeout per call, a circuit breaker per capability.

Whatever goes wrong becomes `ModelUnavailable`; the caller then uses its plain fallback. Only the
capability and the kind of failure are logged: requests and answers are patient data.
"""

import base64
import json
import logging
import time
from typing import Annotated, Any, TypeVar

import httpcore
from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from records_api.core.breaker import Breaker
from records_api.core.errors import ModelUnavailable
from records_api.core.settings import settings
from serving.demand.schema import DemandAnswer, DemandRequest
from serving.diagnosis.schema import (
    DiagnosisAnswer,
    DiagnosisRequest,
    NextQuestionAnswer,
    ShadowBatch,
    ShadowQuery,
)
from serving.handwriting.schema import HandwritingAnswer, HandwritingRequest
from serving.identity.schema import (
    Image,
    QualityAnswer,
    QualityRequest,
    VerifyAnswer,
    VerifyRequest,
)
from serving.notes.schema import NotesAnswer, NotesRequest
from serving.speech.schema import SpeechAnswer, SpeechRequest

log = logging.getLogger(__name__)

CAPABILITIES = ("diagnosis", "demand", "identity")
# A breaker of its own: a model of before ranks and cannot ask, which must not stop it from ranking.
NEXT_QUESTION = "next question"
NOTES = "notes"  # read with the knowledge catalogue: there is no champion to name
SHADOW = "shadow"
HANDWRITING = "handwriting"
SPEECH = "speech"
LARGEST_ANSWER = 32_000_000  # bytes; 500 series of 52 weeks are about 10 MB
_LOST = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)
_Answer = TypeVar("_Answer", bound=BaseModel)


class _Failed(Exception):
    """Why a call gave no answer. `blames_service`: it counts towards opening the breaker."""

    def __init__(self, why: str, *, blames_service: bool = True) -> None:
        super().__init__(why)
        self.blames_service = blames_service


class ModelService:
    """The model service as its callers see it; one object for all threads of a process."""

    def __init__(
        self,
        url: str | None = None,
        timeout: float | None = None,
        breakers: dict[str, Breaker] | None = None,
    ) -> None:
        self._timeout = timeout or settings().models_timeout
        self.breakers = breakers or {name: Breaker() for name in CAPABILITIES}
        for name in (NEXT_QUESTION, NOTES, SHADOW, HANDWRITING, SPEECH):
            self.breakers.setdefault(name, Breaker())
        self._url = url or settings().models_url
        # What httpx stands on. Its client makes of each call what a browser needs, at twice the cost,
        # and looks for a proxy in the environment, which must not see patient data.
        self._pool = httpcore.ConnectionPool(max_connections=40, keepalive_expiry=4)

    def diagnosis(self, request: DiagnosisRequest) -> DiagnosisAnswer:
        return self._ask("diagnosis", "/diagnosis", request, DiagnosisAnswer)

    def next_question(self, request: DiagnosisRequest) -> NextQuestionAnswer:
        return self._ask(NEXT_QUESTION, "/next-question", request, NextQuestionAnswer)

    def demand(self, request: DemandRequest) -> DemandAnswer:
        return self._ask("demand", "/demand", request, DemandAnswer)

    def verify(self, request: VerifyRequest) -> VerifyAnswer:
        return self._ask("identity", "/verify", request, VerifyAnswer)

    def quality(self, request: QualityRequest) -> QualityAnswer:
        return self._ask("identity", "/quality", request, QualityAnswer)

    def notes(self, request: NotesRequest) -> NotesAnswer:
        return self._ask(NOTES, "/notes", request, NotesAnswer)

    def speech(self, recording: bytes) -> SpeechAnswer:
        """Hearing takes about as long as speaking did, so it may take longer than the others."""
        request = SpeechRequest(audio=base64.b64encode(recording))
        return self._ask(SPEECH, "/speech", request, SpeechAnswer, settings().speech_timeout)

    def shadow(self, query: ShadowQuery) -> ShadowBatch:
        """What challengers answered, for the worker to keep."""
        return self._ask(SHADOW, "/shadow", query, ShadowBatch)

    def handwriting(self, request: HandwritingRequest) -> HandwritingAnswer:
        return self._ask(HANDWRITING, "/handwriting", request, HandwritingAnswer)

    def ready(self) -> dict[str, Any]:
        """What the service says of its champions; `ready` is false when it says nothing."""
        try:
            status = json.loads(self._post("/status", b"{}", self._timeout))
        except (_Failed, ValueError) as error:
            return {"ready": False, "problem": str(error)}
        return status if isinstance(status, dict) else {"ready": False, "problem": "malformed"}

    def close(self) -> None:
        self._pool.close()

    def _ask(
        self,
        capability: str,
        path: str,
        request: BaseModel,
        kind: type[_Answer],
        timeout: float | None = None,
    ) -> _Answer:
        breaker = self.breakers[capability]
        if not breaker.allow():
            raise _unavailable(capability)
        body = b'{"request":' + request.model_dump_json().encode() + b"}"
        try:
            answer = self._read(self._post(path, body, timeout or self._timeout), kind)
        except _Failed as error:
            if error.blames_service:
                breaker.failed()
            else:
                breaker.succeeded()
            log.warning("model service: %s gave no answer: %s", capability, error)
            raise _unavailable(capability) from None  # the cause quotes what was sent
        except BaseException:
            breaker.failed()
            raise
        breaker.succeeded()
        return answer

    @staticmethod
    def _read(content: bytes, kind: type[_Answer]) -> _Answer:
        try:
            return kind.model_validate_json(content)
        except ValidationError:
            raise _Failed("malformed answer") from None

    def _post(self, path: str, body: bytes, timeout: float) -> bytes:
        for last in (False, True):
            try:
                return self._exchange(path, body, timeout)
            except httpcore.RemoteProtocolError:
                # The service closed an idle connection just as it was used again: once more.
                if last:
                    raise _Failed("connection lost") from None
            except _LOST as error:
                raise _Failed(type(error).__name__) from None
        raise AssertionError  # pragma: no cover

    def _exchange(self, path: str, body: bytes, timeout: float) -> bytes:
        deadline = time.monotonic() + timeout
        content = bytearray()
        with self._pool.stream(
            "POST",
            self._url + path,
            headers={"Content-Type": "application/json"},
            content=body,
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout)},
        ) as response:
            if response.status != 200:
                raise _Failed(
                    f"status {response.status}", blames_service=not 400 <= response.status < 500
                )
            # Each read has a limit; a service that drips would hold the caller for ever.
            for chunk in response.iter_stream():
                content += chunk
                if time.monotonic() > deadline:
                    raise _Failed("too slow")
                if len(content) > LARGEST_ANSWER:
                    raise _Failed("answer too large")
        return bytes(content)


def _unavailable(capability: str) -> ModelUnavailable:
    return ModelUnavailable("The {capability} model does not answer.", capability=capability)


def image(picture: bytes) -> Image:
    """A picture as the model service takes it."""
    return Image(content=base64.b64encode(picture))


def model_service(request: Request) -> ModelService:
    """Of the application; an endpoint that asks for it may wait for a model."""
    service: ModelService = request.app.state.models
    return service


Models = Annotated[ModelService, Depends(model_service)]
