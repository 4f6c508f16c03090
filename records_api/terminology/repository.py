from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import and_, case, func, insert, or_, select, true
from sqlalchemy.orm import Session

from records_api.core.errors import NotFound
from records_api.terminology.tables import VALUE, Concept

_CHUNK = 500  # SQLite takes a limited number of parameters in one statement
_SEVERAL = ("one", "many")  # what `answer` says of a question that has values


def get(session: Session, code: str) -> Concept:
    concept = session.get(Concept, code)
    if concept is None:
        raise NotFound("There is no such finding or condition.", field="code")
    return concept


def by_codes(session: Session, codes: Iterable[str]) -> dict[str, Concept]:
    wanted = sorted(set(codes))
    found: dict[str, Concept] = {}
    for start in range(0, len(wanted), _CHUNK):
        some = select(Concept).where(Concept.code.in_(wanted[start : start + _CHUNK]))
        found |= {concept.code: concept for concept in session.scalars(some)}
    return found


def search(session: Session, text: str, kind: str | None, limit: int) -> Sequence[Concept]:
    """Concepts with each word of the text in a name, an alias, or its code: those first whose name
    begins with it, those last that only aliases name.

    What can be recorded: of a question with values these, and not the question itself.
    """
    words = text.split()
    answer = Concept.detail["answer"].as_string()
    value = Concept.code.contains(VALUE, autoescape=True)
    query = select(Concept).where(or_(answer.is_(None), answer.not_in(_SEVERAL), value))
    aliases = func.coalesce(Concept.detail["aliases"].as_string(), "")
    named = [
        or_(
            Concept.name_en.icontains(word, autoescape=True),
            Concept.name_hi.contains(word, autoescape=True),
            Concept.code.istartswith(word, autoescape=True),
            Concept.icd10.istartswith(word, autoescape=True),
        )
        for word in words
    ]
    for word, told in zip(words, named, strict=True):
        query = query.where(or_(told, aliases.icontains(word, autoescape=True)))
    if kind:
        query = query.where(Concept.kind == kind)
    start = " ".join(words)
    begins = or_(
        Concept.name_en.istartswith(start, autoescape=True),
        Concept.name_hi.startswith(start, autoescape=True),
    )
    order = (
        case((begins, 0), (and_(true(), *named), 1), else_=2),
        func.length(Concept.name_en),
        Concept.code,
    )
    return session.scalars(query.order_by(*order).limit(limit)).all()


def add(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(Concept), rows)
