from typing import Annotated

from fastapi import APIRouter, Body, Query

from records_api.advice.schemas import AdviceOut
from records_api.advice.tables import Advice
from records_api.core.auth import SignedIn
from records_api.core.edge import UnitOfWork
from records_api.core.models import Models
from records_api.pharmacy import forecasting, repository, service
from records_api.pharmacy.forecasting import ForecastOut, ForecastQuery, Freq, OrderDecision
from records_api.pharmacy.permissions import (
    Dispenser,
    ListEditor,
    Planner,
    StockReader,
    Storekeeper,
)
from records_api.pharmacy.schemas import (
    AdjustIn,
    BatchOut,
    DispenseIn,
    DispenseOut,
    ItemIn,
    ItemOut,
    MovementOut,
    ReceiveIn,
    StockLine,
    TransferIn,
    Use,
)
from records_api.pharmacy.tables import Batch, Dispense, Item, Movement

router = APIRouter(prefix="/api", tags=["pharmacy"], route_class=UnitOfWork)


@router.get("/items", response_model=list[ItemOut])
def items(
    ctx: SignedIn,
    text: Annotated[str, Query(max_length=100, examples=["paracetamol"])] = "",
    atc: Annotated[str, Query(max_length=10, examples=["N02"])] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> list[Item]:
    """Find medicines and supplies by words of their name, code, or ATC group."""
    return list(service.find_items(ctx, text, atc, limit))


@router.post("/items", response_model=list[ItemOut])
def add_items(
    ctx: ListEditor, data: Annotated[list[ItemIn], Body(min_length=1, max_length=5000)]
) -> list[Item]:
    """Add medicines and supplies to the list, or correct them by code."""
    mine = [item.model_copy(update={"id": None}) for item in data]  # ids are ours
    ids = service.add_items(ctx, mine)
    return list(repository.items(ctx.session, ids.values()).values())


@router.get("/items/{item_id}", response_model=ItemOut)
def item(ctx: SignedIn, item_id: str) -> Item:
    """Read an item of the list."""
    return repository.item(ctx.session, item_id)


@router.get("/facilities/{facility_id}/stock", response_model=list[StockLine])
def stock(ctx: StockReader, facility_id: str) -> list[StockLine]:
    """What a facility has of each item, and for how many days it will do."""
    return service.stock(ctx, facility_id)


@router.get("/facilities/{facility_id}/items/{item_id}/batches", response_model=list[BatchOut])
def batches(ctx: StockReader, facility_id: str, item_id: str) -> list[Batch]:
    """The batches of an item at a facility."""
    return list(repository.batches(ctx.session, facility_id, item_id))


@router.get("/facilities/{facility_id}/items/{item_id}/movements", response_model=list[MovementOut])
def movements(
    ctx: StockReader,
    facility_id: str,
    item_id: str,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[Movement]:
    """The stock ledger of an item, newest first."""
    return list(service.movements(ctx, facility_id, item_id, limit))


@router.get("/facilities/{facility_id}/items/{item_id}/use", response_model=list[Use])
def use(
    ctx: StockReader,
    facility_id: str,
    item_id: str,
    freq: Freq = "W",
    periods: Annotated[int, Query(ge=1, le=520)] = 52,
) -> list[Use]:
    """What was asked for and given in each of the last full periods."""
    return service.use(ctx, facility_id, item_id, freq, periods)


@router.post("/facilities/{facility_id}/deliveries", status_code=201, response_model=BatchOut)
def receive(ctx: Storekeeper, facility_id: str, data: ReceiveIn) -> Batch:
    """Take in a delivery of one batch."""
    return service.receive(ctx, facility_id, data)


@router.post("/batches/{batch_id}/adjust", response_model=BatchOut)
def adjust(ctx: Storekeeper, batch_id: str, data: AdjustIn) -> Batch:
    """Correct what a batch holds, and say why."""
    return service.adjust(ctx, batch_id, data)


@router.post("/batches/{batch_id}/transfer", response_model=BatchOut)
def transfer(ctx: Storekeeper, batch_id: str, data: TransferIn) -> Batch:
    """Send part of a batch to another facility."""
    return service.transfer(ctx, batch_id, data)


@router.post("/facilities/{facility_id}/expire", response_model=list[MovementOut])
def expire(ctx: Storekeeper, facility_id: str) -> list[Movement]:
    """Write off every batch of a facility that has expired."""
    return service.expire(ctx, facility_id)


@router.post("/facilities/{facility_id}/dispenses", status_code=201, response_model=DispenseOut)
def dispense(ctx: Dispenser, facility_id: str, data: DispenseIn) -> Dispense:
    """Supply an item, soonest expiry first. What stock does not meet is kept as demand."""
    return service.dispense(ctx, facility_id, data)


@router.get("/facilities/{facility_id}/items/{item_id}/forecast", response_model=ForecastOut)
def forecast(
    ctx: Planner,
    models: Models,
    facility_id: str,
    item_id: str,
    query: Annotated[ForecastQuery, Query()],
) -> ForecastOut:
    """Forecast the use of an item, and suggest an order. `degraded` says the plain method answered."""
    return forecasting.forecast(ctx, models, facility_id, item_id, query)


@router.post("/forecasts/{advice_id}/decision", response_model=AdviceOut)
def decide(ctx: Planner, advice_id: str, data: OrderDecision) -> Advice:
    """Order what was suggested, another quantity, or nothing."""
    return forecasting.decide_order(ctx, advice_id, data)
