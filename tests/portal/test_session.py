"""Signing in, staying signed in, and leaving."""

import time
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from portal.session import OVERLAP, REFRESH
from records_api.core.auth import COOKIE
from records_api.core.context import Context
from records_api.core.db import Database, utcnow
from records_api.staff import repository, totp
from records_api.staff.sign_in import actor_of
from records_api.staff.tables import RefreshToken
from tests.portal.seed import DOCTOR, PASSWORD

Enter = Callable[[str], Any]


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: Any) -> None:
    answer = client.post("/sign-in", data={"username": "dr.rao", "password": PASSWORD})
    lines = answer.headers.get_list("set-cookie")
    assert {line.split("=")[0] for line in lines} == {COOKIE, REFRESH}
    for line in lines:
        assert "HttpOnly" in line
        assert "SameSite=strict" in line


def test_a_wrong_password_says_so_and_keeps_the_name(client: Any) -> None:
    answer = client.post("/sign-in", data={"username": "dr.rao", "password": "wrong"})
    assert answer.status_code == 401
    assert "The user name, password or code is wrong." in answer.text
    assert 'value="dr.rao"' in answer.text


def test_without_a_sign_in_a_page_leads_to_it_and_back(client: Any) -> None:
    first = client.get("/doctor")
    assert (first.status_code, first.headers["location"]) == (303, "/sign-in?then=/doctor")
    form = {"username": "dr.rao", "password": PASSWORD, "then": "/doctor"}
    assert client.post("/sign-in", data=form).headers["location"] == "/doctor"


@pytest.mark.parametrize(
    "path", ["//evil.example/x", "https://evil.example", "/\\evil.example", ""]
)
def test_signing_in_never_leads_to_another_site(client: Any, path: str) -> None:
    form = {"username": "dr.rao", "password": PASSWORD, "then": path}
    assert client.post("/sign-in", data=form).headers["location"] == "/"


def test_an_ended_access_token_is_renewed_under_way(enter: Enter) -> None:
    client = enter("dr.rao")
    before = client.cookies[REFRESH]
    client.cookies.delete(COOKIE)
    assert client.get("/doctor").status_code == 200
    assert client.cookies[REFRESH] != before
    assert client.get("/doctor").status_code == 200


def test_a_renewed_pair_comes_with_an_error_page_too(enter: Enter) -> None:
    client = enter("dr.rao")
    client.cookies.delete(COOKIE)
    answer = client.get("/doctor/patients/patient-ravi")
    assert answer.status_code == 403
    assert REFRESH in answer.cookies


def test_two_tabs_that_renew_at_once_both_stay_signed_in(enter: Enter) -> None:
    client = enter("dr.rao")
    old = client.cookies[REFRESH]
    client.cookies.delete(COOKIE)
    assert client.get("/doctor").status_code == 200
    client.cookies.clear()
    client.cookies.set(REFRESH, old)  # the other tab sent it at the same moment
    assert client.get("/doctor").status_code == 200
    assert client.get("/doctor").status_code == 200


def test_a_sign_in_used_again_later_is_ended(enter: Enter, city: Database) -> None:
    client = enter("dr.rao")
    old = client.cookies[REFRESH]
    client.cookies.delete(COOKIE)
    assert client.get("/doctor").status_code == 200
    with city.transaction() as session:
        for row in session.scalars(select(RefreshToken).where(RefreshToken.used_at.is_not(None))):
            row.used_at = utcnow() - OVERLAP
    client.cookies.clear()
    client.cookies.set(REFRESH, old)  # by whoever copied it
    assert client.get("/doctor").status_code == 303


def test_signing_out_ends_it_for_every_tab(enter: Enter) -> None:
    client = enter("dr.rao")
    old = client.cookies[REFRESH]
    client.post("/sign-out")
    assert client.get("/doctor").status_code == 303
    client.cookies.set(REFRESH, old)
    assert client.get("/doctor").status_code == 303


def authenticator(city: Database) -> str:
    """Doctor Rao uses one from now on; its secret."""
    with city.session() as session:
        account = repository.one(session, DOCTOR)
        secret, _ = totp.enrol(Context(session, actor_of(account)))
        account.totp_confirmed = True
        session.commit()
    return secret


def test_an_authenticator_is_set_up_and_removed(enter: Enter) -> None:
    client = enter("dr.rao")
    shown = client.post("/account/authenticator")
    assert "<svg" in shown.text
    assert "style=" not in shown.text
    secret = shown.text.split('class="app-key">')[1].split("<")[0]
    wrong = client.post("/account/authenticator/confirm", data={"code": "12345"})
    assert wrong.status_code == 422
    code = pyotp.TOTP(secret)
    earlier = code.at(time.time() - 30)  # each code counts once: the one before is kept for later
    assert client.post("/account/authenticator/confirm", data={"code": earlier}).status_code == 303
    assert "Signing in asks for a code" in client.get("/account").text
    assert (
        client.post("/account/authenticator/remove", data={"code": code.now()}).status_code == 303
    )
    assert "Set it up" in client.get("/account").text


def test_an_authenticator_asks_for_its_code(client: Any, city: Database) -> None:
    secret = authenticator(city)
    asked = client.post("/sign-in", data={"username": "dr.rao", "password": PASSWORD})
    assert "Enter your code" in asked.text
    assert PASSWORD not in asked.text
    pending = asked.text.split('name="pending" value="')[1].split('"')[0]
    wrong = client.post("/sign-in/code", data={"pending": pending, "code": "12"})
    assert "Enter the six digits" in wrong.text
    code = pyotp.TOTP(secret).now()
    right = client.post(
        "/sign-in/code", data={"pending": pending, "code": f"{code[:3]} {code[3:]}"}
    )
    assert (right.status_code, right.headers["location"]) == (303, "/")
    made_up = client.post("/sign-in/code", data={"pending": "gAAAA", "code": code})
    assert made_up.status_code == 401
    assert "That took too long" in made_up.text
