"""Errors as pages. Problem documents stay what they are under /api/; a person gets HTML."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse

from portal.render import Page, render, speaker
from portal.security import HEADERS
from records_api.core import edge
from records_api.core.auth import language
from records_api.core.errors import ConsentNeeded, SehatError, Unauthenticated
from records_api.core.i18n import marked as _

SORRY = _("Nothing was changed. Try again; if it happens again, tell support.")
TITLE = _("Something went wrong")

Handler = Callable[[Request, Any], Response | Awaitable[Response]]


@dataclass(frozen=True)
class ErrorPage(Page):
    template = "layout/error.html"

    heading: str
    detail: str
    reasons: tuple[str, ...] = ()
    back: str | None = None
    request_id: str | None = None


@dataclass(frozen=True)
class ConsentPage(Page):
    """The record is closed to this doctor: ask, or break the glass."""

    template: ClassVar[str] = "desks/doctor/consent.html"

    patient_id: str
    errors: dict[str, str]
    reason: str = ""


def is_portal(request: Request) -> bool:
    return not request.url.path.startswith(("/api/", "/.well-known/", "/static/"))


def own_referer(request: Request) -> str | None:
    """Where the reader came from, if that was a page of ours."""
    parts = urlsplit(request.headers.get("referer", ""))
    if parts.netloc != request.headers.get("host") or not parts.path.startswith("/"):
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _to_sign_in(request: Request) -> Response:
    here = request.url.path if request.method == "GET" else own_referer(request) or "/"
    target = "/sign-in" if here == "/" else f"/sign-in?then={quote(here)}"
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": target})
    return RedirectResponse(target, status_code=303)


def _page(request: Request, document: edge.Problem) -> Response:
    page = ErrorPage(
        heading=document.title,
        detail=document.detail,
        reasons=tuple(e.reason for e in document.errors if e.reason != document.detail),
        back=own_referer(request),
        request_id=document.request_id if document.status >= 500 else None,
    )
    response = render(request, page, document.status)
    return response if document.status >= 500 else _whole(response)


def _whole(response: Response) -> Response:
    """Shown as the page, where only a part of one was asked for: its place is too small for it."""
    response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "#maincontent"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def as_page(original: Handler) -> Handler:
    """The same error, as a page where a person reads it."""

    async def handle(request: Request, error: Any) -> Response:
        request.state.session = None  # the request's transaction is over
        if not is_portal(request):
            answer = original(request, error)
            return await answer if isawaitable(answer) else answer
        if isinstance(error, Unauthenticated):
            return _to_sign_in(request)
        if isinstance(error, ConsentNeeded) and request.url.path.startswith("/doctor"):
            page = ConsentPage(error.params["patient_id"], {})
            return _whole(render(request, page, error.status))
        if isinstance(error, SehatError):
            return _page(request, edge.problem(request, error))
        answer = original(request, error)
        document = await answer if isawaitable(answer) else answer
        assert isinstance(document, JSONResponse)
        return _page(request, edge.Problem.model_validate_json(bytes(document.body)))

    return handle


def _unexpected(request: Request, _: Exception) -> Response:
    """Said plainly, in place of a blank page. The error itself goes to the log."""
    request.state.session = None
    speak = speaker(language(request))
    document = edge.Problem(
        type="urn:sehat:error",
        title=speak(TITLE),
        status=500,
        detail=speak(SORRY),
        request_id=getattr(request.state, "request_id", None),
    )
    if is_portal(request):
        response = _page(request, document)
    else:
        content, kind = document.model_dump(), "application/problem+json"
        response = JSONResponse(content, document.status, media_type=kind)
    response.headers.update(HEADERS)  # this answer is made outside the shield
    return response


def install(app: FastAPI) -> None:
    kinds = [k for k in app.exception_handlers if k is not Exception]
    for kind in kinds:
        app.add_exception_handler(kind, as_page(app.exception_handlers[kind]))
    assert RequestValidationError in kinds
    app.add_exception_handler(Exception, _unexpected)
