from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from records_api.consent.tables import Grant
from records_api.core.errors import NotFound


def get(session: Session, grant_id: str) -> Grant:
    grant = session.get(Grant, grant_id)
    if grant is None:
        raise NotFound("There is no such consent.", field="grant_id")
    return grant


def of_patient(session: Session, patient_id: str) -> Sequence[Grant]:
    return session.scalars(
        select(Grant).where(Grant.patient_id == patient_id).order_by(Grant.opens_at.desc())
    ).all()


def between(session: Session, patient_id: str, grantee_id: str) -> Sequence[Grant]:
    return session.scalars(
        select(Grant).where(Grant.patient_id == patient_id, Grant.grantee_id == grantee_id)
    ).all()
