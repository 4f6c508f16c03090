"""The client against a real HTTP server that is slow, broken, or lies."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from records_api.core.breaker import Breaker
from records_api.core.errors import ModelUnavailable
from records_api.core.models import CAPABILITIES, ModelService, image
from serving.diagnosis.schema import DiagnosisRequest
from serving.identity.schema import QualityRequest
from serving.speech.schema import SpeechRequest

GOOD = {
    "model": {"name": "diagnosis", "version": "3"},
    "ranked": [{"condition": "flu", "probability": 0.5}],
    "prediction_set": ["flu"],
    "abstained": False,
    "urgent": False,
}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    behave: Any = None
    heard: list[tuple[str, Any]]


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, json.loads(body)))
        self.server.behave(self)

    def say(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


def says(status: int, content: Any) -> Any:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return lambda handler: handler.say(status, raw)


def hangs(handler: Handler) -> None:
    time.sleep(1)
    handler.close_connection = True


def drips(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    try:
        for _ in range(30):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        pass
    handler.close_connection = True


def hangs_up(handler: Handler) -> None:
    handler.close_connection = True


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Handler)
    made.heard = []
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def models(server: Server) -> Iterator[ModelService]:
    breakers = {name: Breaker(failures=2, pause=60) for name in CAPABILITIES}
    made = ModelService(f"http://127.0.0.1:{server.server_port}", 0.4, breakers)
    yield made
    made.close()


def test_asks_and_reads(server: Server, models: ModelService):
    server.behave = says(200, GOOD)
    answer = models.diagnosis(DiagnosisRequest(age=3, present=["E_91"]))
    assert answer.ranked[0].condition == "flu"
    path, body = server.heard[0]
    assert path == "/diagnosis"
    assert body["request"]["present"] == ["E_91"]


def test_a_model_that_cannot_ask_still_ranks(server: Server, models: ModelService):
    server.behave = says(503, {"error": "this diagnosis model cannot ask"})
    for _ in range(9):
        with pytest.raises(ModelUnavailable):
            models.next_question(DiagnosisRequest())
    assert {path for path, _ in server.heard} == {"/next-question"}
    server.behave = says(200, GOOD)
    assert models.diagnosis(DiagnosisRequest()).ranked


def test_pictures_arrive_whole(server: Server, models: ModelService):
    answer = {"model": GOOD["model"], "quality": {"score": 0.5, "faces": 1}}
    server.behave = says(200, answer)
    picture = bytes(range(256)) * 400
    assert models.quality(QualityRequest(image=image(picture))).quality.score == 0.5
    sent = QualityRequest.model_validate(server.heard[0][1]["request"])
    assert sent.image.content == picture


def test_hearing_may_take_longer_than_the_others(server: Server, models: ModelService):
    def slowly(handler: Handler) -> None:
        time.sleep(0.6)  # the others may take 0.4 s
        handler.say(200, json.dumps({"model": GOOD["model"], "text": "no rash"}).encode())

    server.behave = slowly
    recording = bytes(range(256)) * 400
    assert models.speech(recording).text == "no rash"
    path, body = server.heard[0]
    assert path == "/speech"
    assert SpeechRequest.model_validate(body["request"]).audio == recording


def test_a_service_that_cannot_hear_still_ranks(server: Server, models: ModelService):
    server.behave = says(503, {"error": "no engine"})
    for _ in range(9):
        with pytest.raises(ModelUnavailable):
            models.speech(b"RIFF")
    server.behave = says(200, GOOD)
    assert models.diagnosis(DiagnosisRequest()).ranked


@pytest.mark.parametrize(
    "behave",
    [
        pytest.param(hangs, id="times out"),
        pytest.param(drips, id="drips"),
        pytest.param(hangs_up, id="hangs up"),
        pytest.param(says(503, {"error": "no model"}), id="no champion"),
        pytest.param(says(500, b"traceback"), id="broken"),
        pytest.param(says(400, {"error": "bad request"}), id="refuses"),
        pytest.param(says(302, b""), id="redirects"),
        pytest.param(says(200, b"<html>"), id="not JSON"),
        pytest.param(says(200, b"\xff\xfe"), id="not text"),
        pytest.param(says(200, []), id="another shape"),
        pytest.param(says(200, {**GOOD, "urgent": "perhaps"}), id="wrong type"),
        pytest.param(
            says(200, {k: v for k, v in GOOD.items() if k != "ranked"}), id="field left out"
        ),
        pytest.param(says(200, {**GOOD, "temperature": 1}), id="unknown field"),
        pytest.param(
            says(200, {**GOOD, "ranked": [{"condition": "flu", "probability": 1.5}]}),
            id="impossible probability",
        ),
        pytest.param(
            says(
                200,
                {
                    **GOOD,
                    "ranked": [
                        {
                            "condition": "flu",
                            "probability": 0.5,
                            "evidence_for": [
                                {"finding": "E", "present": True, "weight": float("nan")}
                            ],
                        }
                    ],
                },
            ),
            id="not a number",
        ),
    ],
)
def test_no_answer_is_model_unavailable(
    server: Server, models: ModelService, behave: Any, caplog: pytest.LogCaptureFixture
):
    server.behave = behave
    began = time.monotonic()
    with caplog.at_level(logging.DEBUG, "records_api"), pytest.raises(ModelUnavailable) as raised:
        models.diagnosis(DiagnosisRequest(patient_id="secret-patient", present=["secret-finding"]))
    assert time.monotonic() - began < 10  # a service that drips would hold it for ever
    assert raised.value.__cause__ is None
    said = caplog.text + str(raised.value)
    assert "diagnosis" in said
    assert "secret" not in said
    assert "flu" not in said


def test_nobody_listens():
    models = ModelService("http://127.0.0.1:9", 0.4)
    with pytest.raises(ModelUnavailable):
        models.diagnosis(DiagnosisRequest())
    assert models.ready()["ready"] is False
    models.close()


def test_breaker_spares_a_dead_service_and_only_that_capability(
    server: Server, models: ModelService
):
    server.behave = says(503, {})
    for _ in range(5):
        with pytest.raises(ModelUnavailable):
            models.diagnosis(DiagnosisRequest())
    assert len(server.heard) == 2, "two failures open it; then nobody is asked"
    server.behave = says(200, {"model": GOOD["model"], "quality": {"score": 1, "faces": 1}})
    assert models.quality(QualityRequest(image=image(b"x"))).quality.faces == 1


def test_a_refused_request_is_no_failure_of_the_service(server: Server, models: ModelService):
    server.behave = says(400, {})
    for _ in range(5):
        with pytest.raises(ModelUnavailable):
            models.diagnosis(DiagnosisRequest())
    assert len(server.heard) == 5


def test_a_lost_idle_connection_is_tried_again(server: Server, models: ModelService):
    behaviours = iter([hangs_up, says(200, GOOD)])
    server.behave = lambda handler: next(behaviours)(handler)
    assert models.diagnosis(DiagnosisRequest()).ranked


def test_ready_tells_what_the_service_tells(server: Server, models: ModelService):
    server.behave = says(200, {"ready": False, "missing": ["demand"]})
    assert models.ready() == {"ready": False, "missing": ["demand"]}
    server.behave = says(200, b"[]")
    assert models.ready()["ready"] is False
    server.behave = says(200, b"nonsense")
    assert models.ready()["ready"] is False
