from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from records_api.core.errors import NotFound
from records_api.encounters.tables import Diagnosis, Encounter, Finding, Vital
from records_api.patients.tables import Patient
from records_api.terminology.known import known as known_terms
from records_api.terminology.tables import Concept

CHUNK = 500  # SQLite takes a limited number of parameters in one statement

# Made once: to put them together costs as much as to run them, and each differential asks for them.
_THESE: BindParameter[str] = bindparam("encounters", expanding=True)
_FINDINGS = select(Finding).where(Finding.encounter_id.in_(_THESE)).order_by(Finding.code)
_VITALS = (
    select(Vital)
    .where(Vital.encounter_id.in_(_THESE))
    .order_by(Vital.measured_at, Vital.code, Vital.id)
)
_DIAGNOSES = (
    select(Diagnosis)
    .where(Diagnosis.encounter_id.in_(_THESE))
    .order_by(Diagnosis.decided_at, Diagnosis.id)
)


def get(session: Session, encounter_id: str) -> Encounter:
    encounter = session.get(Encounter, encounter_id)
    if encounter is None:
        raise NotFound("There is no such encounter.", field="encounter_id")
    return encounter


def of_patient(
    session: Session, patient_id: str, before: Encounter | None, limit: int
) -> Sequence[Encounter]:
    query = select(Encounter).where(Encounter.patient_id == patient_id)
    if before is not None:
        query = query.where(
            tuple_(Encounter.started_at, Encounter.id) < (before.started_at, before.id)
        )
    return session.scalars(
        query.order_by(Encounter.started_at.desc(), Encounter.id.desc()).limit(limit)
    ).all()


def known(session: Session, ids: Sequence[str]) -> set[str]:
    """Which of these encounters are recorded."""
    found: set[str] = set()
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        found.update(session.scalars(select(Encounter.id).where(Encounter.id.in_(chunk))))
    return found


def findings(session: Session, encounter_ids: Sequence[str]) -> Sequence[Finding]:
    return session.scalars(_FINDINGS, {"encounters": encounter_ids}).all()


def vitals(session: Session, encounter_ids: Sequence[str]) -> Sequence[Vital]:
    return session.scalars(_VITALS, {"encounters": encounter_ids}).all()


def diagnoses(session: Session, encounter_ids: Sequence[str]) -> Sequence[Diagnosis]:
    return session.scalars(_DIAGNOSES, {"encounters": encounter_ids}).all()


def upsert_findings(
    session: Session, encounter_id: str, statuses: Mapping[str, str], at: datetime
) -> dict[str, tuple[str, datetime]]:
    """Write answers that are new or changed; what each changed one was before, by code."""
    was = {
        row.code: (row.status, row.recorded_at)
        for row in session.execute(
            select(Finding.code, Finding.status, Finding.recorded_at).where(
                Finding.encounter_id == encounter_id
            )
        )
    }
    changed = {
        code: status
        for code, status in statuses.items()
        if code not in was or was[code][0] != status
    }
    if changed:
        kind = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
        statement = kind(Finding)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["encounter_id", "code"],
                set_={
                    "status": statement.excluded.status,
                    "recorded_at": statement.excluded.recorded_at,
                },
            ),
            [
                {"encounter_id": encounter_id, "code": code, "status": status, "recorded_at": at}
                for code, status in changed.items()
            ],
        )
    return {code: was[code] for code in changed if code in was}


def unknown_codes(session: Session, kind: str, codes: Iterable[str]) -> set[str]:
    """Codes that the terminology does not have; none while it has no concept of this kind."""
    left = sorted(set(codes))
    missing = set(left)
    for start in range(0, len(left), CHUNK):
        chunk = left[start : start + CHUNK]
        missing.difference_update(
            session.scalars(
                select(Concept.code).where(Concept.code.in_(chunk), Concept.kind == kind)
            )
        )
    if (
        missing
        and session.scalar(select(Concept.code).where(Concept.kind == kind).limit(1)) is None
    ):
        return set()
    return missing


def concepts(session: Session, codes: Iterable[str]) -> dict[str, Concept]:
    """Findings and conditions, to be read and not to be changed."""
    return known_terms(session).concepts(session, codes)


def measurable(session: Session) -> dict[str, Concept]:
    """The findings that a measurement decides."""
    terms = known_terms(session)
    return terms.concepts(session, terms.once(session, _measurable))


def _measurable(session: Session) -> Sequence[str]:
    told = Concept.detail["measured"].as_string()
    query = select(Concept.code).where(Concept.kind == "finding", told.is_not(None))
    return session.scalars(query).all()


def prevalence(
    session: Session, district: str | None, since: datetime, until: datetime, limit: int
) -> list[tuple[str, float]]:
    """Conditions confirmed in the district (in the city, without one), most frequent first, with
    their share of all that were confirmed there."""
    where: list[Any] = [
        Diagnosis.status == "confirmed",
        Diagnosis.decided_at >= since,
        Diagnosis.decided_at < until,
    ]
    query = select(Diagnosis.condition, func.count().label("n")).where(*where)
    if district is not None:
        query = (
            query.join(Encounter, Encounter.id == Diagnosis.encounter_id)
            .join(Patient, Patient.id == Encounter.patient_id)
            .where(Patient.district == district)
        )
    counts = session.execute(
        query.group_by(Diagnosis.condition).order_by(func.count().desc(), Diagnosis.condition)
    ).all()
    total = sum(row.n for row in counts)
    return [(row.condition, row.n / total) for row in counts[:limit]]
