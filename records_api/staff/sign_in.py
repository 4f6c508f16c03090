"""Signing in and staying signed in.

These services commit on their own, unlike others: a failed try has to be kept though its request
fails, and no transaction may stay open while a password is checked (it takes some 50 ms).
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NoReturn

from records_api.core import auth
from records_api.core.context import Actor, Context, Role
from records_api.core.errors import Unauthenticated
from records_api.core.ids import new_id
from records_api.core.settings import settings
from records_api.staff import passwords, repository, totp
from records_api.staff.tables import Account, RefreshToken

# One answer for a wrong name, a wrong password, a locked and a disabled account.
REFUSED = (
    "The user name, password or code is wrong. After several wrong tries an account rests for "
    "a quarter of an hour."
)


class CodeNeeded(Unauthenticated):
    code, title = "code-needed", "Please enter the code of your authenticator"


@dataclass(frozen=True)
class Signed:
    """A signed-in account. `access` and `refresh` are secrets: for the caller alone, never kept."""

    account: Account
    actor: Actor
    access: str
    refresh: str


def actor_of(account: Account) -> Actor:
    return Actor(
        id=account.id,
        name=account.name,
        roles=frozenset(Role(role) for role in account.roles.split()),
        facility_id=account.facility_id,
        patient_id=account.patient_id,
    )


def sign_in(ctx: Context, username: str, password: str, code: str | None = None) -> Signed:
    """Raises `Unauthenticated`, the same for every reason; `CodeNeeded` if only the code is missing."""
    account = repository.by_username(ctx.session, username.strip().lower())
    pause = timedelta(minutes=settings().lockout_minutes)
    counted = account is not None and repository.count_try(
        ctx.session, account.id, ctx.now, settings().lockout_failures, pause
    )
    ctx.session.commit()
    right = passwords.matches(account.password_hash if account else None, password)
    if account is None:
        _refuse(ctx, None, "unknown")
    if not counted:
        _refuse(ctx, account, "locked")
    if not right:
        _refuse(ctx, account, "password")
    ctx.session.refresh(account)  # it may have been disabled meanwhile
    if account.disabled:
        _refuse(ctx, account, "disabled")
    if account.totp_confirmed:
        if code is None:
            # The password was right, so this try was no wrong one.
            account.failures = max(0, account.failures - 1)
            ctx.audit("account.code-asked", account.id)
            ctx.session.commit()
            raise CodeNeeded("Enter the six digits that your authenticator shows.", field="code")
        if not totp.use(ctx, account, code):
            _refuse(ctx, account, "code")
    account.failures, account.locked_until = 0, None
    if passwords.outdated(account.password_hash):
        account.password_hash = passwords.make(password)
    return _signed(ctx, account, new_id(), "account.sign-in")


def refresh(ctx: Context, token: str, overlap: timedelta = timedelta()) -> Signed:
    """A fresh pair for a refresh token. Using one a second time ends the whole family, unless that
    is within `overlap` of the first: two tabs of a browser send the same one at the same moment."""
    row = repository.refresh_token(ctx.session, _digest(token))
    if row is None:
        raise Unauthenticated("Your sign-in has ended. Please sign in again.")
    account = repository.one(ctx.session, row.account_id)
    ended = row.revoked_at is not None or row.expires_at <= ctx.now
    reused = row.used_at is not None and ctx.now - row.used_at >= overlap
    if reused or account.disabled:
        reason = "disabled" if account.disabled else "reused"
        repository.revoke(ctx.session, ctx.now, family=row.family)
        ctx.audit("account.refresh-refused", account.id, reason=reason, family=row.family)
        ctx.session.commit()
        ended = True
    if ended:
        raise Unauthenticated("Your sign-in has ended. Please sign in again.")
    row.used_at = row.used_at or ctx.now
    return _signed(ctx, account, row.family, "account.refresh")


def sign_out(ctx: Context, token: str) -> None:
    """End the sign-in that this refresh token is of; nothing happens for an unknown one."""
    row = repository.refresh_token(ctx.session, _digest(token))
    if row is not None:
        repository.revoke(ctx.session, ctx.now, family=row.family)
        ctx.audit("account.sign-out", row.account_id)
        ctx.session.commit()


def _signed(ctx: Context, account: Account, family: str, action: str) -> Signed:
    actor, token = actor_of(account), secrets.token_urlsafe(32)
    ctx.session.add(
        RefreshToken(
            digest=_digest(token),
            family=family,
            account_id=account.id,
            expires_at=ctx.now + timedelta(days=settings().refresh_days),
        )
    )
    replace(ctx, actor=actor).audit(action, account.id, family=family)
    ctx.session.commit()
    return Signed(account, actor, auth.issue(actor), token)


def _refuse(ctx: Context, account: Account | None, reason: str) -> NoReturn:
    # What was typed as a name is not noted: people type passwords there.
    ctx.audit("account.sign-in-failed", account.id if account else None, reason=reason)
    ctx.session.commit()
    raise Unauthenticated(REFUSED)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
