from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
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
    inputs_digest: Mapped[str] = mapped_column(String(64), index=True)
    inputs: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True),
        doc="what a differential was asked with, without the patient's number",
    )
    score: Mapped[float | None]
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_by: Mapped[str] = mapped_column(String(36))
    asked_at: Mapped[Instant]
    decision: Mapped[str | None] = mapped_column(String(100), doc="accepted, rejected, match, …")
    decision_reason: Mapped[str | None] = mapped_column(String(500))
    decided_by: Mapped[str | None] = mapped_column(String(36))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ShadowAnswer(Base):
    """What a challenger answered to a question behind the champion's back. Nobody is shown it; it is
    compared with what was shown, which has the same `inputs_digest`, once the truth is known."""

    __tablename__ = "shadow_answers"
    __table_args__ = (
        UniqueConstraint("inputs_digest", "model_version", name="uq_shadow_answers_question"),
    )

    id: Mapped[Id]
    inputs_digest: Mapped[str] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(20))
    champion_version: Mapped[str] = mapped_column(String(20), doc="which model was shown")
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    answered_at: Mapped[Instant]
    recorded_at: Mapped[Instant]
