from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from records_api.core.columns import Instant
from records_api.core.db import Base


class ImportedRow(Base):
    """A row that was taken over, by the digest of its content: the same row again changes nothing."""

    __tablename__ = "imported_rows"

    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[Instant]


class KeptResource(Base):
    """A FHIR resource as it came: the whole record stays readable, mapped to our tables or not."""

    __tablename__ = "kept_resources"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    type: Mapped[str] = mapped_column(String(40), index=True)
    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patients.id"), index=True)
    source: Mapped[str] = mapped_column(String(40))
    resource: Mapped[dict[str, Any]] = mapped_column(JSON)
    recorded_at: Mapped[Instant]
