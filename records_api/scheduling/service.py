import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, insert, select, update

from records_api.advice import repository as advice
from records_api.advice import service as advices
from records_api.core.context import Context, Role
from records_api.core.edge import check_version
from records_api.core.errors import Conflict, Forbidden, Invalid, NotFound, PlaceTaken
from records_api.core.ids import new_id
from records_api.core.models import ModelService
from records_api.facilities.tables import Facility
from records_api.patients import repository as patients
from records_api.scheduling import repository, rules
from records_api.scheduling.schemas import (
    Booked,
    BookingIn,
    BookingListed,
    BookingOut,
    BookingRecord,
    SessionIn,
    SessionOut,
    TriageIn,
    TriageOut,
)
from records_api.scheduling.tables import Booking, ClinicSession, Place
from records_api.scheduling.triage import only_own, triage

ZONE = "Asia/Kolkata"
_TRIAGE_HOLDS = timedelta(hours=24)


def create(ctx: Context, data: SessionIn) -> SessionOut:
    [session_id] = create_many(ctx, [data])
    return session(ctx, session_id)


def create_many(ctx: Context, sessions: Sequence[SessionIn]) -> list[str]:
    """Open clinics with all their places; their ids."""
    facilities = {data.facility_id for data in sessions}
    known = set(ctx.session.scalars(select(Facility.id).where(Facility.id.in_(facilities))))
    if facilities - known:
        raise Invalid("There is no such facility.", field="facility_id")
    clinics, places = [], []
    for data in sessions:
        clinic = {
            "id": data.id or new_id(),
            "facility_id": data.facility_id,
            "clinician_id": data.clinician_id,
            "specialty": data.specialty,
            "starts_at": data.starts_at,
            "ends_at": data.ends_at,
            "version": 1,
        }
        clinics.append(clinic)
        places += [
            {"session_id": clinic["id"], "number": number, "starts_at": at}
            for number, at in enumerate(
                rules.place_times(data.starts_at, data.ends_at, data.places), start=1
            )
        ]
    ids = [str(clinic["id"]) for clinic in clinics]
    if clinics:
        ctx.session.execute(insert(cast(Table, ClinicSession.__table__)), clinics)
        ctx.session.execute(insert(cast(Table, Place.__table__)), places)
        ctx.audit("session.create", added=len(ids), places=len(places), digest=_digest(ids))
    return ids


def session(ctx: Context, session_id: str) -> SessionOut:
    repository.session_of(ctx.session, session_id)
    return _shown(repository.with_counts(ctx.session, session_id))


def search(
    ctx: Context,
    *,
    facility_id: str | None = None,
    specialty: str | None = None,
    day: date | None = None,
    only_free: bool = True,
    limit: int = 50,
) -> list[SessionOut]:
    """Clinics to come, soonest first; `day` is a day where the facility is."""
    since, until = ctx.now, None
    if day is not None:
        facility = ctx.session.get(Facility, facility_id) if facility_id else None
        zone = ZoneInfo(facility.zone if facility else ZONE)
        begins = datetime.combine(day, time(), zone)
        since, until = max(since, begins), datetime.combine(day + timedelta(days=1), time(), zone)
    rows = repository.search(
        ctx.session,
        facility_id=facility_id,
        specialty=specialty,
        since=since,
        until=until,
        only_free=only_free,
        limit=limit,
    )
    return [_shown(row) for row in rows]


def specialties(ctx: Context) -> Sequence[str]:
    """Specialties that have a clinic to come."""
    return repository.specialties(ctx.session, ctx.now)


def book(ctx: Context, models: ModelService, data: BookingIn) -> Booked:
    """Take a place. Raises `PlaceTaken` when none is left, `Conflict` when the resident has one.

    Where no triage was shown before, the complaint is triaged here, and the answer kept even if the
    place is lost in the meantime.
    """
    only_own(ctx, data.patient_id)
    patients.get(ctx.session, data.patient_id)
    _check(ctx, data)
    shown: TriageOut | None = None
    advice_id, booking_id, urgency = data.advice_id, new_id(), "routine"
    if advice_id is not None:
        booking_id, urgency = _earlier_triage(ctx, data, advice_id)
    elif data.complaint or data.present:
        asked = TriageIn.model_validate(data.model_dump(exclude={"session_id", "advice_id"}))
        shown = triage(ctx, models, asked, booking_id)
        advice_id, urgency = shown.advice_id, shown.urgency
        ctx.session.commit()
    number = repository.claim_place(ctx.session, data.session_id, booking_id)
    row = Booking(
        id=booking_id,
        session_id=data.session_id,
        number=number,
        patient_id=data.patient_id,
        complaint=data.complaint or None,
        urgency=urgency,
        advice_id=advice_id,
        booked_by=ctx.actor.id,
        booked_at=ctx.now,
    )
    ctx.session.add(row)
    ctx.session.flush()
    if advice_id is not None:
        _decide(ctx, advice_id, data.session_id)
    _note(ctx, "booking.book", row)
    return Booked(**_out(ctx, row.id).model_dump(), triage=shown)


def _check(ctx: Context, data: BookingIn) -> None:
    clinic = repository.session_of(ctx.session, data.session_id)
    if clinic.cancelled_at is not None:
        raise Conflict("This clinic was cancelled. Choose another one.", field="session_id")
    if clinic.ends_at <= ctx.now:
        raise Conflict("This clinic is over. Choose another one.", field="session_id")
    if repository.live_booking(ctx.session, data.session_id, data.patient_id):
        raise Conflict("This resident has a place in this clinic.", field="session_id")
    if repository.with_counts(ctx.session, data.session_id).free == 0:
        raise PlaceTaken("This clinic is full. Choose another one.", field="session_id")


def _earlier_triage(ctx: Context, data: BookingIn, advice_id: str) -> tuple[str, rules.Urgency]:
    """The booking id that a triage fixed, and its urgency. It serves one booking, for a day."""
    kept = advice.get(ctx.session, advice_id)
    if kept.capability != "triage" or kept.patient_id != data.patient_id:
        raise NotFound("There is no such advice.", field="advice_id")
    if ctx.now - kept.asked_at > _TRIAGE_HOLDS:
        raise Invalid("This triage is of yesterday. Ask again.", field="advice_id")
    if ctx.session.get(Booking, kept.subject_id) is not None:
        raise Conflict("A place was booked with this triage. Ask again.", field="advice_id")
    urgency: rules.Urgency = kept.answer["urgency"]
    return kept.subject_id, urgency


def _decide(ctx: Context, advice_id: str, session_id: str) -> None:
    """Where somebody books says what they thought of the triage."""
    kept = advice.get(ctx.session, advice_id)
    booked = repository.session_of(ctx.session, session_id).specialty
    if kept.decision is None:
        agreed = booked == kept.answer["specialty"]
        advices.decide(
            ctx,
            advice_id,
            "accepted" if agreed else "rejected",
            None if agreed else f"booked: {booked}",
        )


def cancel(ctx: Context, booking_id: str, seen: int | None = None) -> BookingOut:
    """Give a place back; somebody else can take it at once. Cancelling twice changes nothing."""
    row = _own(ctx, booking_id)
    check_version(seen, row.version)
    if row.status == "cancelled":
        return _out(ctx, row.id)
    if row.status != "booked":
        raise Conflict("This visit has taken place.", field="booking_id")
    row.status = "cancelled"
    ctx.session.flush()
    repository.free_places(ctx.session, [row.id])
    _note(ctx, "booking.cancel", row)
    return _out(ctx, row.id)


def mark(
    ctx: Context, booking_id: str, status: Literal["arrived", "missed"], seen: int | None = None
) -> BookingOut:
    """The resident arrived, or was missed. The answer does not tell why they come."""
    row = repository.booking(ctx.session, booking_id)
    check_version(seen, row.version)
    if row.status == "cancelled":
        raise Conflict("This booking was cancelled.", field="booking_id")
    if row.status != status:
        row.status = status
        ctx.session.flush()
        _note(ctx, f"booking.{status}", row)
    return _out(ctx, row.id).model_copy(update={"complaint": None})


def cancel_session(ctx: Context, session_id: str, seen: int | None = None) -> SessionOut:
    """Cancel a clinic and every booking of it."""
    clinic = repository.session_of(ctx.session, session_id)
    check_version(seen, clinic.version)
    if clinic.cancelled_at is None:
        clinic.cancelled_at = ctx.now
        ctx.session.flush()
        rows = repository.live_of_session(ctx.session, session_id)
        for row in rows:
            row.status = "cancelled"
            _note(ctx, "booking.cancel", row)
        ctx.session.flush()
        repository.free_places(ctx.session, [row.id for row in rows])
        ctx.audit("session.cancel", session_id, bookings=len(rows))
    return session(ctx, session_id)


def read(ctx: Context, booking_id: str) -> BookingOut:
    row = _own(ctx, booking_id)
    ctx.audit("booking.read", row.id, patient_id=row.patient_id)
    return _out(ctx, row.id)


def of_patient(ctx: Context, patient_id: str, limit: int = 50) -> list[BookingOut]:
    only_own(ctx, patient_id)
    ctx.audit("booking.list", patient_id=patient_id)
    return [_joined(*row) for row in repository.of_patient(ctx.session, patient_id, limit)]


def of_session(ctx: Context, session_id: str) -> list[BookingListed]:
    """Who comes to a clinic, in order."""
    repository.session_of(ctx.session, session_id)
    rows = repository.of_session(ctx.session, session_id)
    ctx.audit("session.bookings", session_id, found=[booking.patient_id for booking, *_ in rows])
    return [
        BookingListed(
            id=booking.id,
            number=booking.number,
            starts_at=starts_at,
            patient_id=patient.id,
            health_id=patient.health_id,
            name=patient.name,
            name_hi=patient.name_hi,
            urgency=booking.urgency,
            status=booking.status,
        )
        for booking, patient, starts_at in rows
    ]


def book_many(ctx: Context, records: Sequence[BookingRecord]) -> int:
    """Write bookings of the past or the seed, each with its place; for the system alone."""
    if not ctx.actor.has(Role.SYSTEM):
        raise Forbidden("Only an import books many places at once.")
    if not records:
        return 0
    rows = [{**r.model_dump(), "booked_by": ctx.actor.id, "version": 1} for r in records]
    ctx.session.execute(insert(cast(Table, Booking.__table__)), rows)
    for record in records:
        if record.status != "cancelled":
            taken = ctx.session.execute(
                update(Place)
                .where(
                    Place.session_id == record.session_id,
                    Place.number == record.number,
                    Place.booking_id.is_(None),
                )
                .values(booking_id=record.id)
                .returning(Place.number)
                .execution_options(synchronize_session=False)
            )
            if taken.first() is None:
                raise PlaceTaken("This place is taken, or there is none.", field="number")
        ctx.emit("booking.changed", record.id, patient_id=record.patient_id)
    ids = [record.id for record in records]
    ctx.audit("booking.book_many", added=len(ids), digest=_digest(ids))
    return len(ids)


def _own(ctx: Context, booking_id: str) -> Booking:
    row = repository.booking(ctx.session, booking_id)
    if ctx.actor.patient_id != row.patient_id and not ctx.actor.has(Role.CLERK, Role.SYSTEM):
        # The same answer as for a booking that does not exist: its existence is private.
        raise NotFound("There is no such booking.", field="booking_id")
    return row


def _shown(row: repository.Counted) -> SessionOut:
    clinic, places, free, next_at = row
    return SessionOut(
        id=clinic.id,
        facility_id=clinic.facility_id,
        clinician_id=clinic.clinician_id,
        specialty=clinic.specialty,
        starts_at=clinic.starts_at,
        ends_at=clinic.ends_at,
        cancelled_at=clinic.cancelled_at,
        places=places,
        free=free,
        next_at=next_at,
        version=clinic.version,
    )


def _out(ctx: Context, booking_id: str) -> BookingOut:
    return _joined(*repository.placed(ctx.session, booking_id))


def _joined(booking: Booking, clinic: ClinicSession, starts_at: datetime) -> BookingOut:
    return BookingOut(
        id=booking.id,
        session_id=booking.session_id,
        number=booking.number,
        patient_id=booking.patient_id,
        facility_id=clinic.facility_id,
        specialty=clinic.specialty,
        starts_at=starts_at,
        complaint=booking.complaint,
        urgency=booking.urgency,
        advice_id=booking.advice_id,
        status=booking.status,
        booked_at=booking.booked_at,
        version=booking.version,
    )


def _digest(ids: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(ids).encode()).hexdigest()


def _note(ctx: Context, action: str, row: Booking) -> None:
    ctx.audit(action, row.id, patient_id=row.patient_id)
    ctx.emit("booking.changed", row.id, patient_id=row.patient_id)
