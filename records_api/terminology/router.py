from typing import Annotated

from fastapi import APIRouter, Body, Query

from records_api.core.auth import SignedIn
from records_api.core.edge import UnitOfWork
from records_api.terminology import repository, service
from records_api.terminology.permissions import Editor
from records_api.terminology.schemas import ConceptIn, ConceptOut, Counts, Kind
from records_api.terminology.tables import Concept

router = APIRouter(prefix="/api/concepts", tags=["terminology"], route_class=UnitOfWork)


@router.get("", response_model=list[ConceptOut])
def search(
    ctx: SignedIn,
    text: Annotated[str, Query(min_length=1, max_length=100, examples=["fever", "बुखार"])],
    kind: Kind | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[Concept]:
    """Find findings and conditions by words of their name in English or Hindi, code or ICD-10."""
    return list(service.search(ctx, text, kind, limit))


@router.get("/{code}", response_model=ConceptOut)
def read(ctx: SignedIn, code: str) -> Concept:
    """Read a finding or condition."""
    return repository.get(ctx.session, code)


@router.post("", response_model=Counts)
def add(
    ctx: Editor, data: Annotated[list[ConceptIn], Body(min_length=1, max_length=5000)]
) -> Counts:
    """Add findings and conditions, or correct them by code."""
    return service.add_many(ctx, data, source="desk")
