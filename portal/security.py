"""What keeps another site out: headers on every answer, and who may post a form."""

from urllib.parse import parse_qs, urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from records_api.core.errors import Forbidden

# No inline script or style anywhere, nothing from another host.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
FOR_EVER = "public, max-age=31536000, immutable"


def check_origin(request: Request) -> None:
    """A form counts only if one of our own pages sent it. Raises `Forbidden`.

    Browsers name the page's origin on every post; together with cookies that other sites cannot
    send (SameSite=Strict) no hidden token is needed.
    """
    origin = request.headers.get("origin") or request.headers.get("referer") or ""
    if urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden("This form was not sent from this site. Open the page again.")


class Shield:
    """Security and cache headers on every answer; pages and static files compressed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.compressed = GZipMiddleware(app, minimum_size=1000, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", _cache(scope, message["status"]))
            await send(message)

        app = self.app if scope["path"].startswith("/api/") else self.compressed
        await app(scope, receive, send_guarded)


def _cache(scope: Scope, status: int) -> str:
    """Records are never kept by a browser; a file whose address names its content, for ever."""
    if not scope["path"].startswith("/static/"):
        return "no-store"
    named = "v" in parse_qs(scope["query_string"].decode("latin-1"))
    return FOR_EVER if named and status == 200 else "no-cache"
