"""The edge: one request, one transaction; errors become problem documents; keys are replayed."""

import logging
from collections.abc import Callable, Coroutine
from functools import wraps
from inspect import iscoroutinefunction
from typing import Annotated, Any

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from fastapi import FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    DBAPIError,
    IntegrityError,
    OperationalError,
)
from sqlalchemy.orm.exc import StaleDataError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from records_api.core import audit, idempotency
from records_api.core.auth import language, subject
from records_api.core.context import Actor, Context
from records_api.core.db import Database, utcnow
from records_api.core.errors import (
    Conflict,
    DiskFull,
    Forbidden,
    Invalid,
    NotFound,
    SehatError,
    Stale,
    StorageFailed,
)
from records_api.core.i18n import translate
from records_api.core.ids import new_id
from records_api.core.models import model_service
from records_api.core.reasons import reason

log = logging.getLogger(__name__)

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
READS_ONLY = {"GET", "HEAD"}


class ProblemField(BaseModel):
    field: str = Field(examples=["birth_date"])
    reason: str = Field(examples=["A date of birth cannot lie in the future."])


class Problem(BaseModel):
    """RFC 9457 problem document."""

    type: str = Field(examples=["urn:sehat:invalid"])
    title: str
    status: int
    detail: str
    errors: list[ProblemField] = []
    request_id: str | None = None


class UnitOfWork(APIRoute):
    """A route whose requests are one transaction each, committed after the answer is made."""

    replays = True  # answers are kept by idempotency key

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if set(options.get("methods") or ()) <= READS_ONLY and not iscoroutinefunction(endpoint):
            endpoint = _noted(endpoint)
        super().__init__(path, endpoint, **options)

    async def _work(self, request: Request, call: Callable[[Request], Any]) -> Response:
        session = request.state.session
        key = _idempotency_key(request) if self.replays else None
        caller = ""
        if key:
            body = await request.body()
            caller = subject(request)
            content = idempotency.digest(request.method.encode(), request.url.path.encode(), body)
            first = await run_in_threadpool(idempotency.claim, session, key, caller, content)
            if first:
                return Response(
                    first.body,
                    status_code=first.status or 200,
                    media_type=first.media_type,
                    headers={"Idempotent-Replayed": "true"},
                )
        try:
            response: Response = await call(request)
        except BaseException:
            if key:  # a unit that commits before it asks a model has committed its claim too
                await run_in_threadpool(idempotency.release, session, key, caller)
            raise
        if key:
            await run_in_threadpool(
                idempotency.keep,
                session,
                key,
                caller,
                response.status_code,
                response.headers.get("content-type", "application/json"),
                bytes(response.body),
            )
        if session.in_transaction():
            await run_in_threadpool(session.commit)
        return response

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        call = super().get_route_handler()
        asks_models = any(part.call is model_service for part in self.dependant.dependencies)

        async def handle(request: Request) -> Response:
            database: Database = request.app.state.database
            request.state.request_id = request.headers.get("x-request-id", "")[:64] or new_id()
            # An answer of a model is kept, whatever the method that asked for it.
            reads = request.method in READS_ONLY and not asks_models
            opened = database.reading if reads else database.session
            request.state.session = session = opened()
            try:
                async with _room(database, asks_models):
                    return await self._work(request, call)
            except Forbidden as error:
                await run_in_threadpool(session.rollback)
                await run_in_threadpool(_note_refusal, request, error)
                raise
            finally:
                if session.in_transaction():  # else there is nothing to wait for
                    await run_in_threadpool(session.close)
                session.close()

        return handle


def _noted(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """A reading endpoint that writes its audit before it gives the answer, in the same thread:
    there is nothing else to commit, and each change of thread costs as much as a query."""

    @wraps(endpoint)
    def noted(**values: Any) -> Any:
        answer = endpoint(**values)
        for value in values.values():
            if isinstance(value, Context):
                value.session.commit()
        return answer

    return noted


class SecretUnitOfWork(UnitOfWork):
    """For passwords and tokens: neither the request's digest nor the answer is kept by key."""

    replays = False


# Fewer in all than threads (40) and connections: a request that holds the write lock must always
# find a thread for its next step, whatever crowd waits for the lock. On SQLite a unit of work never
# waits for a network, so that a crowd of threads would only get in each other's way. Who asks a model
# holds no lock meanwhile, and must not keep others at the door: the two have rooms of their own.
FEW, MANY = 2, 16
_ROOMS: RunVar[dict[bool, CapacityLimiter]] = RunVar("units of work at the same time")


def _room(database: Database, asks_models: bool) -> CapacityLimiter:
    try:
        rooms = _ROOMS.get()
    except LookupError:
        few = FEW if database.engine.dialect.name == "sqlite" else MANY
        rooms = {False: CapacityLimiter(few), True: CapacityLimiter(MANY)}
        _ROOMS.set(rooms)
    return rooms[asks_models]


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key") if request.method in WRITES else None
    if key is not None and not 1 <= len(key) <= 200:
        raise Invalid("Give a key of 1 to 200 characters.", field="Idempotency-Key")
    return key


def _note_refusal(request: Request, error: Forbidden) -> None:
    """A refused try is audited too, though its transaction was rolled back."""
    actor: Actor | None = getattr(request.state, "actor", None)
    with request.app.state.database.transaction() as session:
        audit.collect(
            session,
            at=utcnow(),
            actor_id=actor.id if actor else "anonymous",
            action="access.refused",
            entity_id=None,
            patient_id=error.params.get("patient_id"),
            request_id=request.state.request_id,
            detail={"code": error.code, "method": request.method, "path": request.url.path},
        )


def problem(
    request: Request, error: SehatError, errors: list[ProblemField] | None = None
) -> Problem:
    speech = language(request)
    text = translate(error.detail, speech)
    detail = text.format(**error.params) if error.params else text
    if errors is None:
        errors = [ProblemField(field=error.field, reason=detail)] if error.field else []
    return Problem(
        type=f"urn:sehat:{error.code}",
        title=translate(error.title, speech),
        status=error.status,
        detail=detail,
        errors=errors,
        request_id=getattr(request.state, "request_id", None),
    )


def _answer(document: Problem) -> JSONResponse:
    return JSONResponse(
        document.model_dump(mode="json"),
        status_code=document.status,
        media_type="application/problem+json",
        headers={"WWW-Authenticate": "Bearer"} if document.status == 401 else None,
    )


def _place(location: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in location if part not in {"body", "query", "path"})


def _validation(request: Request, error: RequestValidationError) -> JSONResponse:
    speech = language(request)
    fields = [
        ProblemField(field=_place(e["loc"]) or "body", reason=reason(e, speech))
        for e in error.errors()
    ]
    return _answer(problem(request, Invalid("Some fields are missing or wrong."), fields))


def _known(request: Request, error: SehatError) -> JSONResponse:
    return _answer(problem(request, error))


def _stale(request: Request, _: StaleDataError) -> JSONResponse:
    return _known(request, Stale("Load it again, then repeat your change."))


def _integrity(request: Request, _: IntegrityError) -> JSONResponse:
    # The database kept a promise that a rule did not see coming: two writers at the same moment.
    return _known(
        request, Conflict("It clashes with something that exists already. Load it again.")
    )


def _unstorable(request: Request, _: DataError) -> JSONResponse:
    # PostgreSQL is strict where a schema was not: a zero character in a text, a year 20000.
    return _known(request, Invalid("A value holds something that cannot be stored."))


_BUSY = ("database is locked", "database table is locked", "deadlock detected", "lock timeout")
_FULL = ("database or disk is full", "no space left on device", "could not extend file")


def storage_fault(error: DBAPIError) -> SehatError:
    """What happened to the database, for people. The request's transaction was rolled back."""
    text = str(error.orig).casefold()
    if any(sign in text for sign in _BUSY):
        return Conflict("Too much happens here at the same moment. Try again.")
    if any(sign in text for sign in _FULL):
        return DiskFull("Nothing was saved. Free space on the disk, then try again.")
    return StorageFailed("Nothing was saved. Try again in a minute.")


def _operational(request: Request, error: DatabaseError) -> JSONResponse:
    known = storage_fault(error)
    if not isinstance(known, Conflict):
        log.error("the database failed: %s", error.orig)  # the statement would show patient data
    return _known(request, known)


def _damaged(request: Request, error: DatabaseError) -> JSONResponse:
    """A broken database file. Anything else of this kind is a mistake of ours, and stays one."""
    if not any(sign in str(error.orig) for sign in ("not a database", "malformed")):
        raise error
    return _operational(request, error)


def _http(request: Request, error: HTTPException) -> JSONResponse:
    document = problem(request, NotFound("There is nothing at this address."))
    if error.status_code != 404:
        document = document.model_copy(
            update={
                "type": "about:blank",
                "status": error.status_code,
                "title": str(error.detail),
                "detail": str(error.detail),
            }
        )
    return _answer(document)


def install(app: FastAPI) -> None:
    """Every error of the application becomes a problem document here."""
    handlers: dict[type[Exception], Any] = {
        SehatError: _known,
        RequestValidationError: _validation,
        StaleDataError: _stale,
        IntegrityError: _integrity,
        DataError: _unstorable,
        OperationalError: _operational,
        DatabaseError: _damaged,
        HTTPException: _http,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


async def if_match(if_match: Annotated[str | None, Header(examples=['"3"'])] = None) -> int | None:
    """The version that the caller saw, from `If-Match: "3"`."""
    if if_match is None:
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > 9:
        raise Invalid('Give the version in quotes, as in "3".', field="If-Match")
    return int(text)


def check_version(seen: int | None, current: int) -> None:
    """Raise `Stale` when the caller's version is not the current one."""
    if seen is not None and seen != current:
        raise Stale("Load it again, then repeat your change.")
