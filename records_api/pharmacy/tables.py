from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from records_api.core.columns import Id, Instant, Name
from records_api.core.db import Base, Quantity


class Item(Base):
    """A medicine or supply. `atc` is the WHO's ATC code, `unit` is UCUM (`{tbl}`, `mL`)."""

    __tablename__ = "items"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[Name]
    name_hi: Mapped[str | None] = mapped_column(String(200))
    atc: Mapped[str | None] = mapped_column(String(10), index=True)
    unit: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(40), default="desk")
    recorded_at: Mapped[Instant]


class Batch(Base):
    """What lies on one shelf of one facility. `on_hand` never falls below zero: the database says so."""

    __tablename__ = "batches"
    __table_args__ = (
        UniqueConstraint("facility_id", "item_id", "number"),
        CheckConstraint("on_hand >= 0", name="on_hand"),
    )

    id: Mapped[Id]
    facility_id: Mapped[str] = mapped_column(ForeignKey("facilities.id"))
    item_id: Mapped[str] = mapped_column(ForeignKey("items.id"), index=True)
    number: Mapped[str] = mapped_column(String(64))
    expires_on: Mapped[date | None] = mapped_column(Date)
    on_hand: Mapped[Decimal] = mapped_column(Quantity)


class Movement(Base):
    """The stock ledger: rows are added, never changed (a trigger refuses it).

    `quantity` is signed, in the item's unit; the sum over a batch is its `on_hand`.
    """

    __tablename__ = "stock_movements"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('receive', 'dispense', 'adjust', 'transfer', 'expire')", name="kind"
        ),
        CheckConstraint("quantity <> 0", name="quantity"),
        Index("ix_stock_movements_key", "facility_id", "item_id", "at"),
    )

    id: Mapped[Id]
    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id"), index=True)
    facility_id: Mapped[str] = mapped_column(ForeignKey("facilities.id"))
    item_id: Mapped[str] = mapped_column(ForeignKey("items.id"))
    kind: Mapped[str] = mapped_column(String(10))
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    dispense_id: Mapped[str | None] = mapped_column(String(36), index=True)
    reason: Mapped[str | None] = mapped_column(String(200))
    at: Mapped[Instant]
    by: Mapped[str] = mapped_column(String(36))
    recorded_at: Mapped[Instant]


class Dispense(Base):
    """What was asked for and what was given. Less given than asked is demand that stock did not meet.

    `period` says what the row covers: one supply to a patient, or a day, week or month of a ledger
    that keeps totals only (`at` is then the period's last moment).
    """

    __tablename__ = "dispenses"
    __table_args__ = (
        CheckConstraint("requested >= supplied AND supplied >= 0", name="quantities"),
        CheckConstraint("period IN ('once', 'D', 'W', 'M')", name="period"),
        Index("ix_dispenses_key", "facility_id", "item_id", "at"),
    )

    id: Mapped[Id]
    facility_id: Mapped[str] = mapped_column(ForeignKey("facilities.id"))
    item_id: Mapped[str] = mapped_column(ForeignKey("items.id"))
    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patients.id"), index=True)
    prescription_id: Mapped[str | None] = mapped_column(String(36), index=True)
    requested: Mapped[Decimal] = mapped_column(Quantity)
    supplied: Mapped[Decimal] = mapped_column(Quantity)
    period: Mapped[str] = mapped_column(String(4), default="once")
    at: Mapped[Instant]
    by: Mapped[str] = mapped_column(String(36))
    recorded_at: Mapped[Instant]
