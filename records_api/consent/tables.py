from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records_api.core.columns import Id, Instant
from records_api.core.db import Base, UTCDateTime


class Grant(Base):
    """A record open to one member of staff from `opens_at` until `closes_at` or `closed_at`."""

    __tablename__ = "consent_grants"
    __table_args__ = (
        CheckConstraint("kind IN ('consent', 'break_glass')", name="kind"),
        CheckConstraint("kind <> 'break_glass' OR reason IS NOT NULL", name="reason"),
        CheckConstraint("closes_at > opens_at", name="period"),
        Index("ix_consent_grants_patient_grantee", "patient_id", "grantee_id"),
    )

    id: Mapped[Id]
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"))
    grantee_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(500))
    granted_by: Mapped[str] = mapped_column(String(36))
    opens_at: Mapped[Instant]
    closes_at: Mapped[Instant]
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
