"""The second factor: time-based one-time codes (RFC 6238). The secret lies encrypted."""

from cryptography.fernet import InvalidToken
from pyotp import TOTP, random_base32

from records_api.core.context import Context
from records_api.core.errors import Conflict, Invalid, NotFound
from records_api.core.keys import vault
from records_api.staff import repository
from records_api.staff.rules import matching_step
from records_api.staff.tables import Account

ISSUER = "Sehat"


def enrol(ctx: Context) -> tuple[str, str]:
    """A new secret and its otpauth:// address. It counts once a code confirms it."""
    account = repository.one(ctx.session, ctx.actor.id, lock=True)
    if account.totp_confirmed:
        raise Conflict("A second factor is set up. Remove it first.")
    secret = random_base32()
    account.totp_secret = vault().encrypt(secret.encode()).decode()
    account.totp_last_step = None
    ctx.session.flush()
    ctx.audit("account.totp-enrol", account.id)
    return secret, TOTP(secret).provisioning_uri(name=account.username, issuer_name=ISSUER)


def confirm(ctx: Context, code: str) -> Account:
    account = repository.one(ctx.session, ctx.actor.id, lock=True)
    if account.totp_secret is None:
        raise NotFound("Set up a second factor first.")
    if account.totp_confirmed:
        raise Conflict("A second factor is set up already.")
    if not use(ctx, account, code):
        raise Invalid("The code is not right. Wait for the next one and try again.", field="code")
    account.totp_confirmed = True
    ctx.session.flush()
    ctx.audit("account.totp-confirm", account.id)
    return account


def remove(ctx: Context, code: str) -> Account:
    """Take the second factor away, with a code of it."""
    account = repository.one(ctx.session, ctx.actor.id, lock=True)
    if not account.totp_confirmed:
        raise NotFound("There is no second factor to remove.")
    if not use(ctx, account, code):
        raise Invalid("The code is not right. Wait for the next one and try again.", field="code")
    account.totp_secret, account.totp_confirmed, account.totp_last_step = None, False, None
    ctx.session.flush()
    ctx.audit("account.totp-remove", account.id)
    return account


def use(ctx: Context, account: Account, code: str) -> bool:
    """Whether the code is right now; it is used up by this."""
    if account.totp_secret is None:
        return False
    try:
        secret = vault().decrypt(account.totp_secret.encode()).decode()
    except InvalidToken:  # the vault's key is not the one it was encrypted with
        return False
    step = matching_step(code, ctx.now, TOTP(secret).generate_otp, account.totp_last_step)
    used = step is not None and repository.use_step(ctx.session, account.id, step)
    if used:
        ctx.session.refresh(account, ["totp_last_step"])
    return used
