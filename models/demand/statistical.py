"""Baselines, one series at a time: SeasonalNaive, AutoETS, Theta and Croston of statsforecast.

A series a model cannot be fitted to (too short, constant) gets the weighted past instead.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.demand.empirical import empirical
from models.demand.frequency import SEASON
from models.demand.panel import Panel
from models.demand.quantiles import QUANTILES

Array = NDArray[np.float64]
Pair = tuple[Array, Array]  # mean [N, H], quantiles [N, H, Q]

# central intervals (per cent) whose ends are the quantiles
_WIDTH = [round(abs(2 * q - 1) * 100) for q in QUANTILES]
_SIDE = ["lo" if q < 0.5 else "hi" for q in QUANTILES]

NAMES = ("seasonal_naive", "ets", "theta", "croston")
LONGEST_SEASON = 24  # AutoETS takes no longer one


def _model(name: str, season: int) -> Any:
    from statsforecast import models  # 4 s to import: only who asks for it pays

    if name == "seasonal_naive":
        return models.SeasonalNaive(season_length=season)
    if name == "ets":
        return models.AutoETS(season_length=season if season <= LONGEST_SEASON else 1)
    if name == "theta":
        return models.DynamicOptimizedTheta(season_length=season)
    if name == "croston":
        return models.CrostonOptimized()
    raise ValueError(f"no statistical model {name!r}; there are {', '.join(NAMES)}")


def statistical(
    name: str, panel: Panel, horizon: int, progress: Callable[[float], None] | None = None
) -> Pair:
    """Forecast every series with one model; quantiles are its intervals, never below 0."""
    mean, quantiles = empirical(panel, horizon)
    for row, values in enumerate(panel.values):
        y = filled(values)
        if len(y) < 3 or not y.any():
            continue
        cycles = 1 if name == "seasonal_naive" else 2
        season = SEASON[panel.freq] if len(y) > cycles * SEASON[panel.freq] + 1 else 1
        made = _one(_model(name, season), y, horizon)
        if made is not None:
            mean[row], quantiles[row] = made
        if progress and row % 50 == 0:
            progress(row / len(panel))
    return mean, quantiles


def filled(values: Array) -> Array:
    """From the first known period on, unknown ones as the known one before."""
    known = np.isfinite(values)
    if not known.any():
        return values[:0]
    last = np.maximum.accumulate(np.where(known, np.arange(len(values)), 0))
    return np.asarray(values[last][known.argmax() :])


def _one(model: Any, y: Array, horizon: int) -> Pair | None:
    levels = sorted({w for w in _WIDTH if w})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if type(model).__name__ == "CrostonOptimized":
                return _conformal(model, y, horizon)
            made = model.forecast(y, horizon, level=levels)
    except Exception:  # the optimisers fail in many ways; the past is then the forecast
        return None
    mean = np.asarray(made["mean"], dtype=float)
    columns = [
        mean if width == 0 else made[f"{side}-{width}"]
        for side, width in zip(_SIDE, _WIDTH, strict=True)
    ]
    quantiles = np.sort(np.maximum(np.stack(columns, axis=-1), 0), axis=-1)
    if not (np.isfinite(mean).all() and np.isfinite(quantiles).all()):
        return None
    return np.maximum(mean, 0), quantiles


def _conformal(model: Any, y: Array, horizon: int) -> Pair | None:
    """Croston has no intervals: the errors it made one step ahead around its flat forecast."""
    level = float(model.forecast(y, 1)["mean"][0])
    start = max(3, len(y) - 24)
    errors = [
        y[t] - float(model.forecast(y[:t], 1)["mean"][0])
        for t in range(start, len(y))
        if y[:t].any()
    ]
    if len(errors) < 3 or not np.isfinite(errors).all():
        return None
    quantiles = np.maximum(level + np.quantile(errors, QUANTILES), 0)
    return np.full(horizon, max(level, 0.0)), np.repeat(quantiles[None], horizon, axis=0)
