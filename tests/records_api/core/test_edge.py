"""One request, one transaction; keys, versions, problem documents, crowds."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from records_api.app import build
from records_api.core import i18n
from records_api.core.audit import AuditRow
from records_api.core.db import Database
from records_api.patients.tables import Patient
from tests.records_api.models.fake import FakeModels

BODY = {"name": "Asha Sharma", "sex": "F", "birth_date": "1988-04-12"}
Headers = Callable[..., dict[str, str]]


def apart(work: Callable[[], Coroutine[Any, Any, list[int]]]) -> list[int]:
    """Run a coroutine on a thread of its own: where browser tests ran before, Playwright's event
    loop still counts as running on this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


def count(database: Database, kind: Any = Patient) -> int:
    with database.transaction() as session:
        return int(session.scalar(select(func.count()).select_from(kind)) or 0)


def test_repeated_key_gets_the_first_answer(
    client: Any, as_actor: Headers, database: Database
) -> None:
    headers = as_actor("clerk") | {"Idempotency-Key": "form-1"}
    first = client.post("/api/patients", json=BODY, headers=headers)
    second = client.post("/api/patients", json=BODY, headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert count(database) == 1


def test_key_is_the_callers_own(client: Any, as_actor: Headers, database: Database) -> None:
    key = {"Idempotency-Key": "form-1"}
    ids = {
        client.post("/api/patients", json=BODY, headers=as_actor("clerk") | key).json()["id"]
        for _ in range(2)
    }
    assert len(ids) == count(database) == 2


def test_key_of_another_request_is_a_conflict(client: Any, as_actor: Headers) -> None:
    headers = as_actor("clerk") | {"Idempotency-Key": "form-1"}
    client.post("/api/patients", json=BODY, headers=headers)
    other = client.post("/api/patients", json=BODY | {"name": "Other"}, headers=headers)
    assert (other.status_code, other.json()["errors"][0]["field"]) == (409, "Idempotency-Key")


def test_failed_request_frees_its_key(client: Any, as_actor: Headers) -> None:
    headers = as_actor("clerk") | {"Idempotency-Key": "form-1"}
    assert (
        client.post("/api/patients", json=BODY | {"sex": "?"}, headers=headers).status_code == 422
    )
    assert client.post("/api/patients", json=BODY, headers=headers).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_impossible_key_is_refused(client: Any, as_actor: Headers, key: str) -> None:
    headers = as_actor("clerk") | {"Idempotency-Key": key}
    assert client.post("/api/patients", json=BODY, headers=headers).status_code == 422


def test_one_key_sent_many_times_at_once_registers_once(
    client: Any, as_actor: Headers, database: Database
) -> None:
    headers = as_actor("clerk") | {"Idempotency-Key": "form-1"}
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(lambda _: client.post("/api/patients", json=BODY, headers=headers), range(10))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == count(database) == 1


def test_stale_version_gets_412_and_changes_nothing(client: Any, as_actor: Headers) -> None:
    clerk = as_actor("clerk")
    made = client.post("/api/patients", json=BODY, headers=clerk)
    address, seen = f"/api/patients/{made.json()['id']}", {"If-Match": made.headers["ETag"]}
    first = client.patch(address, json={"name": "Asha Verma"}, headers=clerk | seen)
    second = client.patch(address, json={"name": "Asha Rao"}, headers=clerk | seen)
    assert (first.status_code, second.status_code) == (200, 412)
    third = client.patch(
        address, json={"district": "north"}, headers=clerk | {"If-Match": first.headers["ETag"]}
    )
    assert third.json()["name"] == "Asha Verma"


@pytest.mark.parametrize("tag", ["x", '"x"', '"99999999999999999999"', "*"])
def test_version_that_is_none_names_the_header(client: Any, as_actor: Headers, tag: str) -> None:
    answer = client.patch(
        "/api/patients/x", json={"name": "A"}, headers=as_actor("clerk") | {"If-Match": tag}
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "If-Match")


def test_problem_document(client: Any, as_actor: Headers) -> None:
    answer = client.post(
        "/api/patients",
        json=BODY | {"birth_date": "2999-01-01", "name": " "},
        headers=as_actor("clerk") | {"X-Request-Id": "r-1"},
    )
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["type"], problem["status"], problem["request_id"]) == (
        "urn:sehat:invalid", 422, "r-1",
    )  # fmt: skip
    assert problem["errors"][0]["field"] == "name"


def test_problem_in_hindi(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a catalogue of the test's own: which sentences are translated is for the portal's."""
    catalogue = {
        "Please sign in": "कृपया साइन इन करें",
        "Please sign in first.": "पहले साइन इन करें।",
    }
    monkeypatch.setattr(i18n, "catalogue", lambda language: catalogue if language == "hi" else {})
    hindi = client.get("/api/me", headers={"Accept-Language": "hi-IN,hi;q=0.9,en;q=0.5"}).json()
    assert (hindi["title"], hindi["detail"]) == ("कृपया साइन इन करें", "पहले साइन इन करें।")
    english = client.get("/api/me", headers={"Accept-Language": "fr,en;q=0.5"}).json()
    assert english["title"] == "Please sign in"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/nothing", 404), ("DELETE", "/api/patients", 405), ("GET", "/api/me", 401)],
)
def test_every_error_is_a_problem_document(
    client: Any, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"


def test_broken_json_and_zero_character_are_the_callers_fault(
    client: Any, as_actor: Headers
) -> None:
    clerk = as_actor("clerk")
    broken = client.post("/api/patients", content=b"{", headers=clerk)
    assert broken.status_code == 422
    zero = client.post("/api/patients", json=BODY | {"name": "a\x00b"}, headers=clerk)
    assert zero.status_code in {201, 422}  # PostgreSQL cannot store it, SQLite can
    surrogate = client.post(
        "/api/patients",
        content=b'{"name": "\\ud800", "sex": "F", "birth_date": "1988-04-12"}',
        headers=clerk | {"Content-Type": "application/json"},
    )
    assert surrogate.status_code == 422


def test_refused_access_is_audited_though_it_was_rolled_back(
    client: Any, as_actor: Headers, database: Database
) -> None:
    clerk, doctor = as_actor("clerk"), as_actor("doctor")
    patient = client.post("/api/patients", json=BODY, headers=clerk).json()["id"]
    assert client.get(f"/api/patients/{patient}", headers=doctor).status_code == 403
    with database.transaction() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "access.refused")).one()
    assert row.patient_id == patient
    assert row.detail["path"] == f"/api/patients/{patient}"


def test_crowd_is_answered_and_nothing_is_lost(database: Database, as_actor: Headers) -> None:
    """200 requests at once, far more than there are threads: all wait their turn, none fails.

    Each takes the database's write lock in one thread and needs another later: without a limit at
    the door those that wait for the lock hold every thread, and the one that has it gets none.
    """
    headers = as_actor("clerk")

    async def run() -> list[int]:
        transport = httpx.ASGITransport(app=build(database))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            posts = (client.post("/api/patients", json=BODY, headers=headers) for _ in range(200))
            return [answer.status_code for answer in await asyncio.gather(*posts)]

    assert set(apart(run)) == {201}
    assert count(database) == 200


def test_slow_models_keep_nobody_at_the_door(database: Database, as_actor: Headers) -> None:
    """While ten consultations wait for a model, another request is answered at once."""
    doctor, models = as_actor("doctor"), FakeModels()
    thinking, go = threading.Semaphore(0), threading.Event()

    def think() -> None:
        thinking.release()
        assert go.wait(timeout=20)

    models.during = think

    async def run() -> list[int]:
        transport = httpx.ASGITransport(app=build(database, models))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            body = {"age": 34, "sex": "F", "findings": {"present": [], "absent": []}}
            waiting = [
                asyncio.create_task(client.post("/api/differential", json=body, headers=doctor))
                for _ in range(10)
            ]
            for _ in range(10):
                await asyncio.to_thread(thinking.acquire, timeout=10)
            me = await asyncio.wait_for(client.get("/api/me", headers=doctor), timeout=10)
            go.set()
            return [me.status_code] + [
                answer.status_code for answer in await asyncio.gather(*waiting)
            ]

    assert apart(run) == [200] * 11
