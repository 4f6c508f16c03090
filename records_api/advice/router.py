from typing import Annotated

from fastapi import APIRouter, Query

from records_api.advice import service
from records_api.advice.permissions import Decider
from records_api.advice.schemas import AdviceOut, Capability, DecisionIn
from records_api.advice.tables import Advice
from records_api.core.auth import SignedIn
from records_api.core.edge import UnitOfWork

router = APIRouter(prefix="/api/advice", tags=["advice"], route_class=UnitOfWork)


@router.get("", response_model=list[AdviceOut])
def mine(
    ctx: SignedIn,
    capability: Capability | None = None,
    subject_id: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[Advice]:
    """What models answered you, or were asked about you, newest first."""
    return list(service.mine(ctx, capability, subject_id, limit))


@router.get("/{advice_id}", response_model=AdviceOut)
def read(ctx: SignedIn, advice_id: str) -> Advice:
    """One answer of a model, and what was decided on it."""
    return service.read(ctx, advice_id)


@router.post("/{advice_id}/decision", response_model=AdviceOut)
def decide(ctx: Decider, advice_id: str, data: DecisionIn) -> Advice:
    """Accept a model's answer, or reject it and say why. An identity check is decided at its own address."""
    return service.decide(ctx, advice_id, data.decision, data.reason)
