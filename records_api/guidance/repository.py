from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from records_api.encounters.tables import Diagnosis, Encounter, Finding
from records_api.guidance import knowledge
from records_api.guidance.knowledge import Condition
from records_api.terminology.known import known
from records_api.terminology.tables import Concept


@dataclass(frozen=True)
class Past:
    """The newest word of a patient's record on a finding or a condition."""

    code: str
    status: str
    at: datetime
    icd10: str | None = None


# Made once: to put them together costs as much as to run them, and each differential asks for both.
_WHEN = func.max(Finding.recorded_at)
_ANTECEDENTS = (
    select(Finding.code, Finding.status, _WHEN)
    .join(Encounter, Encounter.id == Finding.encounter_id)
    .join(Concept, Concept.code == Finding.code)
    .where(Encounter.patient_id == bindparam("patient_id"), Finding.status != "unknown")
    .where(Concept.detail["is_antecedent"].as_boolean())
    .group_by(Finding.code, Finding.status)
    .order_by(_WHEN)
)
_DIAGNOSES = (
    select(Diagnosis.condition, Diagnosis.status, Diagnosis.decided_at, Diagnosis.icd10)
    .join(Encounter, Encounter.id == Diagnosis.encounter_id)
    .where(Encounter.patient_id == bindparam("patient_id"))
    .order_by(Diagnosis.decided_at, Diagnosis.id)
)


def conditions(session: Session, codes: Iterable[str] | None = None) -> list[Condition]:
    """All conditions, or those of these codes, with what their detail says."""
    told = known(session).once(session, _conditions)
    return [*told.values()] if codes is None else [told[c] for c in sorted({*codes} & told.keys())]


def _conditions(session: Session) -> Mapping[str, Condition]:
    columns = (
        *(Concept.code, Concept.name_en, Concept.name_hi, Concept.icd10),
        *(Concept.severity, Concept.specialty, Concept.detail),
    )
    query = select(*columns).where(Concept.kind == "condition").order_by(Concept.code)
    return {row.code: knowledge.condition(*row) for row in session.execute(query)}


def antecedents(session: Session, patient_id: str) -> list[Past]:
    """The last answer to each finding that outlasts a visit, if it is not unknown."""
    return _last_words(session, _ANTECEDENTS, patient_id)


def diagnoses(session: Session, patient_id: str) -> list[Past]:
    """The last word on each condition that was ever named in the record."""
    return _last_words(session, _DIAGNOSES, patient_id)


def _last_words(session: Session, query: Select[*tuple[Any, ...]], patient_id: str) -> list[Past]:
    rows = session.execute(query, {"patient_id": patient_id})
    return [*{row[0]: Past(*row) for row in rows}.values()]
