from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from records_api.core.columns import Id, Instant, Name
from records_api.core.db import Base


class District(Base):
    """A node of the district tree: the city is the root."""

    __tablename__ = "districts"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name_en: Mapped[Name]
    name_hi: Mapped[str | None] = mapped_column(String(200))
    parent: Mapped[str | None] = mapped_column(ForeignKey("districts.code"))


class Facility(Base):
    __tablename__ = "facilities"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('hospital', 'dispensary', 'mohalla_clinic', 'other')", name="kind"
        ),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[Name]
    name_hi: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    district: Mapped[str] = mapped_column(ForeignKey("districts.code"), index=True)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    zone: Mapped[str] = mapped_column(String(40), default="Asia/Kolkata", doc="IANA time zone")
    synthetic: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(40), default="desk")
    recorded_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
