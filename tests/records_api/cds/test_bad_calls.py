"""Whatever a client sends, the answer is a problem document that names the field, or cards."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records_api.cds.router import LARGEST
from tests.records_api.cds.conftest import START, VIEW, Call, bundle, observation
from tests.records_api.models.fake import FakeModels

AT = f"/api/cds-services/{VIEW}"
Body = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"hook": "encounter-start"}, "hook"),
        ({"hook": "order-sign"}, "hook"),
        ({"hook": None}, "hook"),
        ({"hookInstance": "7"}, "hookInstance"),
        ({"hookInstance": 7}, "hookInstance"),
        ({"context": None}, "context"),
        ({"context": {"patientId": "p"}}, "context.userId"),
        ({"context": {"userId": "Practitioner/d"}}, "context.patientId"),
        ({"context": {"userId": "d", "patientId": "p"}}, "context.userId"),
        ({"context": {"userId": "Practitioner/d", "patientId": "a b"}}, "context.patientId"),
        ({"context": {"userId": "Practitioner/d", "patientId": ["p"]}}, "context.patientId"),
        ({"prefetch": []}, "prefetch"),
        ({"prefetch": {"patient": 3}}, "prefetch.patient"),
        ({"prefetch": {"patient": {}}}, "prefetch.patient"),
        ({"prefetch": {"patient": {"resourceType": 1}}}, "prefetch.patient"),
    ],
)
def test_the_wrong_field_is_named(
    client: TestClient,
    headers: dict[str, str],
    body: Body,
    opened: str,
    change: dict[str, Any],
    field: str,
):
    for language in ("en", "hi"):
        speaking = headers | {"Accept-Language": language}
        answer = client.post(AT, json=body() | change, headers=speaking)
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["errors"][0]["field"] == field
        assert answer.json()["errors"][0]["reason"].isascii() == (language == "en")


def test_encounter_start_needs_the_encounter(
    client: TestClient, headers: dict[str, str], body: Body
):
    call = body("encounter-start")
    answer = client.post(f"/api/cds-services/{START}", json=call, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "context.encounterId"


def test_an_unknown_service_is_not_found(client: TestClient, headers: dict[str, str], body: Body):
    answer = client.post("/api/cds-services/none", json=body(), headers=headers)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"hook": NaN}',
        b"[" * 100_000,
        b'{"prefetch":{"a":{"resourceType":"X","b":' + b"[" * 900 + b"]" * 900 + b"}}}",
        b'"' + b"x" * 1_000_000 + b'"',
        b'{"prefetch":{"\\ud800":{}}}',
        b'{"hook":"\\ud800","context":{"userId":"\\u0000"}}',
    ],
    ids=range(11),
)
def test_what_is_no_call_is_refused(client: TestClient, headers: dict[str, str], content: bytes):
    typed = headers | {"Content-Type": "application/json"}
    answer = client.post(AT, content=content, headers=typed)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


def test_ten_thousand_findings_are_read_and_the_model_gets_what_it_takes(
    cards: Call, opened: str, models: FakeModels
):
    many = [observation(f"no-such-{n}") for n in range(10_000)]
    assert cards(prefetch={"observations": bundle(*many, observation("cough"))})
    assert models.asked[0].present == ["fever", "cough"]


@pytest.mark.parametrize("in_pieces", [False, True])
def test_too_much_is_refused(client: TestClient, headers: dict[str, str], in_pieces: bool):
    whole = b" " * (LARGEST + 1)
    content: Any = iter([whole]) if in_pieces else whole
    answer = client.post(AT, content=content, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body"


@pytest.mark.parametrize("host", ["[", "a b", "x:y:z", "हि", ""])
def test_a_strange_host_breaks_nothing(
    client: TestClient, headers: dict[str, str], body: Body, opened: str, host: str
):
    strange = headers | {"Host": host.encode()}  # type: ignore[dict-item]
    assert client.post(AT, json=body(), headers=strange).status_code < 500


_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["patient-view", "Practitioner/d", "Bundle", "Observation", "fever"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_json_makes_it_fail(
    client: TestClient,
    headers: dict[str, str],
    body: Body,
    opened: str,
    data: st.DataObject,
):
    """A good call of which some fields are replaced by anything; an error is raised right here."""
    call = body()
    for name in data.draw(st.sets(st.sampled_from([*call, "prefetch", "fhirServer"]))):
        call[name] = data.draw(_ANY | st.dictionaries(st.text(max_size=3), st.just({})))
    typed = headers | {"Content-Type": "application/json"}
    for path, value in ((AT, call), (AT, data.draw(_ANY)), (f"{AT}/feedback", data.draw(_ANY))):
        answer = client.post(path, content=json.dumps(value), headers=typed)
        assert answer.status_code < 500
