"""The planner's desk: forecast, fallback, suggested order, and what was decided."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text

from records_api.advice.tables import Advice
from records_api.core.context import Context
from records_api.core.db import Database
from records_api.core.errors import ModelUnavailable
from records_api.pharmacy.forecasting import FALLBACK
from records_api.pharmacy.ledger import Entry, record_ledger_many
from serving.common import ModelRef
from serving.demand.schema import (
    QUANTILES,
    DemandAnswer,
    DemandRequest,
    ForecastPoint,
    SeriesForecast,
)

from .conftest import City


class FakeModels:
    """Forecasts ten a period; can be switched off, and notes what it was asked."""

    down = False
    unknown = False

    def __init__(self) -> None:
        self.asked: list[DemandRequest] = []
        self.during: Callable[[], None] = lambda: None

    def demand(self, request: DemandRequest) -> DemandAnswer:
        self.asked.append(request)
        self.during()
        if self.down:
            raise ModelUnavailable("The {capability} model does not answer.", capability="demand")
        points = [
            ForecastPoint(
                ds=date(2024, 7, 3) + timedelta(weeks=n),
                mean=10,
                quantiles=[10 + 10 * (q - 0.5) for q in QUANTILES],
            )
            for n in range(request.horizon)
        ]
        series = SeriesForecast(
            facility_id=request.series[0].facility_id,
            item_id=request.series[0].item_id,
            history_until=None if self.unknown else date(2024, 6, 26),
            points=[] if self.unknown else points,
        )
        model = ModelRef(name="demand", version="3")
        return DemandAnswer(model=model, freq=request.freq, forecasts=[series])

    def close(self) -> None: ...


@pytest.fixture
def models() -> FakeModels:
    return FakeModels()


@pytest.fixture
def history(city: City, ctx: Callable[..., Context]) -> None:
    """100 in stock, and eight weeks in which 7 a week were asked for."""
    acting = ctx("system")
    monday = datetime.now(UTC).replace(hour=6) - timedelta(days=datetime.now(UTC).weekday())
    entries = [
        Entry("receive", city.facility, city.item, monday - timedelta(days=70), Decimal(156))
    ]
    for day in range(56, 0, -1):
        entries.append(
            Entry("dispense", city.facility, city.item, monday - timedelta(days=day), Decimal(1))
        )
    record_ledger_many(acting, entries)
    acting.session.commit()


@pytest.fixture
def ask(client: Any, city: City, as_actor: Callable[..., Any]) -> Callable[..., Any]:
    planner = as_actor("planner")

    def call(**query: Any) -> Any:
        return client.get(
            f"/api/facilities/{city.facility}/items/{city.item}/forecast",
            params=query,
            headers=planner,
        )

    return call


def test_model_answers(ask: Callable[..., Any], history: None, database: Database) -> None:
    answer = ask(freq="W", horizon=8, lead_days=14, review_days=28, service_level=0.9).json()
    assert (answer["model"], answer["model_version"], answer["degraded"]) == ("demand", "3", False)
    assert len(answer["points"]) == 8
    # Six weeks of 10 and sqrt(6 · 4²) of safety, less the 100 that lie there: nothing to order.
    assert answer["order_up_to"] == pytest.approx(60 + (6 * 16) ** 0.5, abs=0.001)
    assert (Decimal(answer["on_hand"]), answer["suggested_order"]) == (100, 0)
    assert answer["days_of_cover"] == 70
    with database.transaction() as session:
        kept = session.scalars(select(Advice)).one()
        assert (kept.id, kept.model_version) == (answer["advice_id"], "3")
        assert kept.answer["suggested_order"] == 0


def test_horizon_covers_lead_and_review(ask: Callable[..., Any], history: None) -> None:
    answer = ask(freq="W", horizon=1, lead_days=50, review_days=48, on_order=5).json()
    assert len(answer["points"]) == 14
    # 14 weeks of 10 and sqrt(14 · 4²), less 100 there and 5 coming.
    assert answer["suggested_order"] == 50  # 140 + 14.97 - 105 = 49.97


@pytest.mark.parametrize("fault", ["down", "unknown"])
def test_plain_forecast_says_its_name(
    ask: Callable[..., Any], history: None, models: FakeModels, fault: str
) -> None:
    setattr(models, fault, True)
    answer = ask(freq="W", horizon=4, review_days=14).json()
    assert (answer["degraded"], answer["model"], answer["model_version"]) == (True, FALLBACK, None)
    assert [point["mean"] for point in answer["points"]] == [7.0] * 4
    first, last_used = answer["points"][0]["ds"], answer["used"][-1]["ds"]
    assert date.fromisoformat(first) - date.fromisoformat(last_used) == timedelta(days=7)


def test_no_history_and_no_model_is_no_error(ask: Callable[..., Any], models: FakeModels) -> None:
    models.down = True
    answer = ask(freq="M").json()
    assert answer["history_until"] is None
    assert {point["mean"] for point in answer["points"]} == {0.0}
    assert (answer["days_of_cover"], answer["suggested_order"]) == (None, 0)


def test_nothing_is_locked_while_the_model_thinks(
    ask: Callable[..., Any], history: None, models: FakeModels, database: Database
) -> None:
    def somebody_writes() -> None:
        with database.transaction() as session:
            if session.get_bind().dialect.name == "sqlite":
                session.execute(text("PRAGMA busy_timeout = 100"))
            session.execute(text("UPDATE items SET name = 'changed meanwhile'"))

    models.during = somebody_writes
    assert ask().status_code == 200


def test_used_weeks_begin_where_the_forecasts_do(ask: Callable[..., Any], history: None) -> None:
    answer = ask(freq="W").json()
    days = {date.fromisoformat(row["ds"]).weekday() for row in answer["used"]}
    assert days == {date(2024, 7, 3).weekday()}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"freq": "Y"}, "freq"),
        ({"horizon": 0}, "horizon"),
        ({"horizon": 53}, "horizon"),
        ({"service_level": 0.99}, "service_level"),
        ({"lead_days": -1}, "lead_days"),
        ({"on_order": "inf"}, "on_order"),
    ],
)
def test_wrong_questions_name_the_field(
    ask: Callable[..., Any], query: dict[str, Any], field: str
) -> None:
    answer = ask(**query)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_doctors_do_not_plan(client: Any, city: City, as_actor: Callable[..., Any]) -> None:
    address = f"/api/facilities/{city.facility}/items/{city.item}/forecast"
    assert client.get(address, headers=as_actor("doctor")).status_code == 403


def test_decision_is_kept_with_quantity_and_reason(
    ask: Callable[..., Any], history: None, client: Any, as_actor: Callable[..., Any]
) -> None:
    planner = as_actor("planner")
    address = f"/api/forecasts/{ask().json()['advice_id']}/decision"
    changed = {"decision": "changed", "quantity": 400}
    assert client.post(address, json=changed, headers=planner).status_code == 422  # why?
    no_quantity = {"decision": "changed", "reason": "festival week"}
    assert client.post(address, json=no_quantity, headers=planner).status_code == 422
    answer = client.post(address, json={**changed, "reason": "festival week"}, headers=planner)
    assert answer.status_code == 200
    assert (answer.json()["decision"], answer.json()["decision_reason"]) == (
        "changed", "400: festival week",
    )  # fmt: skip
    again = client.post(address, json={"decision": "accepted"}, headers=planner)
    assert again.status_code == 409
