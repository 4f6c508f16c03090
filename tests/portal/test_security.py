"""Headers, forms of other sites, and errors as pages."""

from collections.abc import Callable
from typing import Any

import pytest

from portal.app import create
from portal.security import POLICY
from records_api.core.db import Database

Enter = Callable[[str], Any]


@pytest.mark.parametrize(
    "path", ["/sign-in", "/status", "/nothing", "/api/nothing", "/static/sehat.css"]
)
def test_every_answer_has_the_headers(client: Any, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Permissions-Policy"] == "camera=(self), microphone=(self), geolocation=()"


def test_no_page_may_be_kept_and_named_files_may(client: Any) -> None:
    page = client.get("/sign-in")
    assert page.headers["Cache-Control"] == "no-store"
    address = page.text.split('href="')[1].split('"')[0]
    assert "?v=" in address
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert client.get(address.split("?")[0]).headers["Cache-Control"] == "no-cache"


def test_no_page_has_an_inline_script_or_style(enter: Enter) -> None:
    client = enter("dr.rao")
    for path in ("/", "/doctor", "/doctor/patients/patient-asha", "/status"):
        text = client.get(path).text
        assert "style=" not in text
        assert "<style" not in text
        assert all("src=" in tag.split(">")[0] for tag in text.split("<script")[1:])
        assert "onclick" not in text


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_a_form_of_another_site_is_refused(enter: Enter, origin: str) -> None:
    client = enter("dr.rao")
    form = {"reason": "a reason long enough"}
    path = "/doctor/patients/patient-ravi/break-glass"
    assert client.post(path, data=form, headers={"Origin": origin}).status_code == 403
    assert client.get("/doctor/patients/patient-ravi").status_code == 403  # it did not open
    assert client.post(path, data=form).status_code == 303


def test_people_get_pages_and_programs_get_problems(client: Any) -> None:
    page = client.get("/nothing")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "There is nothing at this address." in page.text
    problem = client.get("/api/nothing")
    assert problem.headers["content-type"] == "application/problem+json"


def test_errors_speak_the_readers_language(client: Any) -> None:
    client.cookies.set("sehat_language", "hi")
    assert "इस पते पर कुछ नहीं है।" in client.get("/nothing").text


def test_another_role_is_refused_on_a_page(enter: Enter) -> None:
    answer = enter("planner").get("/doctor")
    assert answer.status_code == 403
    assert "Your role does not allow this" in answer.text


def test_the_api_ignores_the_cookie(enter: Enter) -> None:
    assert enter("dr.rao").get("/api/me").status_code == 401


def test_a_fault_of_ours_is_said_plainly(app: Any, client: Any) -> None:
    def broken() -> None:
        raise RuntimeError("secret detail")

    app.add_api_route("/broken", broken)
    app.router.routes.insert(0, app.router.routes.pop())
    client._transport.raise_server_exceptions = False
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "secret detail" not in answer.text
    assert answer.headers["Content-Security-Policy"] == POLICY


def test_an_empty_installation_has_a_portal_too(database_url: str, monkeypatch: Any) -> None:
    from records_api.core.settings import settings

    monkeypatch.setenv("SEHAT_DATABASE_URL", database_url)
    settings.cache_clear()
    app = create()
    assert isinstance(app.state.database, Database)
    app.state.database.dispose()
