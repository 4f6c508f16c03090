"""Sign-in that lasts: a short access token and a refresh token, in cookies no script can read."""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from records_api.core import auth
from records_api.core.context import Actor, Context
from records_api.core.errors import Unauthenticated
from records_api.core.ids import new_id
from records_api.core.settings import settings
from records_api.staff import sign_in as staff

REFRESH = "sehat_refresh"
LANGUAGE = "sehat_language"
OVERLAP = timedelta(seconds=30)  # between two tabs that renew the same sign-in


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str


def keep(response: Response, tokens: Tokens | None) -> None:
    """Keep the tokens in the browser, or forget them. Not even a link of another site sends them."""
    kept = {
        auth.COOKIE: (tokens.access if tokens else "", settings().access_minutes * 60),
        REFRESH: (tokens.refresh if tokens else "", settings().refresh_days * 86_400),
    }
    for name, (value, seconds) in kept.items():
        response.set_cookie(
            name,
            value,
            max_age=seconds if tokens else 0,
            httponly=True,
            samesite="strict",
            secure=settings().secure_cookies,
        )


def _live(access: str | None) -> bool:
    try:
        return bool(access and auth.read(access))
    except Unauthenticated:
        return False


def renewed(request: Request) -> Request:
    """The request with a live access token, if its cookies can still give one."""
    old = request.cookies.get(REFRESH)
    if _live(request.cookies.get(auth.COOKIE)) or not old:
        return request

    try:
        with request.app.state.database.session() as session:
            nobody = Actor(id="anonymous", name="", roles=frozenset())
            signed = staff.refresh(Context(session, nobody, new_id()), old, OVERLAP)
    except Unauthenticated:
        return request
    tokens = Tokens(signed.access, signed.refresh)
    request.state.tokens = tokens  # before the copy below, which shares the state
    bearer = (b"authorization", f"Bearer {tokens.access}".encode())
    scope = {**request.scope, "headers": [*request.scope["headers"], bearer]}
    return Request(scope, request.receive)


class Cookies:
    """Sends a renewed pair with whatever the answer is, an error page too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_tokens(message: Message) -> None:
            tokens = scope.get("state", {}).get("tokens")
            if message["type"] == "http.response.start" and tokens:
                headers = MutableHeaders(scope=message)
                if "set-cookie" not in headers:  # signing out has the last word
                    holder = Response()
                    keep(holder, tokens)
                    for line in holder.headers.getlist("set-cookie"):
                        headers.append("set-cookie", line)
            await send(message)

        await self.app(scope, receive, send_with_tokens)
