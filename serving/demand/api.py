"""A request and what the feature store knows, to an answer. Pure: the service wires it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from models.demand.frame import dates
from models.demand.frequency import EPOCH_MONTH, MAX_HISTORY
from models.demand.panel import Panel
from models.demand.predictor import DemandPredictor
from serving.common import ModelRef
from serving.demand.schema import DemandAnswer, DemandRequest, ForecastPoint, SeriesForecast

# (last period, use by period oldest first, frequency of these: the request's if left out)
History = Sequence[Any]
MONDAY = 4  # days after the Thursday that 1970-01-01 was


def answer(
    predictor: DemandPredictor,
    request: DemandRequest,
    histories: Mapping[tuple[str, str], History],
    model: ModelRef,
) -> DemandAnswer:
    """Forecasts in the order asked. Daily histories are summed to whole weeks (from Monday) or
    months where those are asked for; a series without history has no points."""
    freq = request.freq
    known = []
    for series in request.series:
        key = (series.facility_id, series.item_id)
        last, values = _at(freq, histories[key]) if key in histories else (0, np.empty(0))
        known.append((f"{series.facility_id}|{series.item_id}", last, values))
    rows = [i for i, (_, _, values) in enumerate(known) if np.isfinite(values).any()]
    points: dict[int, list[ForecastPoint]] = {}
    until: dict[int, date] = {}
    if rows:
        anchor = np.full(len(rows), MONDAY if freq == "W" else 0)
        panel = Panel.of(freq, [known[i] for i in rows], anchor)
        made = predictor.predict(panel, request.horizon)
        starts = dates(panel, made.ordinal).astype("datetime64[D]").tolist()
        ends = dates(panel, panel.end[:, None]).astype("datetime64[D]").tolist()
        for n, i in enumerate(rows):
            until[i] = ends[n][0]
            points[i] = [
                ForecastPoint(ds=ds, mean=float(mean), quantiles=[float(q) for q in quantiles])
                for ds, mean, quantiles in zip(
                    starts[n], made.mean[n], made.quantiles[n], strict=True
                )
            ]
    forecasts = [
        SeriesForecast(
            facility_id=series.facility_id,
            item_id=series.item_id,
            history_until=until.get(i),
            points=points.get(i, []),
        )
        for i, series in enumerate(request.series)
    ]
    return DemandAnswer(model=model, freq=freq, forecasts=forecasts)


def _at(freq: str, history: History) -> tuple[int, np.ndarray[Any, Any]]:
    """The history at a frequency: ordinal of its last whole period, values oldest first."""
    until, given = history[0], np.asarray(history[1], dtype=float)
    native = history[2] if len(history) > 2 else freq
    if until is None or not len(given):
        return 0, given[:0]
    if native == freq:
        return _ordinal(freq, until), given
    if native != "D":
        return 0, given[:0]  # what is counted by the week or month cannot be told finer
    days = [until - timedelta(days=n) for n in range(len(given))][::-1]
    days, given = days[-MAX_HISTORY["D"] :], given[-MAX_HISTORY["D"] :]
    ordinal = np.array([_ordinal(freq, day) for day in days])
    after = _ordinal(freq, until + timedelta(days=1))
    before = _ordinal(freq, days[0] - timedelta(days=1))
    whole = (ordinal < after) & (ordinal > before)
    if not whole.any():
        return 0, given[:0]
    first, last = int(ordinal[whole][0]), int(ordinal[whole][-1])
    # a day that nobody reported leaves its week unknown
    return last, np.bincount(
        ordinal[whole] - first, weights=given[whole], minlength=last - first + 1
    )


def _ordinal(freq: str, day: date) -> int:
    if freq == "M":
        return EPOCH_MONTH + (day.year - 1970) * 12 + day.month - 1
    days = (day - date(1970, 1, 1)).days
    return days if freq == "D" else (days - MONDAY) // 7
