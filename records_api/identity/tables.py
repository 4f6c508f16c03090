from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from records_api.core.columns import Id, Instant
from records_api.core.db import Base, UTCDateTime


class Capture(Base):
    """A face picture, encrypted. Withdrawing consent deletes the picture and keeps the row.

    There is no template here: one is made in the model service for one comparison, and forgotten.
    """

    __tablename__ = "face_captures"
    __table_args__ = (
        CheckConstraint("purpose IN ('enrolment', 'verification')", name="purpose"),
        CheckConstraint("picture IS NULL OR withdrawn_at IS NULL", name="withdrawn"),
    )

    id: Mapped[Id]
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(12))
    picture: Mapped[bytes | None] = mapped_column(LargeBinary, doc="Fernet token")
    digest: Mapped[str] = mapped_column(String(64), doc="SHA-256 of the plain picture", index=True)
    device: Mapped[str | None] = mapped_column(String(100))
    facility_id: Mapped[str | None] = mapped_column(ForeignKey("facilities.id"))
    quality: Mapped[float | None]
    problems: Mapped[str] = mapped_column(String(200), default="", doc="names joined by spaces")
    decision: Mapped[str | None] = mapped_column(
        String(10), doc="the clerk's: match, no_match, refer"
    )
    consented_at: Mapped[Instant]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    taken_at: Mapped[Instant]
    taken_by: Mapped[str] = mapped_column(String(36))
    source: Mapped[str] = mapped_column(String(40), default="desk")
    recorded_at: Mapped[Instant]
