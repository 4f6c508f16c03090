from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records_api.core.columns import Id, Instant
from records_api.core.db import Base


class DriftReport(Base):
    """One look at a model in use. `report` holds counts and shares; no person can be told from it."""

    __tablename__ = "drift_reports"
    __table_args__ = (
        CheckConstraint("level IN ('few', 'steady', 'watch', 'alarm', 'failed')", name="level"),
        Index("ix_drift_reports_newest", "capability", "made_at"),
    )

    id: Mapped[Id]
    capability: Mapped[str] = mapped_column(String(12))
    model_version: Mapped[str | None] = mapped_column(String(20), doc="null: there was no champion")
    level: Mapped[str] = mapped_column(String(8))
    report: Mapped[dict[str, Any]] = mapped_column(JSON, doc="failed: only why")
    made_at: Mapped[Instant]
