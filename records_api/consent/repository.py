from collections.abc import Sequence

from sqlalchemy import bindparam, select
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


# Made once: every request to a record asks this.
_BETWEEN = select(Grant).where(
    Grant.patient_id == bindparam("patient"), Grant.grantee_id == bindparam("grantee")
)


def between(session: Session, patient_id: str, grantee_id: str) -> Sequence[Grant]:
    return session.scalars(_BETWEEN, {"patient": patient_id, "grantee": grantee_id}).all()
