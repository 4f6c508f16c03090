from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from records_api.core.errors import NotFound
from records_api.facilities.tables import District, Facility


def get(session: Session, facility_id: str) -> Facility:
    facility = session.get(Facility, facility_id)
    if facility is None:
        raise NotFound("There is no such facility.", field="facility_id")
    return facility


def by_codes(session: Session, codes: Iterable[str]) -> dict[str, Facility]:
    wanted = list(codes)
    found: dict[str, Facility] = {}
    for start in range(0, len(wanted), 500):
        some = select(Facility).where(Facility.code.in_(wanted[start : start + 500]))
        found |= {facility.code: facility for facility in session.scalars(some)}
    return found


def districts(session: Session) -> Sequence[District]:
    return session.scalars(select(District).order_by(District.code)).all()


def parents(session: Session) -> dict[str, str | None]:
    return {row.code: row.parent for row in session.execute(select(District.code, District.parent))}


def find(
    session: Session,
    *,
    districts: Collection[str] | None,
    kind: str | None,
    text: str,
    after: str | None,
    limit: int,
) -> Sequence[Facility]:
    """Facilities by name, those of the districts alone, from behind the one with id `after`."""
    query = select(Facility).order_by(Facility.name, Facility.id).limit(limit)
    if districts is not None:
        query = query.where(Facility.district.in_(districts))
    if kind:
        query = query.where(Facility.kind == kind)
    for word in text.split():
        query = query.where(
            Facility.name.icontains(word, autoescape=True)
            | Facility.name_hi.contains(word, autoescape=True)
            | Facility.code.istartswith(word, autoescape=True)
        )
    if after:
        last = get(session, after)
        query = query.where(
            (Facility.name > last.name) | ((Facility.name == last.name) & (Facility.id > last.id))
        )
    return session.scalars(query).all()


def add(
    session: Session, table: type[District] | type[Facility], rows: list[dict[str, Any]]
) -> None:
    if rows:
        session.execute(insert(table), rows)
