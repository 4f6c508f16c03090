"""The planner's desk asks; the answer follows serving/demand/schema.py."""

from datetime import date, timedelta

import numpy as np
import pytest

from models.demand.predictor import DemandPredictor
from serving.common import ModelRef
from serving.demand.api import answer
from serving.demand.schema import DemandRequest

MODEL = ModelRef(name="demand", version="1")
KEYS = [{"facility_id": "f", "item_id": "a"}, {"facility_id": "f", "item_id": "b"}]


def ask(histories, freq="W", horizon=3, keys=KEYS):
    request = DemandRequest(series=keys, freq=freq, horizon=horizon)
    return answer(DemandPredictor({}), request, histories, MODEL)


def test_forecasts_come_in_the_order_asked_and_go_on_from_the_history():
    monday = date(2024, 1, 1)
    made = ask({("f", "b"): (monday, [1.0, 5.0, 3.0]), ("f", "a"): (monday, [9.0] * 5)})
    assert [s.item_id for s in made.forecasts] == ["a", "b"]
    assert made.forecasts[0].history_until == monday
    assert [p.ds for p in made.forecasts[0].points] == [
        monday + timedelta(7 * n) for n in (1, 2, 3)
    ]
    assert made.forecasts[0].points[0].mean == pytest.approx(9)
    for point in made.forecasts[1].points:
        assert point.quantiles == sorted(point.quantiles)


def test_a_series_nobody_knows_has_no_points():
    made = ask({("f", "a"): (date(2024, 1, 1), [2.0])})
    assert made.forecasts[1].history_until is None
    assert made.forecasts[1].points == []
    assert len(made.forecasts[0].points) == 3


def test_days_are_summed_to_whole_weeks_and_months():
    # to Wednesday 2024-03-06: whole weeks end on Sunday the 3rd, whole months with February
    until, days = date(2024, 3, 6), 80
    daily = {("f", "a"): (until, [1.0] * days, "D")}
    week = ask(daily, "W", keys=KEYS[:1]).forecasts[0]
    assert week.history_until == date(2024, 2, 26)
    assert week.points[0].ds == date(2024, 3, 4)
    assert week.points[0].mean == pytest.approx(7)
    month = ask(daily, "M", keys=KEYS[:1]).forecasts[0]
    assert month.history_until == date(2024, 2, 1)
    assert month.points[0].mean == pytest.approx(30, abs=1)


def test_months_cannot_be_told_by_the_week():
    made = ask({("f", "a"): (date(2024, 1, 1), [4.0, 4.0], "M")}, "W", keys=KEYS[:1])
    assert made.forecasts[0].points == []


def test_an_unreported_day_leaves_its_week_unknown():
    days = [2.0] * 28
    days[3] = float("nan")
    made = ask({("f", "a"): (date(2024, 1, 28), days, "D")}, keys=KEYS[:1])
    assert np.isclose(made.forecasts[0].points[0].mean, 14)
