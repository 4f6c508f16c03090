"""One's own account: an authenticator as the second factor of signing in."""

from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request, Response

from portal.desks.account.pages import AccountPage
from portal.forms import go, told
from portal.render import render
from portal.route import PageRoute
from records_api.core.auth import SignedIn
from records_api.core.context import Context
from records_api.core.errors import Invalid
from records_api.core.i18n import marked as _
from records_api.staff import repository, totp

router = APIRouter(prefix="/account", route_class=PageRoute)

_Code = Annotated[str, Form(max_length=20)]
SIX_DIGITS = _("Enter the six digits that your authenticator shows.")


def _page(ctx: Context, errors: dict[str, str] | None = None) -> AccountPage:
    account = repository.one(ctx.session, ctx.actor.id)
    return AccountPage(account.username, account.totp_confirmed, errors=errors or {})


@router.get("")
def account(request: Request, ctx: SignedIn) -> Response:
    return render(request, _page(ctx))


@router.post("/authenticator")
def set_up(request: Request, ctx: SignedIn) -> Response:
    secret, uri = totp.enrol(ctx)
    username = repository.one(ctx.session, ctx.actor.id).username
    picture = segno.make(uri, micro=False).svg_inline(scale=5, border=4, light="white")
    return render(request, AccountPage(username, False, secret, picture))


@router.post("/authenticator/confirm")
def confirm(request: Request, ctx: SignedIn, code: _Code = "") -> Response:
    try:
        totp.confirm(ctx, _digits(code))
    except Invalid as error:
        ctx.session.rollback()
        return render(request, _page(ctx, told(ctx, error, "code")), 422)
    return go("/account", "saved")


@router.post("/authenticator/remove")
def remove(request: Request, ctx: SignedIn, code: _Code = "") -> Response:
    try:
        totp.remove(ctx, _digits(code))
    except Invalid as error:
        ctx.session.rollback()
        return render(request, _page(ctx, told(ctx, error, "code")), 422)
    return go("/account", "saved")


def _digits(code: str) -> str:
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isdecimal():
        raise Invalid(SIX_DIGITS, field="code")
    return digits
