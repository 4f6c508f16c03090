from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records_api.core.columns import Id, Instant
from records_api.core.db import Base, UTCDateTime


class Advice(Base):
    """An answer of a model and the decision of a person: label, drift report and audit in one."""

    __tablename__ = "advice"
    __table_args__ = (
        CheckConstraint("capability IN ('diagnosis', 'triage', 'demand', 'identity')", name="cap"),
        CheckConstraint("decision IS NULL OR decided_by IS NOT NULL", name="decided"),
        Index("ix_advice_subject", "capability", "subject_id"),
    )

    id: Mapped[Id]
    capability: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[str] = mapped_column(
        String(80), doc="encounter, booking, capture, facility|item"
    )
    patient_id: Mapped[str | None] = mapped_column(String(36), index=True)
    model: Mapped[str] = mapped_column(String(64), doc="name, or the name of the fallback")
    model_version: Mapped[str | None] = mapped_column(String(20), doc="null: the fallback answered")
    degraded: Mapped[bool] = mapped_column(default=False)
    inputs_digest: Mapped[str] = mapped_column(String(64))
    score: Mapped[float | None]
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_by: Mapped[str] = mapped_column(String(36))
    asked_at: Mapped[Instant]
    decision: Mapped[str | None] = mapped_column(String(100), doc="accepted, rejected, match, …")
    decision_reason: Mapped[str | None] = mapped_column(String(500))
    decided_by: Mapped[str | None] = mapped_column(String(36))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
