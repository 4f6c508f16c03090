"""Forecast and suggested order: what the planner's desk asks, and what was decided on it."""

from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from records_api.advice import service as advice
from records_api.advice.schemas import Reason
from records_api.advice.tables import Advice
from records_api.core.context import Context
from records_api.core.errors import Invalid, ModelUnavailable
from records_api.facilities import repository as facilities
from records_api.pharmacy import repository, rules, service
from records_api.pharmacy.schemas import Use
from serving.common import ModelRef
from serving.demand.schema import QUANTILES, DemandAnswer, DemandRequest, ForecastPoint, SeriesKey

Freq = Literal["D", "W", "M"]
FALLBACK = "mean of the last periods"
SHOWN = {"D": 120, "W": 104, "M": 36}  # periods of use that are shown before the forecast


class Forecaster(Protocol):
    """What is needed of the model service."""

    def demand(self, request: DemandRequest) -> DemandAnswer: ...


class ForecastQuery(BaseModel):
    """How far to look, and how the facility orders."""

    model_config = ConfigDict(extra="forbid")

    freq: Freq = Field(default="W", description="day, week or month")
    horizon: int = Field(default=8, ge=1, le=52, description="periods ahead")
    lead_days: int = Field(default=14, ge=0, le=180, description="from order to delivery")
    review_days: int = Field(default=28, ge=1, le=180, description="from one order to the next")
    service_level: float = Field(
        default=0.9, ge=0.5, le=0.975, description="share of order cycles without a stock-out"
    )
    on_order: float = Field(default=0, ge=0, le=1e9, description="ordered, not yet delivered")


class ForecastOut(BaseModel):
    """The fan, what was used before it, and what to order. `degraded`: the plain method answered."""

    model_config = ConfigDict(protected_namespaces=())

    advice_id: str
    facility_id: str
    item_id: str
    unit: str
    model: str
    model_version: str | None
    degraded: bool
    freq: Freq
    history_until: date | None
    quantile_levels: list[float] = list(QUANTILES)
    points: list[ForecastPoint]
    used: list[Use]
    on_hand: Decimal
    days_of_cover: float | None
    service_level: float = Field(
        description="the forecast's quantile at or above the one asked for"
    )
    order_up_to: float
    suggested_order: int


class OrderDecision(BaseModel):
    """What the planner orders: the suggestion, another quantity, or nothing now."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"decision": "changed", "quantity": 400, "reason": "Festival week, clinic closed"}
            ]
        },
    )

    decision: Literal["accepted", "changed", "rejected"]
    quantity: int | None = Field(default=None, ge=0, le=1_000_000_000)
    reason: Reason | None = None


def forecast(
    ctx: Context, models: Forecaster, facility_id: str, item_id: str, query: ForecastQuery
) -> ForecastOut:
    """Ask the model, or else the plain method, and suggest an order. The answer is kept."""
    facilities.get(ctx.session, facility_id)
    item = repository.item(ctx.session, item_id)
    day = service.today(ctx, facility_id)
    lots = repository.batches(ctx.session, facility_id, item_id)
    on_hand = sum(
        (b.on_hand for b in lots if b.expires_on is None or b.expires_on >= day), Decimal(0)
    )
    horizon = max(query.horizon, min(52, ceil(_protected(query))))
    request = DemandRequest(
        series=[SeriesKey(facility_id=facility_id, item_id=item_id)],
        freq=query.freq,
        horizon=horizon,
    )
    ctx.session.commit()  # no transaction stays open while the model thinks
    model, until, points = _ask(models, request)
    weekday = points[0].ds.weekday() if points else 0
    used = service.use(ctx, facility_id, item_id, query.freq, SHOWN[query.freq], weekday)
    if not points:
        until, points = _plain(used, query.freq, horizon, day)
    level = min(q for q in QUANTILES if q >= query.service_level)
    means = [point.mean for point in points]
    goal = rules.order_up_to(
        means, [point.quantiles[QUANTILES.index(level)] for point in points], _protected(query)
    )
    out = ForecastOut(
        advice_id="",
        facility_id=facility_id,
        item_id=item_id,
        unit=item.unit,
        model=model.name if model else FALLBACK,
        model_version=model.version if model else None,
        degraded=model is None,
        freq=query.freq,
        history_until=until,
        points=points,
        used=used,
        on_hand=on_hand,
        days_of_cover=rules.days_of_cover(float(on_hand), means, rules.PERIOD_DAYS[query.freq]),
        service_level=level,
        order_up_to=round(goal, 3),
        suggested_order=rules.suggested_order(goal, float(on_hand), query.on_order),
    )
    kept = advice.keep(
        ctx,
        "demand",
        f"{facility_id}|{item_id}",
        out.model_dump(mode="json", exclude={"advice_id", "used"}),
        model=model or FALLBACK,
        inputs={"request": request.model_dump(mode="json"), "order": query.model_dump(mode="json")},
    )
    return out.model_copy(update={"advice_id": kept.id})


def _protected(query: ForecastQuery) -> float:
    """Periods that an order must last: until the delivery of the next one."""
    return (query.lead_days + query.review_days) / rules.PERIOD_DAYS[query.freq]


def _ask(
    models: Forecaster, request: DemandRequest
) -> tuple[ModelRef | None, date | None, list[ForecastPoint]]:
    """The model's points; none when it does not answer or does not know this shelf."""
    try:
        answer = models.demand(request)
    except ModelUnavailable:
        return None, None, []
    for series in answer.forecasts:
        if series.points and all(len(p.quantiles) == len(QUANTILES) for p in series.points):
            return answer.model, series.history_until, series.points
    return None, None, []


def _plain(
    used: list[Use], freq: Freq, horizon: int, today: date
) -> tuple[date | None, list[ForecastPoint]]:
    recent = [float(row.requested) for row in used[-rules.RECENT[freq] :]]
    mean, quantiles = rules.naive(recent, QUANTILES)
    until = used[-1].ds if used else None
    start = until or rules.period_start(today, freq) - timedelta(days=1)
    points = []
    for _ in range(horizon):
        start = rules.next_period(start, freq)
        points.append(ForecastPoint(ds=start, mean=mean, quantiles=quantiles))
    return until, points


def decide_order(ctx: Context, advice_id: str, data: OrderDecision) -> Advice:
    """Keep what is ordered. The quantity stands before the reason, for whoever learns from it."""
    if data.decision == "changed" and data.quantity is None:
        raise Invalid("Say how much is ordered instead.", field="quantity")
    if data.decision != "changed" and data.quantity is not None:
        raise Invalid("Only a changed order has a quantity of its own.", field="quantity")
    reason = data.reason
    if data.decision == "changed" and reason is not None:
        reason = f"{data.quantity}: {reason}"[:500]
    return advice.decide(ctx, advice_id, data.decision, reason)
