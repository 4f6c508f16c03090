"""`make bench`: how fast the suite is, each figure beside its limit measured in the same run.

The limit is what the bare statement, the bare loop or the bare request costs; the ratio says what
our own code adds to it. Everything runs on states of its own, on loopback, and ends itself; it takes
about ten minutes. Seeding is begun by the first start and ended by `sehat seed`.
"""

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.table import Table
from sqlalchemy import insert

from models.speech.audio import wav
from models.speech.values import RATE
from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database
from records_api.core.ids import new_id
from records_api.core.migrate import upgrade
from records_api.encounters import bulk
from records_api.encounters.schemas import EncounterRecord, FindingsIn
from records_api.encounters.tables import Encounter, Finding
from records_api.patients import service as patients
from records_api.patients.schemas import PatientIn
from sehat.city.accounts import PASSWORD, our_id
from sehat.console import err, out
from sehat.hooks import HOOKS, hook
from sehat.load import Call, Calls, beside, spread
from training.speech.sets import sentences
from training.speech.synthetic import say

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
ENCOUNTERS, FINDINGS = 2000, 20
REQUESTS = 1600
SPOKEN = 12  # sentences of a dictation
QUIET = 0.25  # seconds of processor time in five: 5 % of one core
REFRESHES = 8  # times five seconds: longer than from one refresh of the features to the next


@dataclass(frozen=True)
class Figure:
    """A measured value, the command that made it, and its target or its limit in the same run."""

    name: str
    value: str
    command: str
    beside: str = ""
    ratio: str = ""


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bulk_recording(folder: Path) -> Figure:
    """Encounters recorded through the service, against the bare inserts of the same rows."""
    url = f"sqlite:///{folder / 'bulk.db'}"
    upgrade(url)
    database = Database(url)
    with database.transaction() as session:
        person = PatientIn(name="Bench", sex="F", birth_date=NOW.date().replace(year=1980))
        patient = patients.register(Context(session, SYSTEM), person).id
    codes = [f"E_{n}" for n in range(FINDINGS)]
    records = [
        EncounterRecord(
            id=new_id(), patient_id=patient, started_at=NOW, findings=FindingsIn(present=codes)
        )
        for _ in range(ENCOUNTERS)
    ]
    encounters = [
        {"id": new_id(), "patient_id": patient, "started_at": NOW, "recorded_at": NOW, "version": 1}
        for _ in range(ENCOUNTERS)
    ]
    findings = [
        {"encounter_id": e["id"], "code": code, "status": "present", "recorded_at": NOW}
        for e in encounters
        for code in codes
    ]

    def ours() -> None:
        with database.transaction() as session:
            bulk.record_many(Context(session, SYSTEM), records)

    def bare() -> None:
        with database.transaction() as session:
            session.execute(insert(Encounter.__table__), encounters)  # type: ignore[arg-type]
            session.execute(insert(Finding.__table__), findings)  # type: ignore[arg-type]

    mine, limit = seconds(ours), seconds(bare)
    database.dispose()
    name = f"encounters recorded, {FINDINGS} findings each"
    return Figure(
        name,
        f"{ENCOUNTERS / mine:,.0f}/s",
        "encounters.bulk.record_many",
        f"bare inserts {ENCOUNTERS / limit:,.0f}/s",
        f"{mine / limit:.1f}×",
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class City:
    """The demonstration city, served on loopback from a state of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.address = f"http://127.0.0.1:{(port := free_port())}"
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("SEHAT_")},
            "SEHAT_HOME": str(home),
            "SEHAT_PORT": str(port),
            "SEHAT_MODELS_PORT": str(free_port()),
        }

    def sehat(self, *words: str) -> float:
        """Run a command; the seconds it took."""
        err.print(f"$ sehat {' '.join(words)}", style="dim", soft_wrap=True)
        command = [sys.executable, "-m", "sehat", *words]
        return seconds(
            lambda: subprocess.run(command, env=self.env, check=True, stdout=subprocess.DEVNULL)
        )

    def first_start(self) -> float:
        """Seconds until the API of an empty state answers; seeding has begun by then. Ends it."""
        import httpx

        begun = time.perf_counter()
        up = subprocess.Popen(
            [sys.executable, "-m", "sehat", "up"],
            env=self.env,
            stdout=subprocess.DEVNULL,
        )
        try:
            while up.poll() is None:
                try:
                    httpx.get(f"{self.address}/api/health", timeout=2, trust_env=False)
                    return time.perf_counter() - begun
                except httpx.HTTPError:
                    time.sleep(0.1)
            raise SystemExit("the suite did not start")
        finally:
            up.terminate()
            up.wait()

    def processes(self) -> list[psutil.Process]:
        state = json.loads((self.home / "run" / "up.json").read_text())
        keeper = psutil.Process(state["pid"])
        return [keeper, *keeper.children(recursive=True)]

    def memory(self) -> float:
        """Resident memory of all processes in MB; what they share counts once for each of them."""
        return sum(p.memory_info().rss for p in self.processes()) / 2**20

    def settle(self) -> None:
        """Wait, a few minutes at most, until features are fresh and nobody works any more."""
        before, quiet = 0.0, 0
        for _ in range(60):
            busy = sum(sum(p.cpu_times()[:2]) for p in self.processes())
            quiet = quiet + 1 if busy - before < QUIET else 0
            if quiet == REFRESHES:
                return
            before = busy
            time.sleep(5)

    def calls(self, username: str) -> Calls:
        """Requests of somebody who has signed in."""
        port = int(self.env["SEHAT_PORT"])
        who = {"username": username, "password": PASSWORD}
        token = Call(port, "POST", "/api/sign-in", body=who).once()["access_token"]
        return Calls(port, int(self.env["SEHAT_MODELS_PORT"]), {"Authorization": f"Bearer {token}"})


def served(folder: Path) -> list[Figure]:
    """The whole city from nothing: start, seed, champions, second start, requests, memory."""
    city = City(folder / "city")

    def timed(name: str, target: str, *words: str) -> Figure:
        return Figure(name, f"{city.sehat(*words):.0f} s", f"sehat {' '.join(words)}", target)

    answering = f"{city.first_start():.1f} s"
    figures = [
        Figure("API answers after the first start", answering, "sehat up", "≤ 10 s"),
        timed("city seeded, 20,000 residents", "", "seed"),
        timed("features from the records", "", "features", "refresh"),
        timed("three champions", "≤ 360 s", "train", "all"),
    ]
    try:
        figures.append(timed("second start until all is ready", "≤ 30 s", "up", "--detach"))
        figures += _requests(city)
        memory = f"{city.memory():,.0f} MB"
        name = "resident memory, all processes"
        figures.append(Figure(name, memory, "sehat up --detach", "≤ 1,536 MB"))
        figures.append(_dictating(city.calls("doctor")))  # its engine takes memory of its own
    finally:
        city.sehat("down")
    return figures


def imports(folder: Path) -> list[Figure]:
    """Rows a second through `sehat import`, its start included."""
    city = City(folder / "imports")
    months = folder / "ledger.csv"
    names = "year,month,district,site_code,product_code,stock_initial,stock_received"
    lines = [f"{names},stock_distributed,stock_adjustment,stock_end"]
    lines += [
        f"{2000 + n // 12},{n % 12 + 1},D,S{site},P1,5,10,10,0,5"
        for n in range(100)
        for site in range(100)
    ]
    months.write_text("\n".join(lines) + "\n")
    cases = folder / "cases.jsonl"
    case = {"age": 30, "sex": "F", "evidences": [f"E_{n}" for n in range(FINDINGS)]}
    rows = [{**case, "row": n, "pathology": "Cold"} for n in range(5000)]
    cases.write_text("".join(json.dumps(row) + "\n" for row in rows))
    took = city.sehat("import", "lmis", str(months)), city.sehat("import", "ddxplus", str(cases))
    lmis, ddxplus = f"{10_000 / took[0]:,.0f}/s", f"{5_000 / took[1]:,.0f}/s"
    name = f"encounters imported, {FINDINGS} findings each"
    return [
        Figure("LMIS rows imported", lmis, "sehat import lmis ledger.csv", "≥ 1,000/s"),
        Figure(name, ddxplus, "sehat import ddxplus cases.jsonl", "≥ 500/s"),
    ]


def installation(folder: Path) -> list[Figure]:
    """A fresh copy of the tree, installed from a warm cache, and again with nothing to do."""
    root = Path(__file__).parents[1]
    clone = folder / "clone"
    subprocess.run(["git", "clone", "-q", str(root), str(clone)], check=True)

    def setup() -> float:
        command = ["make", "setup"]
        return seconds(
            lambda: subprocess.run(command, cwd=clone, check=True, stdout=subprocess.DEVNULL)
        )

    first, again = setup(), setup()
    return [
        Figure("install, warm registry", f"{first:.0f} s", "make setup", "≤ 180 s"),
        Figure("install, nothing changed", f"{again * 1000:.0f} ms", "make setup"),
    ]


def _requests(city: City) -> list[Figure]:
    """Requests to the API, each beside what it stands on: the API's plainest answer, or the model
    service asked directly."""
    calls = city.calls("doctor")
    patient = our_id("patient", 0)  # who has opened the record to the demonstration's doctor
    read = calls.api("GET", f"/patients/{patient}")
    begun = calls.api("POST", f"/patients/{patient}/encounters", {"complaint": "Fever"}).once()
    visit, present = f"/encounters/{begun['id']}", ["fever", "chills"]
    calls.api("PUT", f"{visit}/findings", {"present": present}).once()
    differential = calls.api("POST", f"{visit}/differential")
    view, start = (hook(calls, name, patient, begun["id"]) for name in HOOKS)
    if differential.once()["degraded"] or not all(call.once()["cards"] for call in (view, start)):
        raise SystemExit("a fallback answers: this would measure the wrong thing")
    known = {"patient_id": patient, "district": read.once()["district"], "present": present}
    me, model = calls.api("GET", "/me"), calls.model("/diagnosis", {**known, "age": 30})
    services = calls.api("GET", "/cds-services")
    city.settle()
    figures = []
    for name, command, call, under, limit, clients, target in (
        ("a patient", "GET /api/patients/ID", read, "GET /api/me", me, 1, ""),
        ("a patient", "GET /api/patients/ID", read, "GET /api/me", me, 8, ""),
        ("a patient", "GET /api/patients/ID", read, "GET /api/me", me, 16, "p95 ≤ 30 ms; "),
        ("API → features → model", "POST …/differential", differential, "model alone", model, 1, ""),
        ("API → features → model", "POST …/differential", differential, "model alone", model, 8, "p95 ≤ 100 ms; "),
        ("discovery of CDS Hooks", "GET /api/cds-services", services, "GET /api/me", me, 8, ""),
        ("CDS Hooks, patient-view", "POST …/sehat-patient-view", view, "model alone", model, 8, "p95 ≤ 120 ms; "),
        ("CDS Hooks, encounter-start", "POST …/sehat-encounter-start", start, "model alone", model, 8, "p95 ≤ 120 ms; "),
    ):  # fmt: skip
        bare, ours = (spread(one, clients, REQUESTS) for one in (limit, call))
        figures.append(
            Figure(
                f"{name}, {clients} client{'s' * (clients > 1)}",
                f"p50 {ours[0]:.0f} ms, p95 {ours[1]:.0f} ms",
                command,
                f"{target}{under} p50 {bare[0]:.0f}, p95 {bare[1]:.0f} ms",
                f"{ours[0] / bare[0]:.1f}×",
            )
        )
    return figures


def _dictating(calls: Calls) -> Figure:
    """What others wait for while somebody dictates; the recording is synthetic speech."""
    speech = b"".join(say(sentence) for sentence in sentences("development")[:SPOKEN])
    recording = {"audio": base64.b64encode(wav(speech)).decode()}
    known = {"present": ["fever", "chills"], "age": 30}
    took, longest = beside(calls.model("/speech", recording), calls.model("/diagnosis", known))
    return Figure(
        "a differential while somebody dictates, the slowest",
        f"{longest:.0f} ms",
        "POST /speech",
        f"{len(speech) / 2 / RATE:.0f} s of speech, heard in {took:.0f} s",
    )


def pace() -> float:
    """Seconds that a bare loop takes: where machines are shared, some hours are slower than others."""
    return seconds(lambda: sum(number for number in range(10_000_000)))


def main() -> None:
    before, folder = pace(), Path(tempfile.mkdtemp(prefix="sehat-bench-"))
    try:
        figures = [
            *installation(folder),
            bulk_recording(folder),
            *imports(folder),
            *served(folder),
        ]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    table = Table("figure", "value", "made by", "target; limit in the same run", "ratio", box=None)
    for figure in figures:
        table.add_row(*astuple(figure))
    out.print(table)
    loop = f"ten million additions in {before:.2f} s when begun and {pace():.2f} s when ended"
    out.print(f"{os.cpu_count()} cores; {loop}; load {os.getloadavg()[0]:.1f}", highlight=False)


if __name__ == "__main__":
    main()
