"""The terminology as this process last read it, for as long as nobody has changed it.

Whoever writes a concept, in this process, in another or by hand, gives the terminology a new revision:
a trigger of the database sees to it. To ask for the revision costs one short row; what was read under
the same one need not be read again. Revisions are drawn at random, so that no two contents share one.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from records_api.core.db import READS
from records_api.terminology.tables import Concept, TerminologyRevision

_CHUNK = 500  # SQLite takes a limited number of parameters in one statement
_REVISION = select(TerminologyRevision.__table__.c.drawn)
_COLUMNS = (*Concept.__table__.columns,)
_KEPT = "terminology"  # of a session: its transaction, and what is known in it
_Read = TypeVar("_Read")


class Known:
    """What was read of one revision, shared by all threads: to look at, never to change."""

    def __init__(self, revision: str) -> None:
        self.revision = revision
        self._concepts: dict[str, Concept] = {}
        self._read: dict[Callable[[Session], Any], Any] = {}

    def concepts(self, session: Session, codes: Iterable[str]) -> dict[str, Concept]:
        """Those of the codes that the terminology has, sorted. They belong to no session: `repository` gives
        concepts to be changed."""
        # Callers may name anything: what there is not is neither asked for nor remembered.
        wanted = sorted(self.once(session, _codes).intersection(codes))
        missing = [code for code in wanted if code not in self._concepts]
        for start in range(0, len(missing), _CHUNK):
            some = select(*_COLUMNS).where(Concept.code.in_(missing[start : start + _CHUNK]))
            self._concepts |= {row.code: Concept(**row) for row in session.execute(some).mappings()}
        return {code: self._concepts[code] for code in wanted if code in self._concepts}

    def once(self, session: Session, read: Callable[[Session], _Read]) -> _Read:
        """What `read` finds in this revision."""
        if read not in self._read:
            self._read[read] = read(session)
        found: _Read = self._read[read]
        return found


def _codes(session: Session) -> frozenset[str]:
    return frozenset(session.scalars(select(Concept.code)))


_last = Known("")


def known(session: Session) -> Known:
    """What is known of the terminology as the session sees it now."""
    global _last
    transaction = session.get_transaction()
    before, found = session.info.get(_KEPT, (None, _last))
    if before is not None and before is transaction:
        return found  # type: ignore[no-any-return]
    revision = session.execute(_REVISION).scalar_one()
    found = _last
    if found.revision != revision:
        found = _last = Known(revision)
    if session.info.get(
        READS
    ):  # it changes nothing itself, and one transaction sees one terminology
        session.info[_KEPT] = session.get_transaction(), found
    return found
