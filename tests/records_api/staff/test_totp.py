"""The second factor: a code counts once, and only with the password."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import text

from records_api.core.context import Context
from records_api.core.db import Database
from records_api.core.errors import Unauthenticated
from records_api.staff import passwords, service
from records_api.staff.rules import matching_step
from records_api.staff.schemas import AccountIn
from records_api.staff.sign_in import CodeNeeded
from records_api.staff.tables import Account

PASSWORD = "three words together"


@pytest.fixture
def secret(client: Any, ctx: Callable[..., Context]) -> str:
    """Of `rao`, who confirmed it with the code of half a minute ago."""
    acting = ctx("system")
    data = AccountIn(username="rao", name="Dr Rao", password=PASSWORD, roles=["doctor"])
    service.create_many(acting, [data], hasher=passwords.CHEAP)
    acting.session.commit()
    body = {"username": "rao", "password": PASSWORD}
    token = client.post("/api/sign-in", json=body).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    made = client.post("/api/totp", headers=headers)
    assert made.json()["uri"].startswith("otpauth://totp/Sehat:rao?secret=")
    value = str(made.json()["secret"])
    code = pyotp.TOTP(value).at(datetime.now(UTC), counter_offset=-1)
    answer = client.post("/api/totp/confirm", json={"code": code}, headers=headers)
    assert answer.json()["totp_confirmed"] is True
    return value


def enter(client: Any, code: str | None = None) -> Any:
    return client.post("/api/sign-in", json={"username": "rao", "password": PASSWORD, "code": code})


def test_password_alone_is_not_enough(client: Any, secret: str) -> None:
    answer = enter(client)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:sehat:code-needed")


def test_code_counts_once(client: Any, secret: str) -> None:
    code = pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=0)
    assert enter(client, code).status_code == 200
    assert enter(client, code).status_code == 401


def test_wrong_codes_lock_the_account(client: Any, secret: str) -> None:
    right = pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=0)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(5):
        assert enter(client, wrong).status_code == 401
    assert (
        enter(client, pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=0)).status_code == 401
    )


def test_asking_for_the_code_is_no_wrong_try(client: Any, secret: str) -> None:
    for _ in range(12):
        assert enter(client).json()["type"] == "urn:sehat:code-needed"
    assert (
        enter(client, pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=0)).status_code == 200
    )


def test_wrong_password_is_told_before_the_code(ctx: Callable[..., Context], secret: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        service.sign_in(ctx("system"), "rao", "wrong", "000000")
    assert not isinstance(refused.value, CodeNeeded)


def test_secret_lies_encrypted(secret: str, database: Database) -> None:
    with database.transaction() as session:
        stored = session.execute(text("SELECT * FROM accounts")).all()
    assert secret not in str(stored)


def test_removing_needs_a_code(client: Any, secret: str, database: Database) -> None:
    now = datetime.now(UTC)
    token = enter(client, pyotp.TOTP(secret).at(now, counter_offset=0)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert client.post("/api/totp", headers=headers).status_code == 409
    assert (
        client.post("/api/totp/remove", json={"code": "000000"}, headers=headers).status_code == 422
    )
    code = pyotp.TOTP(secret).at(now, counter_offset=1)
    assert client.post("/api/totp/remove", json={"code": code}, headers=headers).status_code == 200
    assert enter(client).status_code == 200
    with database.transaction() as session:
        assert session.query(Account).filter_by(username="rao").one().totp_secret is None


def test_matching_step_allows_half_a_minute_of_clock_error() -> None:
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    code_at = "{:06d}".format
    now = int(moment.timestamp()) // 30
    assert matching_step(code_at(now), moment, code_at, None) == now
    assert matching_step(code_at(now), moment + timedelta(seconds=59), code_at, None) == now
    assert matching_step(code_at(now), moment + timedelta(seconds=60), code_at, None) is None
    assert matching_step(code_at(now), moment, code_at, now) is None  # used
    assert matching_step(code_at(now - 1), moment, code_at, now) is None  # older than a used one
