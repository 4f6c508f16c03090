from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from records_api.core.errors import NotFound
from records_api.drift.tables import DriftReport


def get(session: Session, report_id: str) -> DriftReport:
    row = session.get(DriftReport, report_id)
    if row is None:
        raise NotFound("There is no such report.", field="report_id")
    return row


def newest(session: Session, capability: str | None, limit: int) -> Sequence[DriftReport]:
    query = select(DriftReport)
    if capability is not None:
        query = query.where(DriftReport.capability == capability)
    return session.scalars(
        query.order_by(DriftReport.made_at.desc(), DriftReport.id.desc()).limit(limit)
    ).all()
