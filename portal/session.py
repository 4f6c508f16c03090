"""Sign-in that lasts: a short access token and a refresh token, in cookies no script can read."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic

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
_OVERLAP_S = 30.0


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


class Renewals:
    """Pairs given a moment ago, by the refresh token they were given for.

    Two tabs may send the same refresh token at the same moment. It is good for one use, and a
    second use ends the sign-in, so the second tab gets the pair of the first.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._given: dict[str, tuple[Tokens, float]] = {}

    def pair(self, old: str, exchange: Callable[[str], Tokens]) -> Tokens:
        with self._lock:
            now = monotonic()
            self._given = {k: v for k, v in self._given.items() if now - v[1] < _OVERLAP_S}
            if old not in self._given:
                self._given[old] = (exchange(old), now)
            return self._given[old][0]

    def forget(self, access: str | None) -> None:
        """After signing out no tab may be handed the pair again."""
        with self._lock:
            self._given = {k: v for k, v in self._given.items() if v[0].access != access}


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

    def exchange(token: str) -> Tokens:
        with request.app.state.database.session() as session:
            nobody = Actor(id="anonymous", name="", roles=frozenset())
            signed = staff.refresh(Context(session, nobody, new_id()), token)
            return Tokens(signed.access, signed.refresh)

    try:
        tokens = request.app.state.renewals.pair(old, exchange)
    except Unauthenticated:
        return request
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
