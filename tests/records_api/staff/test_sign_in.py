"""Signing in, staying signed in, and everything that ends it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import select, text

from records_api.core import auth
from records_api.core.audit import AuditRow
from records_api.core.context import SYSTEM, Actor, Context
from records_api.core.db import Database
from records_api.core.errors import Conflict, Unauthenticated
from records_api.core.settings import settings
from records_api.staff import passwords, service
from records_api.staff.schemas import AccountChange, AccountIn
from records_api.staff.sign_in import REFUSED
from records_api.staff.tables import Account

PASSWORD = "three words together"


@pytest.fixture
def rao(ctx: Callable[..., Context]) -> Account:
    acting = ctx("system")
    data = AccountIn(username="dr.rao", name="Dr Meera Rao", password=PASSWORD, roles=["doctor"])
    (account,) = service.create_many(acting, [data], hasher=passwords.CHEAP)
    acting.session.commit()
    return account


def enter(client: Any, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/api/sign-in", json={"username": "dr.rao", "password": password, **more})


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def test_sign_in_gives_tokens_that_work(client: Any, rao: Account) -> None:
    answer = enter(client)
    assert answer.status_code == 200
    me = client.get("/api/me", headers=bearer(answer.json())).json()
    assert (me["username"], me["roles"]) == ("dr.rao", ["doctor"])
    assert "password" not in str(me)


def test_user_name_in_any_case_and_with_spaces(client: Any, rao: Account) -> None:
    body = {"username": " Dr.Rao ", "password": PASSWORD}
    assert client.post("/api/sign-in", json=body).status_code == 200


def test_unknown_wrong_locked_and_disabled_answer_the_same(
    client: Any, rao: Account, database: Database
) -> None:
    def shown(answer: Any) -> dict[str, Any]:
        assert answer.status_code == 401
        return {k: v for k, v in answer.json().items() if k != "request_id"}

    unknown = client.post("/api/sign-in", json={"username": "nobody", "password": PASSWORD})
    answers = [shown(unknown)] + [shown(enter(client, "wrong")) for _ in range(5)]
    answers.append(shown(enter(client)))  # right, but locked
    with database.transaction() as session:
        row = session.get_one(Account, rao.id)
        row.locked_until, row.disabled = None, True
    answers.append(shown(enter(client)))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["detail"] == REFUSED


def test_lock_out_survives_the_refused_requests_and_ends(
    client: Any, rao: Account, ctx: Callable[..., Context]
) -> None:
    for _ in range(settings().lockout_failures):
        assert enter(client, "wrong").status_code == 401
    assert enter(client).status_code == 401
    later = datetime.now(UTC) + timedelta(minutes=settings().lockout_minutes, seconds=1)
    signed = service.sign_in(ctx("system").at(later), "dr.rao", PASSWORD)
    assert signed.actor.id == rao.id


def test_success_forgets_earlier_failures(client: Any, rao: Account) -> None:
    for _ in range(3):
        for _ in range(settings().lockout_failures - 1):
            enter(client, "wrong")
        assert enter(client).status_code == 200


def test_tries_at_the_same_moment_gain_nothing(database: Database, rao: Account) -> None:
    """Of 20 guesses at once, among them the right one, no more than five are looked at."""

    def guess(number: int) -> None:
        with database.session() as session:
            nobody = Actor("anonymous", "", frozenset())
            with pytest.raises(Unauthenticated):
                service.sign_in(Context(session, nobody), "dr.rao", f"guess {number}")

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(guess, range(20)))
    with database.transaction() as session:
        reasons = [
            row.detail["reason"]
            for row in session.scalars(
                select(AuditRow).where(AuditRow.action == "account.sign-in-failed")
            )
        ]
    assert sorted(set(reasons)) == ["locked", "password"]
    assert reasons.count("password") == settings().lockout_failures


def test_success_and_failure_are_audited_without_secrets(
    client: Any, rao: Account, database: Database
) -> None:
    enter(client, "wrong horse battery")
    tokens = enter(client).json()
    client.post("/api/sign-in", json={"username": "my secret typed here", "password": "x"})
    with database.transaction() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
        seen = [(row.action, row.actor_id, row.entity_id) for row in rows]
        everything = str([session.execute(text("SELECT * FROM audit_log")).all()])
    assert ("account.sign-in-failed", "anonymous", rao.id) in seen
    assert ("account.sign-in", rao.id, rao.id) in seen
    for secret in ("wrong horse", PASSWORD, "my secret", tokens["refresh_token"]):
        assert secret not in everything


def test_tokens_are_not_kept_by_idempotency_key(
    client: Any, rao: Account, database: Database
) -> None:
    key = {"Idempotency-Key": "sign-in-1"}
    body = {"username": "dr.rao", "password": PASSWORD}
    first = client.post("/api/sign-in", json=body, headers=key).json()
    second = client.post("/api/sign-in", json=body, headers=key).json()
    assert first["refresh_token"] != second["refresh_token"]
    with database.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM idempotency")).scalar_one() == 0


def test_refresh_tokens_lie_only_as_digests(client: Any, rao: Account, database: Database) -> None:
    tokens = enter(client).json()
    with database.transaction() as session:
        rows = str(session.execute(text("SELECT * FROM refresh_tokens")).all())
    assert tokens["refresh_token"] not in rows


def test_refresh_rotates_and_reuse_ends_the_family(client: Any, rao: Account) -> None:
    def renew(token: str) -> Any:
        return client.post("/api/refresh", json={"refresh_token": token})

    stolen = enter(client).json()["refresh_token"]
    other_desk = enter(client).json()["refresh_token"]
    fresh = renew(stolen).json()["refresh_token"]
    assert fresh != stolen
    assert renew(stolen).status_code == 401  # used twice: one of the two users is a thief
    assert renew(fresh).status_code == 401
    assert renew(other_desk).status_code == 200  # another sign-in goes on


def test_one_of_many_simultaneous_refreshes_wins(database: Database, rao: Account) -> None:
    with database.session() as session:
        token = service.sign_in(Context(session, SYSTEM), "dr.rao", PASSWORD).refresh

    def renew(_: int) -> bool:
        with database.session() as session:
            try:
                service.refresh(Context(session, SYSTEM), token)
            except Unauthenticated:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(renew, range(8))) == 1


def test_refresh_token_ages(ctx: Callable[..., Context], rao: Account) -> None:
    acting = ctx("system")
    token = service.sign_in(acting, "dr.rao", PASSWORD).refresh
    late = datetime.now(UTC) + timedelta(days=settings().refresh_days, seconds=1)
    with pytest.raises(Unauthenticated):
        service.refresh(acting.at(late), token)


def test_sign_out_ends_the_sign_in(client: Any, rao: Account) -> None:
    body = {"refresh_token": enter(client).json()["refresh_token"]}
    assert client.post("/api/sign-out", json=body).status_code == 204
    assert client.post("/api/refresh", json=body).status_code == 401
    assert client.post("/api/sign-out", json={"refresh_token": "unknown"}).status_code == 204


@pytest.mark.parametrize(
    "data",
    [
        AccountChange(disabled=True),
        AccountChange(roles=["nurse"]),
        AccountChange(password="some other words"),
    ],
    ids=["disabled", "roles", "password"],
)
def test_change_of_account_ends_open_sign_ins(
    client: Any, rao: Account, ctx: Callable[..., Context], data: AccountChange
) -> None:
    token = enter(client).json()["refresh_token"]
    acting = ctx("admin")
    service.change(acting, rao.id, data, None)
    acting.session.commit()
    assert client.post("/api/refresh", json={"refresh_token": token}).status_code == 401


def test_access_token_ends(client: Any, rao: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    past = datetime.now(UTC) - timedelta(minutes=settings().access_minutes, seconds=1)
    monkeypatch.setattr(auth, "utcnow", lambda: past)
    old = auth.issue(service.actor_of(rao))
    answer = client.get("/api/me", headers={"Authorization": f"Bearer {old}"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_cheap_hash_is_renewed_at_sign_in(client: Any, rao: Account, database: Database) -> None:
    assert passwords.outdated(rao.password_hash)
    assert enter(client).status_code == 200
    with database.transaction() as session:
        stored = session.get_one(Account, rao.id).password_hash
    assert stored.startswith("$argon2id$")
    assert "m=65536,t=3,p=4" in stored  # RFC 9106, second recommended option
    assert enter(client).status_code == 200


def test_forged_token_is_refused(client: Any, rao: Account, app_of_another_city: str) -> None:
    answer = client.get("/api/me", headers={"Authorization": f"Bearer {app_of_another_city}"})
    assert answer.status_code == 401


@pytest.fixture
def app_of_another_city(rao: Account) -> str:
    """A token with the right claims, signed by somebody else."""
    now = int(datetime.now(UTC).timestamp())
    claims = {"sub": rao.id, "name": "x", "roles": ["admin"], "facility": None, "patient": None}
    key = ECKey.generate_key("P-256", private=True)
    return jwt.encode({"alg": "ES256"}, {**claims, "iat": now, "exp": now + 900}, key)


def test_doubled_user_name_is_refused(ctx: Callable[..., Context], rao: Account) -> None:
    data = AccountIn(username="DR.RAO", name="Another", password=PASSWORD, roles=["nurse"])
    with pytest.raises(Conflict):
        service.create_account(ctx("admin"), data)
