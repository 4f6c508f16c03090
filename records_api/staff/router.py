from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from records_api.core.auth import Anyone, SignedIn
from records_api.core.edge import SecretUnitOfWork, UnitOfWork, if_match
from records_api.core.settings import settings
from records_api.staff import repository, service, totp
from records_api.staff.permissions import Administrator
from records_api.staff.schemas import (
    AccountChange,
    AccountIn,
    AccountOut,
    CodeIn,
    RefreshIn,
    SignIn,
    StaffListed,
    StaffRole,
    Tokens,
    TotpSecret,
)
from records_api.staff.tables import Account

router = APIRouter(prefix="/api", tags=["staff"], route_class=UnitOfWork)
secret = APIRouter(tags=["sign-in"], route_class=SecretUnitOfWork)


def _tokens(signed: service.Signed) -> Tokens:
    return Tokens(
        access_token=signed.access,
        refresh_token=signed.refresh,
        expires_in=settings().access_minutes * 60,
        account=AccountOut.model_validate(signed.account),
    )


@secret.post("/sign-in", response_model=Tokens)
def sign_in(ctx: Anyone, data: SignIn) -> Tokens:
    """Sign in. Five wrong tries lock the account for a quarter of an hour."""
    return _tokens(service.sign_in(ctx, data.username, data.password, data.code))


@secret.post("/refresh", response_model=Tokens)
def refresh(ctx: Anyone, data: RefreshIn) -> Tokens:
    """A new pair of tokens for a refresh token, which is used up by this."""
    return _tokens(service.refresh(ctx, data.refresh_token))


@secret.post("/sign-out", status_code=204)
def sign_out(ctx: Anyone, data: RefreshIn) -> None:
    """End this sign-in. The access token ends by itself, within its quarter of an hour."""
    service.sign_out(ctx, data.refresh_token)


@router.get("/me", response_model=AccountOut)
def me(ctx: SignedIn) -> Account:
    """Who is signed in."""
    return repository.one(ctx.session, ctx.actor.id)


@secret.post("/totp", status_code=201, response_model=TotpSecret)
def enrol_totp(ctx: SignedIn) -> TotpSecret:
    """Begin to use an authenticator: a secret, shown once."""
    value, uri = totp.enrol(ctx)
    return TotpSecret(secret=value, uri=uri)


@secret.post("/totp/confirm", response_model=AccountOut)
def confirm_totp(ctx: SignedIn, data: CodeIn) -> Account:
    """From now on signing in needs a code."""
    return totp.confirm(ctx, data.code)


@secret.post("/totp/remove", response_model=AccountOut)
def remove_totp(ctx: SignedIn, data: CodeIn) -> Account:
    """Stop using the authenticator."""
    return totp.remove(ctx, data.code)


@router.get("/staff", response_model=list[StaffListed])
def search(
    ctx: SignedIn,
    text: Annotated[str, Query(max_length=100, examples=["rao"])] = "",
    role: StaffRole | None = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> list[Account]:
    """Find members of staff by name: whom to open a record to."""
    return list(service.search(ctx, text, role, limit))


@secret.post("/accounts", status_code=201, response_model=AccountOut)
def create(ctx: Administrator, data: AccountIn, response: Response) -> Account:
    """Make an account."""
    account = service.create_account(ctx, data.model_copy(update={"id": None}))
    response.headers["ETag"] = f'"{account.version}"'
    return account


@router.get("/accounts/{account_id}", response_model=AccountOut)
def read(ctx: Administrator, account_id: str, response: Response) -> Account:
    """Read an account."""
    account = repository.one(ctx.session, account_id)
    response.headers["ETag"] = f'"{account.version}"'
    return account


@secret.patch("/accounts/{account_id}", response_model=AccountOut)
def change(
    ctx: Administrator,
    account_id: str,
    data: AccountChange,
    response: Response,
    seen: Annotated[int | None, Depends(if_match)],
) -> Account:
    """Change an account: roles, facility, a new password, or disable it."""
    account = service.change(ctx, account_id, data, seen)
    response.headers["ETag"] = f'"{account.version}"'
    return account


router.include_router(secret)
