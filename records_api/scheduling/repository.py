from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Row, Select, func, select, update
from sqlalchemy.orm import Session

from records_api.core.errors import NotFound, PlaceTaken
from records_api.patients.tables import Patient
from records_api.scheduling.tables import Booking, ClinicSession, Place
from records_api.terminology.known import known
from records_api.terminology.tables import Concept


def session_of(session: Session, session_id: str) -> ClinicSession:
    found = session.get(ClinicSession, session_id)
    if found is None:
        raise NotFound("There is no such clinic.", field="session_id")
    return found


def booking(session: Session, booking_id: str) -> Booking:
    found = session.get(Booking, booking_id)
    if found is None:
        raise NotFound("There is no such booking.", field="booking_id")
    return found


def claim_place(session: Session, session_id: str, booking_id: str) -> int:
    """Give the first free place of a session to a booking; its number. Raises `PlaceTaken`.

    Of two that reach for the same place the guarded UPDATE lets one through; the other tries the
    next. On PostgreSQL places that somebody is taking just now are passed over first, and waited
    for only when no other is left: they may yet be given back.
    """
    free = (
        select(Place.number)
        .where(Place.session_id == session_id, Place.booking_id.is_(None))
        .order_by(Place.number)
        .limit(1)
    )
    while True:
        number = session.scalar(free.with_for_update(skip_locked=True))
        if number is None:
            number = session.scalar(free)
        if number is None:
            raise PlaceTaken("This clinic is full. Choose another one.", field="session_id")
        taken = session.execute(
            update(Place)
            .where(
                Place.session_id == session_id,
                Place.number == number,
                Place.booking_id.is_(None),
            )
            .values(booking_id=booking_id)
            .returning(Place.number)
            .execution_options(synchronize_session=False)
        )
        if taken.first() is not None:
            return number


def free_places(session: Session, booking_ids: Iterable[str]) -> None:
    session.execute(
        update(Place)
        .where(Place.booking_id.in_(list(booking_ids)))
        .values(booking_id=None)
        .execution_options(synchronize_session=False)
    )


def _counted() -> Select[ClinicSession, int, int, datetime | None]:
    free = Place.booking_id.is_(None)
    return (
        select(
            ClinicSession,
            func.count(Place.number).label("places"),
            func.count(Place.number).filter(free).label("free"),
            func.min(Place.starts_at).filter(free).label("next_at"),
        )
        .join(Place, Place.session_id == ClinicSession.id)
        .group_by(ClinicSession.id)
    )


Counted = Row[ClinicSession, int, int, datetime | None]


def with_counts(session: Session, session_id: str) -> Counted:
    return session.execute(_counted().where(ClinicSession.id == session_id)).one()


def search(
    session: Session,
    *,
    facility_id: str | None,
    specialty: str | None,
    since: datetime,
    until: datetime | None,
    only_free: bool,
    limit: int,
) -> Sequence[Counted]:
    """Sessions that begin at or after `since` and before `until`, soonest first."""
    query = _counted().where(ClinicSession.starts_at >= since, ClinicSession.cancelled_at.is_(None))
    if until is not None:
        query = query.where(ClinicSession.starts_at < until)
    if facility_id is not None:
        query = query.where(ClinicSession.facility_id == facility_id)
    if specialty is not None:
        query = query.where(ClinicSession.specialty == specialty)
    if only_free:
        query = query.having(func.count(Place.number).filter(Place.booking_id.is_(None)) > 0)
    return session.execute(
        query.order_by(ClinicSession.starts_at, ClinicSession.id).limit(limit)
    ).all()


def specialties(session: Session, since: datetime) -> Sequence[str]:
    """Specialties that have a clinic to come."""
    return session.scalars(
        select(ClinicSession.specialty)
        .where(ClinicSession.starts_at >= since, ClinicSession.cancelled_at.is_(None))
        .distinct()
        .order_by(ClinicSession.specialty)
    ).all()


def live_booking(session: Session, session_id: str, patient_id: str) -> str | None:
    return session.scalar(
        select(Booking.id).where(
            Booking.session_id == session_id,
            Booking.patient_id == patient_id,
            Booking.status != "cancelled",
        )
    )


def of_patient(
    session: Session, patient_id: str, limit: int
) -> Sequence[Row[Booking, ClinicSession, datetime]]:
    return session.execute(
        _placed()
        .where(Booking.patient_id == patient_id)
        .order_by(Place.starts_at.desc())
        .limit(limit)
    ).all()


def placed(session: Session, booking_id: str) -> Row[Booking, ClinicSession, datetime]:
    return session.execute(_placed().where(Booking.id == booking_id)).one()


def _placed() -> Select[Booking, ClinicSession, datetime]:
    return (
        select(Booking, ClinicSession, Place.starts_at)
        .join(ClinicSession, ClinicSession.id == Booking.session_id)
        .join(Place, (Place.session_id == Booking.session_id) & (Place.number == Booking.number))
    )


def of_session(session: Session, session_id: str) -> Sequence[Row[Booking, Patient, datetime]]:
    return session.execute(
        select(Booking, Patient, Place.starts_at)
        .join(Patient, Patient.id == Booking.patient_id)
        .join(Place, (Place.session_id == Booking.session_id) & (Place.number == Booking.number))
        .where(Booking.session_id == session_id)
        .order_by(Booking.number, Booking.id)
    ).all()


def live_of_session(session: Session, session_id: str) -> Sequence[Booking]:
    return session.scalars(
        select(Booking).where(Booking.session_id == session_id, Booking.status == "booked")
    ).all()


def finding_names(session: Session) -> Mapping[str, Sequence[str]]:
    """Names of every finding, by code."""
    return known(session).once(session, _finding_names)


def _finding_names(session: Session) -> Mapping[str, Sequence[str]]:
    rows = session.execute(
        select(Concept.code, Concept.name_en, Concept.name_hi).where(Concept.kind == "finding")
    )
    return {row.code: [name for name in (row.name_en, row.name_hi) if name] for row in rows}


def severities(session: Session, codes: Sequence[str]) -> dict[str, int]:
    concepts = known(session).concepts(session, codes)
    return {code: c.severity for code, c in concepts.items() if c.severity is not None}
