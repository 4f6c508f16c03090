"""What city is being written and how far it has come, kept in the records beside what was written.

Each step is noted in the transaction that writes it. A seed that was interrupted draws the same city
again, leaves out the steps that are done, and goes on.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database, utcnow
from records_api.exchange import repository
from records_api.facilities import service as facilities
from sehat.city.accounts import SOURCE, our_id

_PLAN, _FINISHED = "plan ", "finished"


@dataclass(frozen=True)
class Plan:
    """The city that these draw is always the same. `until` is the last day of history (ISO)."""

    residents: int
    seed: int
    facilities: int
    until: str
    days: int

    @property
    def last(self) -> date:
        return date.fromisoformat(self.until)

    @property
    def first(self) -> date:
        return self.last - timedelta(days=self.days)


class Steps:
    """The steps of one plan."""

    def __init__(self, database: Database, plan: Plan) -> None:
        self._database = database
        with database.reading() as session:
            self._done = repository.keys(session, SOURCE)
        self.once(_PLAN + json.dumps(asdict(plan)), lambda _: None)

    def once(
        self, step: str, work: Callable[[Context], object], at: datetime | None = None
    ) -> None:
        """Do the work in a transaction of its own, at a moment of history, unless it was done."""
        if step in self._done:
            return
        with self._database.transaction() as session:
            ctx = Context(session, SYSTEM)
            work(ctx.at(at) if at else ctx)
            note = {"source": SOURCE, "key": step, "digest": "", "imported_at": utcnow()}
            repository.remember(session, [note])

    def finish(self) -> None:
        self.once(_FINISHED, lambda _: None)


def unfinished(database: Database) -> Plan | None:
    """The plan of a seed that was begun and not finished."""
    with database.reading() as session:
        steps = repository.keys(session, SOURCE)
    if _FINISHED in steps:
        return None
    for step in steps:
        if step.startswith(_PLAN):
            return Plan(**json.loads(step.removeprefix(_PLAN)))
    return None


def is_demonstration(database: Database) -> bool:
    """Whether the records hold the demonstration city."""
    with database.reading() as session:
        return facilities.exists(Context(session, SYSTEM), our_id("facility", "DEMO-001"))
