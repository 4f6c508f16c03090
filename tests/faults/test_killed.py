"""Processes killed at the worst moment: nothing is lost, nothing is written twice, care goes on."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from records_api.core.audit import broken_rows
from records_api.core.breaker import Breaker
from records_api.core.context import Context
from records_api.core.db import Database
from records_api.core.models import CAPABILITIES, ModelService
from records_api.exchange.service import Row, run
from records_api.patients import service as patients
from records_api.patients.schemas import PatientIn
from records_api.patients.tables import Patient

ROWS = [Row(f"r-{n}", {"id": f"p-{n}", "name": f"Resident {n}"}) for n in range(95)]


class Residents:
    """An importer of residents, ten a batch, that kills its own process after so many rows."""

    source, batch = "test", 10

    def __init__(self, killed_after: int | None = None) -> None:
        self._left = killed_after

    def prepare(self, ctx: Context) -> None: ...

    def write(self, ctx: Context, rows: Sequence[Row], changed: frozenset[str]) -> None:
        for row in rows:
            data = PatientIn(**row.content, sex="F", birth_date="1988-04-12")
            patients.register_many(ctx, [data])
            if self._left is not None:
                self._left -= 1
                if self._left == 0:
                    signal.raise_signal(signal.SIGKILL)


IMPORT = """
import sys
from records_api.core.db import Database
from records_api.exchange.service import run
from tests.faults.test_killed import ROWS, Residents
run(Database(sys.argv[1]), Residents(killed_after=37), ROWS)
"""


def test_an_import_killed_in_the_middle_of_a_batch_goes_on(
    database: Database, database_url: str
) -> None:
    command = [sys.executable, "-c", IMPORT, database_url]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    with database.transaction() as session:
        kept = session.scalar(select(func.count()).select_from(Patient))
        assert kept == 30  # the batches that were whole
        assert list(broken_rows(session)) == []
    account = run(database, Residents(), ROWS)
    assert (account.unchanged, account.accepted, account.rejected) == (30, 65, 0)
    again = run(database, Residents(), ROWS)
    assert (again.unchanged, again.read) == (95, 95)
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Patient)) == 95
        assert list(broken_rows(session)) == []


SERVER = """
import sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWER = b'''{"model": {"name": "diagnosis", "version": "7"}, "ranked": [], "prediction_set": [],
"abstained": true, "urgent": false}'''

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        print("asked", flush=True)
        time.sleep(float(sys.argv[2]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)
    def log_message(self, *_): ...

server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


class ModelProcess:
    """A model service in a process of its own, which thinks for so many seconds."""

    def __init__(self, port: int = 0, thinks: float = 0) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(port), str(thinks)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def wait_until_asked(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "asked\n"

    def kill(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
            self.process.communicate()


@pytest.fixture
def process() -> Iterator[ModelProcess]:
    made = ModelProcess(thinks=60)
    yield made
    made.kill()


@pytest.fixture
def models(process: ModelProcess) -> Iterator[ModelService]:
    service = ModelService(
        f"http://127.0.0.1:{process.port}",
        timeout=20,
        breakers={name: Breaker(pause=0.5) for name in CAPABILITIES},
    )
    yield service
    service.close()


def test_model_service_killed_in_the_middle_of_a_consultation(
    client: Any, as_actor: Callable[..., dict[str, str]], process: ModelProcess
) -> None:
    """The doctor gets the plain answer at once, named as such; the models come back by themselves."""
    doctor = as_actor("doctor")
    body = {"age": 34, "sex": "F", "findings": {"present": [], "absent": []}}

    def consult() -> httpx.Response:
        answer: httpx.Response = client.post("/api/differential", json=body, headers=doctor)
        return answer

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(consult)
        process.wait_until_asked()
        process.kill()
        answer = waiting.result(timeout=15)  # it does not wait out the twenty seconds of a call
    assert answer.status_code == 200
    assert answer.json()["degraded"] is True
    for _ in range(6):  # the breaker opens; the desk goes on
        assert consult().json()["degraded"] is True
    back = ModelProcess(process.port)
    try:
        time.sleep(0.6)
        answer = consult()
        assert (answer.status_code, answer.json()["degraded"]) == (200, False)
    finally:
        back.kill()
