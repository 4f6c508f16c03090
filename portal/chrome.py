"""What surrounds every page: the reader, the language, the notice that the people are made up."""

from dataclasses import dataclass
from time import monotonic

from fastapi import Request
from sqlalchemy import exists, select

from records_api.core import auth
from records_api.core.auth import language
from records_api.core.context import Actor, Role
from records_api.core.errors import Unauthenticated
from records_api.core.i18n import marked as _
from records_api.facilities.tables import Facility
from records_api.patients.tables import Patient

_LOOK_AGAIN_S = 30.0


@dataclass(frozen=True)
class Desk:
    path: str
    name: str
    about: str
    roles: frozenset[Role]


DESKS = (
    Desk(
        "/doctor",
        _("Consultation"),
        _("Find a patient, record findings, see likely diagnoses, confirm one."),
        frozenset({Role.DOCTOR, Role.NURSE}),
    ),
    Desk(
        "/planner",
        _("Stock planning"),
        _("See what runs out first, what will be used, and how much to order."),
        frozenset({Role.PLANNER, Role.PHARMACIST}),
    ),
    Desk(
        "/identity",
        _("Identity desk"),
        _("Check that the person before you is the resident, with their consent."),
        frozenset({Role.CLERK}),
    ),
    Desk(
        "/my",
        _("My record"),
        _("Book a place, open your record to a doctor, see who looked at it."),
        frozenset({Role.RESIDENT}),
    ),
)


@dataclass(frozen=True)
class Chrome:
    language: str
    actor: Actor | None
    path: str
    synthetic: bool
    note: str

    @classmethod
    def of(cls, request: Request) -> "Chrome":
        return cls(
            language=language(request),
            actor=_reader(request),
            path=request.url.path,
            synthetic=synthetic(request),
            note=request.query_params.get("note", ""),
        )

    @property
    def desks(self) -> list[Desk]:
        return [desk for desk in DESKS if self.actor and self.actor.has(*desk.roles)]

    def at(self, desk: Desk) -> bool:
        return self.path == desk.path or self.path.startswith(desk.path + "/")


def _reader(request: Request) -> Actor | None:
    """Who is signed in, on pages that anybody may see too."""
    actor: Actor | None = getattr(request.state, "actor", None)
    token = auth.token(request)
    if actor or not token:
        return actor
    try:
        return auth.read(token)
    except Unauthenticated:
        return None


def synthetic(request: Request) -> bool:
    """Whether any facility or resident here is made up. Once true it stays; else asked anew.

    Asked in the request's own transaction: on SQLite another one would wait for this one's end.
    """
    app, session = request.app, getattr(request.state, "session", None)
    seen: tuple[bool, float] = getattr(app.state, "synthetic", (False, -_LOOK_AGAIN_S))
    if not seen[0] and session is not None and monotonic() - seen[1] > _LOOK_AGAIN_S:
        made_up = exists().where(Facility.synthetic) | exists().where(Patient.synthetic)
        seen = app.state.synthetic = (bool(session.scalar(select(made_up))), monotonic())
    return seen[0]
