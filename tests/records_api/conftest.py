"""A fresh, migrated database for each test, the API on it, and whoever acts.

`database` · `client` · `as_actor(role, **kw)` gives request headers of a signed-in actor ·
`ctx(role, **kw)` gives a service context; commit its session before the client looks.
"""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from records_api.app import build
from records_api.core import auth
from records_api.core.context import SYSTEM, Actor, Context, Role
from records_api.core.db import Database, utcnow
from records_api.core.ids import new_id
from records_api.staff.tables import Account

with warnings.catch_warnings():
    # It asks for a successor of httpx that nothing else here needs.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.dispose()


@pytest.fixture
def models() -> Any:
    """What the application calls for models; a test file that needs a fake overrides it."""
    return None


@pytest.fixture
def client(database: Database, models: Any) -> Iterator[TestClient]:
    """Errors that no handler knows are raised in the test, not hidden behind a 500."""
    with TestClient(build(database, models)) as made:
        yield made


@pytest.fixture
def make_actor(database: Database) -> Callable[..., Actor]:
    """An actor with an account, as `staff` would have made it: `make_actor("doctor", name=…)`."""

    def make(role: str | Role, **kw: Any) -> Actor:
        role = Role(role)
        if role is Role.SYSTEM:
            return SYSTEM
        actor = Actor(
            id=kw.pop("id", None) or new_id(),
            name=kw.pop("name", f"Test {role.value}"),
            roles=frozenset({role, *map(Role, kw.pop("also", ()))}),
            **kw,
        )
        with database.transaction() as session:
            if session.get(Account, actor.id) is None:
                session.add(
                    Account(
                        id=actor.id,
                        username=f"{role.value}-{actor.id}",
                        name=actor.name,
                        password_hash="",
                        roles=" ".join(sorted(actor.roles)),
                        facility_id=actor.facility_id,
                        patient_id=actor.patient_id,
                        recorded_at=utcnow(),
                    )
                )
        return actor

    return make


@pytest.fixture
def as_actor(make_actor: Callable[..., Actor]) -> Callable[..., dict[str, str]]:
    """Headers of a request by an actor of this role; the same `id` is the same actor."""

    def headers(role: str | Role, **kw: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {auth.issue(make_actor(role, **kw))}"}

    return headers


@pytest.fixture
def ctx(database: Database, make_actor: Callable[..., Actor]) -> Iterator[Callable[..., Context]]:
    opened = []

    def make(role: str | Role = "system", **kw: Any) -> Context:
        actor = make_actor(role, **kw)
        session = database.session()
        opened.append(session)
        return Context(session, actor)

    yield make
    for session in opened:
        session.close()
