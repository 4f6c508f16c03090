from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from records_api.encounters.tables import Diagnosis, Encounter, Finding
from records_api.guidance import knowledge
from records_api.guidance.knowledge import Condition
from records_api.terminology.tables import Concept

_CHUNK = 500  # SQLite takes a limited number of parameters in one statement


@dataclass(frozen=True)
class Past:
    """The newest word of a patient's record on a finding or a condition."""

    code: str
    status: str
    at: datetime
    icd10: str | None = None


def conditions(session: Session, codes: Collection[str] | None = None) -> list[Condition]:
    """All conditions, or those of these codes, with what their detail says."""
    columns = (
        *(Concept.code, Concept.name_en, Concept.name_hi, Concept.icd10),
        *(Concept.severity, Concept.specialty, cast(Concept.detail, Text)),
    )
    query = select(*columns).where(Concept.kind == "condition").order_by(Concept.code)
    if codes is None:
        return [knowledge.condition(*row) for row in session.execute(query)]
    left = sorted(set(codes))
    return [
        knowledge.condition(*row)
        for start in range(0, len(left), _CHUNK)
        for row in session.execute(query.where(Concept.code.in_(left[start : start + _CHUNK])))
    ]


def antecedents(session: Session, patient_id: str) -> list[Past]:
    """The last answer to each finding that outlasts a visit, if it is not unknown."""
    at = func.max(Finding.recorded_at)
    query = (
        select(Finding.code, Finding.status, at)
        .join(Encounter, Encounter.id == Finding.encounter_id)
        .join(Concept, Concept.code == Finding.code)
        .where(Encounter.patient_id == patient_id, Finding.status != "unknown")
        .where(Concept.detail["is_antecedent"].as_boolean())
        .group_by(Finding.code, Finding.status)
        .order_by(at)
    )
    return [*{row[0]: Past(*row) for row in session.execute(query)}.values()]


def diagnoses(session: Session, patient_id: str) -> list[Past]:
    """The last word on each condition that was ever named in the record."""
    query = (
        select(Diagnosis.condition, Diagnosis.status, Diagnosis.decided_at, Diagnosis.icd10)
        .join(Encounter, Encounter.id == Diagnosis.encounter_id)
        .where(Encounter.patient_id == patient_id)
        .order_by(Diagnosis.decided_at, Diagnosis.id)
    )
    return [*{row[0]: Past(*row) for row in session.execute(query)}.values()]
