"""Access tokens, and the typed parameter by which an endpoint says who may call it.

A permission is `Annotated[Context, Depends(requires(Role.DOCTOR))]`: the endpoint that takes it
cannot run for anybody else, and gets the actor, the session and the language with it.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError

from records_api.core.context import Actor, Context, Role
from records_api.core.db import utcnow
from records_api.core.errors import Forbidden, Unauthenticated
from records_api.core.i18n import negotiate
from records_api.core.keys import token_key
from records_api.core.settings import settings

COOKIE = "sehat_access"
_ENDED = "Your sign-in has ended. Please sign in again."
_bearer = HTTPBearer(auto_error=False, description="access token from POST /api/sign-in")


def issue(actor: Actor) -> str:
    """A signed token that says who the actor is, for a quarter of an hour."""
    now = utcnow()
    claims = {
        "sub": actor.id,
        "name": actor.name,
        "roles": sorted(actor.roles),
        "facility": actor.facility_id,
        "patient": actor.patient_id,
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(minutes=settings().access_minutes)).timestamp()),
    }
    return jwt.encode({"alg": "ES256"}, claims, token_key())


def read(token: str) -> Actor:
    """The actor of a token. Raises `Unauthenticated` if it is forged, broken or too old."""
    try:
        actor, expires = _signed(token, settings().home)
    except (JoseError, ValueError) as error:
        raise Unauthenticated(_ENDED) from error
    if expires <= utcnow().timestamp():
        raise Unauthenticated(_ENDED)
    return actor


@lru_cache(maxsize=4096)
def _signed(token: str, _home: Path) -> tuple[Actor, float]:
    """Whom a token was signed for, and until when. Kept, since each request asks: checking a
    signature takes a quarter of a millisecond."""
    claims = jwt.decode(token, token_key(), algorithms=["ES256"]).claims
    jwt.JWTClaimsRegistry(exp={"essential": True}).validate(claims)
    actor = Actor(
        id=claims["sub"],
        name=claims["name"],
        roles=frozenset(Role(role) for role in claims["roles"]),
        facility_id=claims["facility"],
        patient_id=claims["patient"],
    )
    return actor, float(claims["exp"])


def language(request: Request) -> str:
    return negotiate(request.headers.get("accept-language"), request.cookies.get("sehat_language"))


def token(request: Request) -> str | None:
    """The access token of a request: its header, or on portal pages the cookie.

    The cookie does not count under /api/, so that no other site can use it there.
    """
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip()
    return None if request.url.path.startswith("/api/") else request.cookies.get(COOKIE)


def subject(request: Request) -> str:
    """Who calls, for the record of answers by idempotency key."""
    value = token(request)
    return read(value).id if value else "anonymous"


# These are coroutines though they await nothing: they only reckon, and a thread for each would cost
# more than they do.
async def current_actor(
    request: Request, _documented: Annotated[object, Depends(_bearer)]
) -> Actor:
    value = token(request)
    if value is None:
        raise Unauthenticated("Please sign in first.")
    request.state.actor = actor = read(value)
    return actor


def requires(*roles: Role) -> Callable[..., Awaitable[Context]]:
    """Dependency: the context of an actor who holds one of the roles (any role if none is named)."""

    async def context(request: Request, actor: Annotated[Actor, Depends(current_actor)]) -> Context:
        if roles and not actor.has(*roles):
            raise Forbidden(
                "This needs the role {roles}.", roles=" / ".join(role.value for role in roles)
            )
        return Context(
            session=request.state.session,
            actor=actor,
            request_id=request.state.request_id,
            language=language(request),
        )

    return context


SignedIn = Annotated[Context, Depends(requires())]


async def anonymous(request: Request) -> Context:
    """The context of a caller who need not sign in: sign-in itself, public lists."""
    nobody = Actor(id="anonymous", name="", roles=frozenset())
    return Context(
        request.state.session, nobody, request.state.request_id, language=language(request)
    )


Anyone = Annotated[Context, Depends(anonymous)]
