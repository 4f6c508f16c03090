"""The whole loop with real parts: city → features → three models → served → asked by three desks.

One test in steps, because each step stands on the one before. Everything runs as a user runs it:
`sehat` in processes of its own, HTTP to the portal's port, on loopback.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import func, select

from records_api.advice.tables import ShadowAnswer
from records_api.core.db import Database
from sehat.city.accounts import PASSWORD
from sehat.city.faces import draw_face, encode

QUESTION = {"age": 30, "sex": "F", "findings": {"present": ["fever", "chills"]}}
CITY = ("--residents", "400", "--facilities", "11", "--days", "400", "--seed", "3")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Installation:
    """`sehat` on a state of its own."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.home = home
        self.clients = ExitStack()
        self.port = free_port()
        self.env = {
            **os.environ,
            "SEHAT_HOME": str(home),
            "SEHAT_DATABASE_URL": database_url,
            "SEHAT_PORT": str(self.port),
            "SEHAT_MODELS_PORT": str(free_port()),
            "SEHAT_CHAMPION_SECONDS": "1",
            "OMP_NUM_THREADS": "1",
        }

    def children(self) -> dict[str, psutil.Process]:
        """What `sehat up` started, by name."""
        state = json.loads((self.home / "run" / "up.json").read_text())
        return {name: psutil.Process(pid) for name, pid in state["children"].items()}

    def sehat(self, *words: str, expect: tuple[int, ...] = (0,)) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "sehat", *words],
            env=self.env, capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip
        assert done.returncode in expect, f"{words}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def client(self, username: str | None = None) -> httpx.Client:
        made = self.clients.enter_context(
            httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60, trust_env=False)
        )
        if username:
            answer = made.post("/api/sign-in", json={"username": username, "password": PASSWORD})
            answer.raise_for_status()
            made.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return made


@pytest.fixture
def installation(tmp_path: Path, database_url: str) -> Iterator[Installation]:
    made = Installation(tmp_path / "state", database_url)
    with made.clients:
        yield made
    made.sehat("down")


def wait_for(what: Any, seconds: float = 60) -> Any:
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.3)
    return found


def test_the_loop(installation: Installation) -> None:
    sehat = installation.sehat
    sehat("seed", *CITY)
    counts = json.loads(sehat("features", "refresh", "--json"))
    assert counts["face_capture"] == 160

    results = {r["capability"]: r for r in json.loads(
        sehat("train", "all", "--quick", "--json", expect=(0, 3))
    )}  # fmt: skip
    assert set(results) == {"diagnosis", "demand", "identity"}
    assert (
        results["diagnosis"]["metrics"]["top1"] > results["diagnosis"]["metrics"]["top1_prevalence"]
    )
    for name, result in results.items():
        if not result["promoted"]:  # models this small may be refused; a person may overrule
            assert result["reasons"]
            sehat("models", "promote", name, result["version"])

    assert "answers" in sehat("up", "--detach")
    status = json.loads(sehat("status", "--json"))
    assert {m["name"] for m in status["models"]} == set(results)
    assert status["ready"] is True

    consultation(installation)
    planning(installation)
    verification(installation)
    hot_swap(installation)
    shadow(installation)
    without_models(installation)


def open_patient(doctor: httpx.Client) -> str:
    """A resident who has opened the record to the demonstration's doctor."""
    for text in ("sh", "ku", "si", "gu", "ra", "ka", "ma", "pa"):
        for person in doctor.get("/api/patients", params={"text": text, "limit": 50}).json():
            if doctor.get(f"/api/patients/{person['id']}").status_code == 200:
                return str(person["id"])
    raise AssertionError("nobody has opened a record to the doctor")


def consultation(installation: Installation) -> None:
    """The doctor's desk: a differential from the model, then the doctor's own decision."""
    doctor = installation.client("doctor")
    patient = open_patient(doctor)
    started = doctor.post(f"/api/patients/{patient}/encounters", json={"complaint": "Fever"})
    encounter = started.json()["id"]
    found = {"present": ["fever", "joint_pain", "rash"], "absent": ["cough"]}
    doctor.put(f"/api/encounters/{encounter}/findings", json=found).raise_for_status()
    answer = doctor.post(f"/api/encounters/{encounter}/differential", json={}).json()
    assert answer["degraded"] is False
    assert answer["model"] == "diagnosis"
    assert answer["ranked"][0]["evidence_for"]
    confirmed = doctor.post(
        f"/api/encounters/{encounter}/diagnoses",
        json={
            "condition": answer["ranked"][0]["condition"],
            "status": "confirmed",
            "advice_id": answer["advice_id"],
        },
    )
    assert confirmed.status_code == 201
    kept = doctor.get(f"/api/advice/{answer['advice_id']}").json()
    assert (kept["decision"], kept["model_version"]) == ("accepted", answer["model_version"])


def planning(installation: Installation) -> None:
    """The planner's desk: forecasts with quantiles for all that is in use. What was first handed out
    in the last full week has no whole week to learn from, and gets the plain method."""
    planner = installation.client("planner")
    answers = [
        planner.get(
            f"/api/facilities/{facility['id']}/items/{line['item_id']}/forecast",
            params={"freq": "W", "horizon": 4},
        ).json()
        for facility in planner.get("/api/facilities").json()
        for line in planner.get(f"/api/facilities/{facility['id']}/stock").json()
        if line["daily_use"]
    ]
    known = [answer for answer in answers if len(answer["used"]) > 1]
    assert known, "no item is in use anywhere"
    assert not any(answer["degraded"] for answer in known)
    # Four weeks from now, and those before them that no report covers yet.
    assert all(len(answer["points"]) >= 4 for answer in answers)
    points = [point for answer in answers for point in answer["points"]]
    assert all(point["quantiles"] == sorted(point["quantiles"]) for point in points)


def verification(installation: Installation) -> None:
    """The identity desk: the person's own face scores above another's; the clerk decides."""
    clerk = installation.client("clerk")

    def verify(face: int) -> dict[str, Any]:
        picture = ("probe.jpg", encode(draw_face(face, 99)), "image/jpeg")
        answer = clerk.post(f"/api/patients/{patient}/verifications", files={"picture": picture})
        answer.raise_for_status()
        return dict(answer.json())

    from sehat.city.accounts import our_id

    patient = our_id("patient", 10)  # enrolled with faces drawn from the seed 10
    own, other = verify(10), verify(7777)
    assert own["degraded"] is False
    assert own["score"] > other["score"]
    decided = clerk.post(
        f"/api/verifications/{own['id']}/decision",
        json={"decision": "match", "reason": "Health card shown as well"},
    )
    assert decided.status_code == 200


def hot_swap(installation: Installation) -> None:
    """A new champion takes over between two answers, and none is lost on the way."""
    doctor = installation.client("doctor")
    again = json.loads(installation.sehat("train", "diagnosis", "--quick", "--json", expect=(0, 3)))
    installation.sehat("models", "promote", "diagnosis", again[0]["version"])

    def version() -> str | None:
        answer = doctor.post("/api/differential", json=QUESTION)
        assert answer.status_code == 200
        assert answer.json()["degraded"] is False
        return str(answer.json()["model_version"])

    wait_for(lambda: version() == again[0]["version"])


def shadow(installation: Installation) -> None:
    """The champion of before answers in shadow; the worker keeps its answers; drift is looked for."""
    installation.sehat("models", "challenge", "diagnosis", "1")
    doctor = installation.client("doctor")
    database = Database(installation.env["SEHAT_DATABASE_URL"])

    def kept() -> int | None:
        doctor.post("/api/differential", json=QUESTION).raise_for_status()
        with database.session() as session:
            return session.scalar(select(func.count()).select_from(ShadowAnswer))

    wait_for(kept, 90)
    database.dispose()
    niceness = {name: process.nice() for name, process in installation.children().items()}
    assert niceness["worker"] > niceness["portal"] == niceness["models"]
    installation.sehat("features", "refresh", "--quiet")
    told = json.loads(installation.sehat("models", "shadow", "diagnosis", "--json"))
    assert told["serving"]["version"] == "1"
    assert told["serving"]["failed"] == 0
    assert [duel["challenger"] for duel in told["duels"]] == ["1"]
    report = json.loads(installation.sehat("drift", "diagnosis", "--keep", "--json", expect=(0, 3)))
    planner = installation.client("planner")
    [line] = planner.get("/api/drift").json()
    assert planner.get(f"/api/drift/{line['id']}").json()["report"] == report


def without_models(installation: Installation) -> None:
    """Models killed: the desk still answers, and says that a fallback does."""
    service = installation.children()["models"]
    for process in [*service.children(recursive=True), service]:
        process.kill()
    doctor = installation.client("doctor")
    answer = doctor.post("/api/differential", json=QUESTION)
    assert answer.status_code == 200
    assert answer.json()["degraded"] is True

    def back() -> bool:
        missing = doctor.get("/api/health").json()["missing"]
        return not missing

    wait_for(back, 120)  # the supervisor starts it again
