from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from records_api.core.errors import NotFound
from records_api.prescribing.tables import Prescription


def get(session: Session, prescription_id: str, *, lock: bool = False) -> Prescription:
    """`lock` makes two supplies of one prescription take turns."""
    prescription = session.get(Prescription, prescription_id, with_for_update=lock or None)
    if prescription is None:
        raise NotFound("There is no such prescription.", field="prescription_id")
    return prescription


def of_encounter(session: Session, encounter_id: str) -> Sequence[Prescription]:
    return session.scalars(
        select(Prescription)
        .where(Prescription.encounter_id == encounter_id)
        .order_by(Prescription.prescribed_at, Prescription.id)
    ).all()


def of_patient(session: Session, patient_id: str, limit: int) -> Sequence[Prescription]:
    return session.scalars(
        select(Prescription)
        .where(Prescription.patient_id == patient_id)
        .order_by(Prescription.prescribed_at.desc(), Prescription.id.desc())
        .limit(limit)
    ).all()


def add(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:  # through the table, not the mapper: no object is made of each row
        session.execute(insert(cast(Table, Prescription.__table__)), rows)
