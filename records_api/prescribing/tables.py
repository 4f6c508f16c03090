from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from records_api.core.columns import Id, Instant
from records_api.core.db import Base, Quantity


class Prescription(Base):
    """One medicine of one encounter. `quantity` is what to supply in all, in the item's unit."""

    __tablename__ = "prescriptions"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    id: Mapped[Id]
    encounter_id: Mapped[str] = mapped_column(ForeignKey("encounters.id"), index=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"), index=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("items.id"), index=True)
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    directions: Mapped[str] = mapped_column(String(300))
    prescriber_id: Mapped[str] = mapped_column(String(36))
    prescribed_at: Mapped[Instant]
    recorded_at: Mapped[Instant]
