"""Who is acting, in which transaction, at what time: the first argument of every service."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from records_api.core import audit, db
from records_api.core.db import utcnow
from records_api.core.ids import new_id


class Role(StrEnum):
    ADMIN = "admin"
    CLERK = "clerk"  # registration and the identity desk
    DOCTOR = "doctor"
    NURSE = "nurse"
    PHARMACIST = "pharmacist"
    PLANNER = "planner"
    RESIDENT = "resident"
    SYSTEM = "system"  # the city itself: seeds, imports, the worker


@dataclass(frozen=True)
class Actor:
    id: str
    name: str
    roles: frozenset[Role]
    facility_id: str | None = None
    patient_id: str | None = None  # whose record is the actor's own

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)


SYSTEM = Actor(id="system", name="Sehat", roles=frozenset({Role.SYSTEM}))


@dataclass(frozen=True)
class Context:
    """`clock` says when a row was recorded. An import of history sets it to the source's own time:
    a feature may then use the row from that moment on, and not before."""

    session: Session
    actor: Actor
    request_id: str = field(default_factory=new_id)
    clock: Callable[[], datetime] = utcnow
    language: str = "en"

    @property
    def now(self) -> datetime:
        return self.clock()

    def at(self, moment: datetime) -> "Context":
        return replace(self, clock=lambda: moment)

    @contextmanager
    def reading(self) -> Iterator["Context"]:
        """This context in a session that only reads, once what it wrote is committed (`db.reading`):
        a request that asks a model and keeps the answer holds up no other while it reads."""
        with db.reading(self.session) as session:
            yield replace(self, session=session)

    def audit(
        self,
        action: str,
        entity_id: str | None = None,
        *,
        patient_id: str | None = None,
        **detail: Any,
    ) -> None:
        """Note what was done or read; written with the transaction."""
        audit.collect(
            self.session,
            at=utcnow(),
            actor_id=self.actor.id,
            action=action,
            entity_id=entity_id,
            patient_id=patient_id,
            request_id=self.request_id,
            detail=detail,
        )

    def emit(self, topic: str, entity_id: str, **payload: Any) -> None:
        """Tell the worker; written with the transaction."""
        audit.emit(self.session, at=self.now, topic=topic, entity_id=entity_id, payload=payload)
