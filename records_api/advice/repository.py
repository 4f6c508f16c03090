from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from records_api.advice.tables import Advice, ShadowAnswer
from records_api.core.errors import NotFound
from records_api.core.ids import new_id
from serving.diagnosis.schema import Shadowed


def get(session: Session, advice_id: str) -> Advice:
    advice = session.get(Advice, advice_id)
    if advice is None:
        raise NotFound("There is no such advice.", field="advice_id")
    return advice


def asked_by(
    session: Session,
    actor_id: str,
    patient_id: str | None,
    capability: str | None,
    subject_id: str | None,
    limit: int,
) -> Sequence[Advice]:
    """What this person asked, and what was asked about them, newest first."""
    whose = [Advice.asked_by == actor_id]
    if patient_id is not None:
        whose.append(Advice.patient_id == patient_id)
    query = select(Advice).where(or_(*whose))
    if capability is not None:
        query = query.where(Advice.capability == capability)
    if subject_id is not None:
        query = query.where(Advice.subject_id == subject_id)
    return session.scalars(
        query.order_by(Advice.asked_at.desc(), Advice.id.desc()).limit(limit)
    ).all()


def decide(
    session: Session, advice_id: str, decision: str, reason: str | None, by: str, at: datetime
) -> bool:
    """Write the decision unless there is one; whether it was written."""
    result = session.execute(
        update(Advice)
        .where(Advice.id == advice_id, Advice.decision.is_(None))
        .values(decision=decision, decision_reason=reason, decided_by=by, decided_at=at)
        .execution_options(synchronize_session="fetch")
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def add_shadows(session: Session, answers: Sequence[Shadowed], at: datetime) -> list[str]:
    """The ids of those that are new: a question is answered once by each version."""
    kind = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    made: list[str] = []
    for answer in answers:
        row = {
            "id": new_id(),
            "inputs_digest": answer.inputs_digest,
            "model": answer.model.name,
            "model_version": answer.model.version,
            "champion_version": answer.champion,
            "answer": answer.model_dump(
                mode="json", include={"ranked", "prediction_set", "abstained"}
            ),
            "answered_at": answer.answered_at,
            "recorded_at": at,
        }
        added = kind(ShadowAnswer).values(row).on_conflict_do_nothing()
        # Not by the number of rows: PostgreSQL's driver does not tell it of such a statement.
        made += session.scalars(added.returning(ShadowAnswer.id)).all()
    return made
