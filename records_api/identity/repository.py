from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from records_api.advice.tables import Advice
from records_api.core.errors import NotFound
from records_api.identity.tables import Capture


def get(session: Session, capture_id: str) -> Capture:
    capture = session.get(Capture, capture_id)
    if capture is None:
        raise NotFound("There is no such capture.", field="capture_id")
    return capture


def of_patient(session: Session, patient_id: str) -> Sequence[Capture]:
    return session.scalars(
        select(Capture)
        .where(Capture.patient_id == patient_id)
        .order_by(Capture.taken_at.desc(), Capture.id.desc())
    ).all()


def enrolled(session: Session, patient_id: str, limit: int) -> Sequence[Capture]:
    """Pictures to compare with, newest first."""
    return session.scalars(
        select(Capture)
        .where(
            Capture.patient_id == patient_id,
            Capture.purpose == "enrolment",
            Capture.picture.is_not(None),
            Capture.withdrawn_at.is_(None),
        )
        .order_by(Capture.taken_at.desc(), Capture.id.desc())
        .limit(limit)
    ).all()


def answer_on(session: Session, capture_id: str) -> Advice | None:
    """The comparison that was made with a capture."""
    return session.scalars(
        select(Advice)
        .where(Advice.capability == "identity", Advice.subject_id == capture_id)
        .order_by(Advice.asked_at.desc(), Advice.id.desc())
        .limit(1)
    ).one_or_none()


def withdraw(session: Session, patient_id: str, at: datetime) -> list[str]:
    """Delete every picture of a person; the captures that lost theirs."""
    ids = session.scalars(
        update(Capture)
        .where(Capture.patient_id == patient_id, Capture.withdrawn_at.is_(None))
        .values(picture=None, withdrawn_at=at)
        .returning(Capture.id)
        .execution_options(synchronize_session=False)
    ).all()
    return sorted(ids)
