from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records_api.advice.tables import Advice
from records_api.encounters.differential import CARD_OF
from records_api.encounters.tables import Encounter
from records_api.terminology.known import known
from records_api.terminology.tables import Concept


def open_encounter(session: Session, patient_id: str) -> Encounter | None:
    """The visit that goes on, the latest if there are several."""
    query = select(Encounter).where(Encounter.patient_id == patient_id, Encounter.status == "open")
    newest = query.order_by(Encounter.started_at.desc(), Encounter.id.desc())
    return session.scalars(newest.limit(1)).first()


def findings(session: Session, codes: Iterable[str]) -> set[str]:
    """Which of these codes are findings of ours."""
    found = known(session).concepts(session, codes)
    return {code for code, concept in found.items() if concept.kind == "finding"}


def conditions(session: Session, codes: Iterable[str]) -> dict[str, Sequence[str]]:
    """Our conditions, sorted, by the code that names them: their own or their ICD-10 code in
    capitals."""
    named = known(session).once(session, _conditions)
    return {code: named[code] for code in {*codes} & named.keys()}


def _conditions(session: Session) -> Mapping[str, Sequence[str]]:
    icd10 = func.upper(Concept.icd10)
    query = select(Concept.code, icd10.label("icd10")).where(Concept.kind == "condition")
    found: dict[str, list[str]] = {}
    for row in session.execute(query.order_by(Concept.code)):
        for name in {row.code, row.icd10} - {None}:
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
