"""The planner's desk: what runs out, what will be used, what to order."""

from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response

from portal.desks.planner import views
from portal.desks.planner.pages import ItemPage, ItemsPage
from portal.forms import go, parsed, told
from portal.render import render
from portal.route import PageRoute
from records_api.core.context import Context
from records_api.core.errors import Invalid
from records_api.core.i18n import marked as _
from records_api.core.models import Models
from records_api.facilities import repository as facilities
from records_api.pharmacy import forecasting, repository
from records_api.pharmacy.forecasting import ForecastQuery, OrderDecision
from records_api.pharmacy.permissions import Planner

router = APIRouter(prefix="/planner", route_class=PageRoute)

_Freq = Literal["D", "W", "M"]
_Typed = Annotated[str, Form(max_length=600)]


@router.get("")
def items(
    request: Request, ctx: Planner, facility: Annotated[str, Query(max_length=36)] = ""
) -> Response:
    places = views.with_stock(ctx)
    wanted = facility or ctx.actor.facility_id
    chosen = facilities.get(ctx.session, wanted) if wanted else next(iter(places), None)
    rows = views.at_risk(ctx, chosen.id) if chosen else []
    return render(request, ItemsPage(places, chosen, rows, views.drift(ctx)))


@router.get("/{facility_id}/{item_id}")
def item(
    request: Request, ctx: Planner, facility_id: str, item_id: str, freq: _Freq | None = None
) -> Response:
    return render(request, _item(ctx, facility_id, item_id, freq))


def _item(
    ctx: Context,
    facility_id: str,
    item_id: str,
    freq: str | None,
    errors: dict[str, str] | None = None,
    **typed: str,
) -> ItemPage:
    place = facilities.get(ctx.session, facility_id)
    what = repository.item(ctx.session, item_id)
    freq = freq or views.usual_freq(ctx, facility_id, item_id)
    lots = views.lots(ctx, facility_id, item_id)
    on_hand = sum((lot.on_hand for lot in lots if not lot.expired), start=Decimal(0))
    advice = views.newest(ctx, facility_id, item_id, freq)
    shown = views.forecast(ctx, advice, on_hand) if advice else None
    return ItemPage(
        facility=place,
        item=what,
        freq=freq,
        on_hand=on_hand,
        history=views.history(ctx, facility_id, item_id, freq, views.points(advice)),
        forecast=shown,
        batches=lots,
        quantity=typed.get("quantity", str(shown.order) if shown else ""),
        reason=typed.get("reason", ""),
        errors=errors or {},
    )


@router.post("/{facility_id}/{item_id}/forecast")
def forecast(
    ctx: Planner,
    models: Models,
    facility_id: str,
    item_id: str,
    freq: Annotated[_Freq, Form()] = "W",
) -> Response:
    forecasting.forecast(ctx, models, facility_id, item_id, ForecastQuery(freq=freq))
    return go(f"/planner/{facility_id}/{item_id}?freq={freq}")


@router.post("/{facility_id}/{item_id}/decision")
def decide(
    request: Request,
    ctx: Planner,
    facility_id: str,
    item_id: str,
    advice_id: Annotated[str, Form(max_length=36)],
    freq: Annotated[_Freq, Form()] = "W",
    suggested: Annotated[int, Form(ge=0)] = 0,
    quantity: Annotated[str, Form(max_length=20)] = "",
    reason: _Typed = "",
) -> Response:
    try:
        forecasting.decide_order(ctx, advice_id, _decision(suggested, quantity, reason))
    except Invalid as error:
        ctx.session.rollback()
        errors = told(ctx, error, "quantity", "reason")
        page = _item(ctx, facility_id, item_id, freq, errors, quantity=quantity, reason=reason)
        return render(request, page, 422)
    return go(f"/planner/{facility_id}/{item_id}?freq={freq}&note=decided")


def _decision(suggested: int, quantity: str, reason: str) -> OrderDecision:
    """The suggestion as it stands is accepted; any other quantity is a change, with its reason."""
    digits = quantity.strip()
    if not digits.isdecimal():
        raise Invalid(_("Enter a whole number, 0 if nothing is ordered."), field="quantity")
    if int(digits) == suggested:
        return OrderDecision(decision="accepted")
    return parsed(
        OrderDecision, decision="changed", quantity=int(digits), reason=reason.strip() or None
    )
