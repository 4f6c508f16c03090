"""Demand forecast: what the planner's desk asks, and what it gets."""

from datetime import date
from typing import Literal

from pydantic import Field

from serving.common import Message, ModelRef

QUANTILES = (0.025, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.975)


class SeriesKey(Message):
    facility_id: str
    item_id: str


class DemandRequest(Message):
    """Up to 500 facility-items; their history is read from the online feature store."""

    series: list[SeriesKey] = Field(min_length=1, max_length=500)
    freq: Literal["D", "W", "M"] = "W"
    horizon: int = Field(ge=1, le=52, description="periods ahead")


class ForecastPoint(Message):
    """Use in one period, in the item's unit."""

    ds: date = Field(description="first day of the period")
    mean: float = Field(ge=0)
    quantiles: list[float] = Field(description="at QUANTILES, never falling")


class SeriesForecast(Message):
    facility_id: str
    item_id: str
    history_until: date | None = Field(description="last period the model saw; null: none known")
    points: list[ForecastPoint]


class DemandAnswer(Message):
    model: ModelRef
    freq: Literal["D", "W", "M"]
    forecasts: list[SeriesForecast]
