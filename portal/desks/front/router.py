"""Sign-in, sign-out, the choice of language, and the start page."""

import json
from typing import Annotated

from cryptography.fernet import InvalidToken
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from portal import session
from portal.desks.front.pages import CodePage, HomePage, SignInPage
from portal.render import render, speaker
from portal.route import PageRoute
from records_api.core.auth import Anyone, SignedIn
from records_api.core.errors import Unauthenticated
from records_api.core.i18n import LANGUAGES
from records_api.core.keys import vault
from records_api.staff import sign_in as staff

router = APIRouter(route_class=PageRoute)

_CODE_SECONDS = 300  # how long the second step of a sign-in stays open


def safe(path: str) -> str:
    """A place on this site to go on to; anything else becomes the start page."""
    local = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    return path if local and path.isprintable() else "/"


@router.get("/")
def home(request: Request, _: SignedIn) -> Response:
    return render(request, HomePage())


@router.get("/sign-in")
def sign_in_form(request: Request, then: str = "/") -> Response:
    return render(request, SignInPage(safe(then)))


@router.post("/sign-in")
def sign_in(
    request: Request,
    ctx: Anyone,
    username: Annotated[str, Form(max_length=64)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    then: Annotated[str, Form(max_length=300)] = "/",
) -> Response:
    _ = speaker(ctx.language)
    if not username or not password:
        errors = {} if username else {"username": _("Enter your user name.")}
        errors |= {} if password else {"password": _("Enter your password.")}
        return render(request, SignInPage(safe(then), username, errors), 422)
    try:
        return _signed(staff.sign_in(ctx, username, password), then)
    except staff.CodeNeeded:
        # The password was right. It waits, encrypted, in the page until the code comes.
        pending = vault().encrypt(json.dumps([username, password]).encode()).decode()
        return render(request, CodePage(safe(then), pending))
    except Unauthenticated as error:
        errors = {"password": _(error.detail)}
        return render(request, SignInPage(safe(then), username, errors), 401)


@router.post("/sign-in/code")
def sign_in_code(
    request: Request,
    ctx: Anyone,
    pending: Annotated[str, Form(max_length=2000)],
    code: Annotated[str, Form(max_length=20)] = "",
    then: Annotated[str, Form(max_length=300)] = "/",
) -> Response:
    _ = speaker(ctx.language)
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isdecimal():
        errors = {"code": _("Enter the six digits that your authenticator shows.")}
        return render(request, CodePage(safe(then), pending, errors), 422)
    try:
        username, password = json.loads(vault().decrypt(pending.encode(), ttl=_CODE_SECONDS))
        return _signed(staff.sign_in(ctx, username, password, digits), then)
    except InvalidToken:
        errors = {"username": _("That took too long. Please sign in again.")}
        return render(request, SignInPage(safe(then), "", errors), 401)
    except Unauthenticated as error:
        return render(request, CodePage(safe(then), pending, {"code": _(error.detail)}), 401)


def _signed(signed: staff.Signed, then: str) -> Response:
    response = RedirectResponse(safe(then), status_code=303)
    session.keep(response, session.Tokens(signed.access, signed.refresh))
    return response


@router.post("/sign-out")
def sign_out(request: Request, ctx: Anyone) -> Response:
    tokens = getattr(request.state, "tokens", None)
    refresh = tokens.refresh if tokens else request.cookies.get(session.REFRESH)
    if refresh:
        staff.sign_out(ctx, refresh)
    response = RedirectResponse("/sign-in", status_code=303)
    session.keep(response, None)
    return response


@router.post("/language")
def choose_language(
    language: Annotated[str, Form(max_length=10)],
    then: Annotated[str, Form(max_length=300)] = "/",
) -> Response:
    response = RedirectResponse(safe(then), status_code=303)
    if language in LANGUAGES:
        response.set_cookie(
            session.LANGUAGE, language, max_age=31_536_000, httponly=True, samesite="lax"
        )
    return response
