from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from records_api.core.columns import Id, Instant
from records_api.core.db import Base, UTCDateTime


class ClinicSession(Base):
    """A clinic on one day: so many places, from `starts_at` until `ends_at`."""

    __tablename__ = "clinic_sessions"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="period"),)

    id: Mapped[Id]
    facility_id: Mapped[str] = mapped_column(ForeignKey("facilities.id"), index=True)
    clinician_id: Mapped[str | None] = mapped_column(String(36))
    specialty: Mapped[str] = mapped_column(String(64), index=True)
    starts_at: Mapped[Instant] = mapped_column(index=True)
    ends_at: Mapped[Instant]
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Place(Base):
    """One place of a session; a guarded UPDATE gives it to one booking."""

    __tablename__ = "places"

    session_id: Mapped[str] = mapped_column(ForeignKey("clinic_sessions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    starts_at: Mapped[Instant]
    booking_id: Mapped[str | None] = mapped_column(String(36), unique=True)


class Booking(Base):
    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint("status IN ('booked', 'arrived', 'cancelled', 'missed')", name="status"),
        CheckConstraint("urgency IN ('now', 'soon', 'routine')", name="urgency"),
        # A resident holds one live place in a session.
        Index(
            "uq_bookings_live",
            "session_id",
            "patient_id",
            unique=True,
            sqlite_where=text("status <> 'cancelled'"),
            postgresql_where=text("status <> 'cancelled'"),
        ),
        UniqueConstraint("advice_id", name="uq_bookings_advice"),
    )

    id: Mapped[Id]
    session_id: Mapped[str] = mapped_column(ForeignKey("clinic_sessions.id"))
    number: Mapped[int]
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"), index=True)
    complaint: Mapped[str | None] = mapped_column(String(500))
    urgency: Mapped[str] = mapped_column(String(10))
    advice_id: Mapped[str | None] = mapped_column(String(36), doc="the triage answer")
    status: Mapped[str] = mapped_column(String(10), default="booked")
    booked_by: Mapped[str] = mapped_column(String(36))
    booked_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
