"""From stock and forecasts to what the planner's pages show."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from portal.desks.planner.pages import Fan, Forecast, Lot, Shelf, Used
from portal.render import speaker
from portal.texts import source
from records_api.advice import service as advices
from records_api.advice.tables import Advice
from records_api.core.context import Context
from records_api.core.i18n import marked as _
from records_api.drift import service as drifts
from records_api.drift.schemas import DriftOut
from records_api.facilities import service as facilities
from records_api.facilities.tables import Facility
from records_api.pharmacy import repository, service
from records_api.pharmacy.forecasting import SHOWN, ForecastQuery
from records_api.pharmacy.rules import Lot as StockLot
from records_api.pharmacy.rules import usable
from records_api.pharmacy.schemas import StockLine
from records_api.pharmacy.tables import Batch
from serving.demand.schema import QUANTILES, ForecastPoint

PLAIN = _("Plain method: mean of the last periods")
_LOW_DAYS = 14  # days of cover: less than a delivery takes
_MOST = 500
_RANK = {"out": 0, "low": 1, "enough": 2, "idle": 3}
_PLACE = {level: QUANTILES.index(level) for level in (0.025, 0.1, 0.5, 0.9, 0.975)}
_FREQS = ("D", "W", "M")


def drift(ctx: Context) -> DriftOut | None:
    """The newest report, if a planner has to act on it."""
    row = next(iter(drifts.newest(ctx, limit=1)), None)
    told = drifts.told(ctx, row) if row else None
    return told if told and (told.stale or told.level in {"alarm", "failed"}) else None


def with_stock(ctx: Context) -> list[Facility]:
    """Facilities that keep stock, by name; all of them while none does."""
    stocked = set(ctx.session.scalars(select(Batch.facility_id).distinct()))
    every = list(facilities.find(ctx, limit=_MOST))
    return [place for place in every if place.id in stocked] or every


def state(line: StockLine) -> str:
    if line.daily_use == 0:
        return "idle"
    if line.on_hand == 0:
        return "out"
    low = line.days_of_cover is not None and line.days_of_cover < _LOW_DAYS
    return "low" if low else "enough"


def at_risk(ctx: Context, facility_id: str) -> list[Shelf]:
    """What runs out first stands on top."""
    shelves = [Shelf(line, state(line)) for line in service.stock(ctx, facility_id)]
    return sorted(shelves, key=lambda s: (_RANK[s.state], s.item.days_of_cover or 0.0, s.item.name))


def lots(ctx: Context, facility_id: str, item_id: str) -> list[Lot]:
    """What lies on the shelf, first to expire on top."""
    today = service.today(ctx, facility_id)
    rows = [b for b in repository.batches(ctx.session, facility_id, item_id) if b.on_hand > 0]
    rows.sort(key=lambda b: (b.expires_on or date.max, b.number))
    return [
        Lot(
            b.number,
            b.expires_on,
            b.on_hand,
            not usable(StockLot(b.id, b.number, b.expires_on, b.on_hand), today),
        )
        for b in rows
    ]


def usual_freq(ctx: Context, facility_id: str, item_id: str) -> str:
    """Weeks, unless the ledger keeps monthly totals only."""
    weekly = service.use(ctx, facility_id, item_id, "W", 8)
    monthly = weekly or service.use(ctx, facility_id, item_id, "M", 8)
    return "W" if weekly or not monthly else "M"


def history(
    ctx: Context, facility_id: str, item_id: str, freq: str, points: Sequence[ForecastPoint]
) -> list[Used]:
    """Use in periods that begin on the same weekday as those of the forecast."""
    weekday = points[0].ds.weekday() if points else 0
    rows = service.use(ctx, facility_id, item_id, freq, SHOWN[freq], weekday)
    return [Used(row.ds, float(row.requested)) for row in rows]


def newest(ctx: Context, facility_id: str, item_id: str, freq: str) -> Advice | None:
    """The planner's last forecast of this shelf in these periods."""
    rows = advices.mine(ctx, "demand", f"{facility_id}|{item_id}", len(_FREQS))
    return next((row for row in rows if row.answer.get("freq") == freq), None)


def points(advice: Advice | None) -> list[ForecastPoint]:
    return [ForecastPoint.model_validate(p) for p in advice.answer["points"]] if advice else []


def forecast(ctx: Context, advice: Advice, on_hand: Decimal) -> Forecast:
    speak, answer, query = speaker(ctx.language), advice.answer, ForecastQuery()
    return Forecast(
        id=advice.id,
        points=[_fan(point) for point in points(advice)],
        days=answer["days_of_cover"],
        order=answer["suggested_order"],
        covers=query.lead_days + query.review_days,
        certainty=answer["service_level"],
        degraded=advice.degraded,
        stale=Decimal(answer["on_hand"]) != on_hand or advice.asked_at.date() != ctx.now.date(),
        source=source(speak, advice, PLAIN),
        asked_at=advice.asked_at,
        decision=advice.decision,
        decision_reason=advice.decision_reason,
    )


def _fan(point: ForecastPoint) -> Fan:
    at = {level: point.quantiles[place] for level, place in _PLACE.items()}
    return Fan(point.ds, at[0.5], at[0.1], at[0.9], at[0.025], at[0.975])
