from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records_api.core.columns import Id, Instant
from records_api.core.db import Base, Quantity, UTCDateTime


class Encounter(Base):
    """One visit. `started_at` is when it happened, `recorded_at` when the record learned of it."""

    __tablename__ = "encounters"
    __table_args__ = (CheckConstraint("status IN ('open', 'closed')", name="status"),)

    id: Mapped[Id]
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"), index=True)
    facility_id: Mapped[str | None] = mapped_column(ForeignKey("facilities.id"), index=True)
    clinician_id: Mapped[str | None] = mapped_column(String(36), index=True)
    booking_id: Mapped[str | None] = mapped_column(String(36), unique=True)
    status: Mapped[str] = mapped_column(String(10), default="open")
    complaint: Mapped[str | None] = mapped_column(String(500), doc="in the patient's words")
    started_at: Mapped[Instant] = mapped_column(index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    source: Mapped[str] = mapped_column(String(40), default="desk")
    recorded_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Finding(Base):
    """What was asked or seen. `unknown` is an answer too: it was asked and is not known."""

    __tablename__ = "encounter_findings"
    __table_args__ = (CheckConstraint("status IN ('present', 'absent', 'unknown')", name="status"),)

    encounter_id: Mapped[str] = mapped_column(ForeignKey("encounters.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(100), primary_key=True)
    status: Mapped[str] = mapped_column(String(8))
    recorded_at: Mapped[Instant]


class Vital(Base):
    """A measured quantity. `code` is LOINC, `unit` is UCUM."""

    __tablename__ = "vitals"
    __table_args__ = (Index("ix_vitals_encounter_code", "encounter_id", "code"),)

    id: Mapped[Id]
    encounter_id: Mapped[str] = mapped_column(ForeignKey("encounters.id"))
    code: Mapped[str] = mapped_column(String(20))
    value: Mapped[Decimal] = mapped_column(Quantity)
    unit: Mapped[str] = mapped_column(String(40))
    measured_at: Mapped[Instant]
    recorded_at: Mapped[Instant]


class Diagnosis(Base):
    """Working, confirmed or refuted; rows are added, the newest of a condition holds.

    `advice_id` names the differential that the doctor had before them, if any.
    """

    __tablename__ = "diagnoses"
    __table_args__ = (
        CheckConstraint("status IN ('working', 'confirmed', 'refuted')", name="status"),
    )

    id: Mapped[Id]
    encounter_id: Mapped[str] = mapped_column(ForeignKey("encounters.id"), index=True)
    condition: Mapped[str] = mapped_column(String(100), index=True)
    icd10: Mapped[str | None] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(500))
    advice_id: Mapped[str | None] = mapped_column(String(36))
    decided_by: Mapped[str] = mapped_column(String(36))
    decided_at: Mapped[Instant] = mapped_column(index=True)
    recorded_at: Mapped[Instant]
