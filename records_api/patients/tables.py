from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records_api.core.columns import Id, Instant, Name
from records_api.core.db import Base, UTCDateTime


class Household(Base):
    __tablename__ = "households"

    id: Mapped[Id]
    address: Mapped[str] = mapped_column(String(300))
    district: Mapped[str] = mapped_column(String(40), index=True)


class Patient(Base):
    """A resident. `recorded_at` is when the city learned of them, `updated_at` the last change."""

    __tablename__ = "patients"
    __table_args__ = (
        CheckConstraint("sex IN ('F', 'M', 'other', 'unknown')", name="sex"),
        Index("ix_patients_search_name", "search_name"),
    )

    id: Mapped[Id]
    health_id: Mapped[str] = mapped_column(
        String(14), unique=True, doc="14 digits, the last a check"
    )
    name: Mapped[Name]
    name_hi: Mapped[str | None] = mapped_column(String(200))
    search_name: Mapped[Name] = mapped_column(doc="folded name that searches compare")
    sex: Mapped[str] = mapped_column(String(10))
    birth_date: Mapped[date] = mapped_column(Date)
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    district: Mapped[str | None] = mapped_column(String(40), index=True)
    household_id: Mapped[str | None] = mapped_column(ForeignKey("households.id"), index=True)
    deceased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    synthetic: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(40), default="desk")
    recorded_at: Mapped[Instant]
    updated_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
