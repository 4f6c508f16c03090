from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from records_api.core.errors import NotFound
from records_api.patients.tables import Household, Patient


def find(session: Session, patient_id: str) -> Patient | None:
    return session.get(Patient, patient_id)


def get(session: Session, patient_id: str) -> Patient:
    patient = find(session, patient_id)
    if patient is None:
        raise NotFound("No resident has this number.", field="patient_id")
    return patient


def by_health_id(session: Session, health_id: str) -> Patient | None:
    return session.scalars(select(Patient).where(Patient.health_id == health_id)).one_or_none()


def search(session: Session, folded: str, digits: str, limit: int) -> Sequence[Patient]:
    """Residents whose name begins with the text, or has a word that does; or whose number it is."""
    pattern = folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    tests = []
    if folded and not digits:
        tests = [
            Patient.search_name.like(f"{pattern}%", escape="\\"),
            Patient.search_name.like(f"% {pattern}%", escape="\\"),
            Patient.name_hi.like(f"{pattern}%", escape="\\"),
        ]
    if len(digits) >= 4:
        tests = [Patient.health_id.like(f"{digits}%"), Patient.phone.like(f"%{digits}")]
    if not tests:
        return []
    return session.scalars(
        select(Patient).where(or_(*tests)).order_by(Patient.search_name, Patient.id).limit(limit)
    ).all()


def add_households(session: Session, households: Sequence[Household]) -> None:
    session.add_all(households)
