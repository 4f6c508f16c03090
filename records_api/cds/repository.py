from collections.abc import Iterable

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from records_api.advice.tables import Advice
from records_api.encounters.differential import CARD_OF
from records_api.encounters.tables import Encounter
from records_api.terminology.tables import Concept

_CHUNK = 250  # SQLite takes a limited number of parameters in one statement; each is used twice


def open_encounter(session: Session, patient_id: str) -> Encounter | None:
    """The visit that goes on, the latest if there are several."""
    query = select(Encounter).where(Encounter.patient_id == patient_id, Encounter.status == "open")
    newest = query.order_by(Encounter.started_at.desc(), Encounter.id.desc())
    return session.scalars(newest.limit(1)).first()


def findings(session: Session, codes: Iterable[str]) -> set[str]:
    """Which of these codes are findings of ours."""
    wanted, found = sorted(set(codes)), set[str]()
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        query = select(Concept.code).where(Concept.kind == "finding", Concept.code.in_(chunk))
        found.update(session.scalars(query))
    return found


def conditions(session: Session, codes: Iterable[str]) -> dict[str, list[str]]:
    """Our conditions, sorted, by the code that names them: their own or their ICD-10 code in
    capitals."""
    wanted = sorted({*codes})
    found: dict[str, list[str]] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        icd10 = func.upper(Concept.icd10)
        query = select(Concept.code, icd10.label("icd10")).where(
            Concept.kind == "condition", or_(Concept.code.in_(chunk), icd10.in_(chunk))
        )
        for row in session.execute(query.order_by(Concept.code)):
            for name in {row.code, row.icd10} & set(chunk):
                found.setdefault(name, []).append(row.code)
    return found


def cards(session: Session, service_id: str, ids: Iterable[str]) -> dict[str, Advice]:
    """What this service made cards of, by id."""
    query = select(Advice).where(
        Advice.id.in_(sorted(set(ids))),
        Advice.capability == "diagnosis",
        Advice.patient_id.is_not(None),
    )
    found = session.scalars(query)
    return {row.id: row for row in found if row.answer.get(CARD_OF) == service_id}
