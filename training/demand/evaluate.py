"""What forecasts are worth: the model and both baselines on the same periods, in the same run."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.demand.frequency import SEASON
from models.demand.panel import Panel
from models.demand.predictor import DemandPredictor
from models.demand.quantiles import MEDIAN, QUANTILES, weighted_quantile_loss
from models.demand.statistical import statistical

Array = NDArray[np.float64]
Pair = tuple[Array, Array]  # mean [N, H], quantiles [N, H, Q]
BASELINES = ("seasonal_naive", "ets", "croston")
STATISTICAL = ("ets", "croston")  # the better of them is "the statistical baseline"


def compare(
    predictor: DemandPredictor,
    past: Panel,
    y: Array,
    progress: Callable[[str, float], None] | None = None,
) -> dict[str, Pair]:
    """Forecasts of y [N, H] from the past: by "model" and by each of BASELINES."""
    horizon = y.shape[1]
    made = predictor.predict(past, horizon)
    out = {"model": (made.mean, made.quantiles)}
    for name in BASELINES:
        done = (lambda share, n=name: progress(n, share)) if progress else None
        out[name] = statistical(name, past, horizon, done)
    return out


def measure(past: Panel, y: Array, forecasts: dict[str, Pair]) -> pd.DataFrame:
    """One row per forecaster: wql, wape, mase, coverage80, coverage95, bias.

    wql: 2 * pinball / sum |y|, all periods of all series pooled. wape: of the median, pooled. mase:
    of the median, by the series' own seasonal naive error, averaged over series that have one.
    coverage: share of known periods inside the interval. bias: sum of means / sum of y - 1.
    """
    naive = naive_error(past)
    known = np.isfinite(y)
    total = np.nansum(y)
    rows = []
    for name, (mean, quantiles) in forecasts.items():
        miss = np.abs(y - quantiles[..., MEDIAN])
        own = np.nansum(miss, axis=1) / np.maximum(known.sum(axis=1), 1)
        scored = (naive > 0) & known.any(axis=1)
        rows.append(
            {
                "forecaster": name,
                "wql": weighted_quantile_loss(y, quantiles),
                "wape": float(np.nansum(miss) / total) if total else float("nan"),
                "mase": float((own[scored] / naive[scored]).mean())
                if scored.any()
                else float("nan"),
                "coverage80": _inside(y, quantiles, 0.1, 0.9),
                "coverage95": _inside(y, quantiles, 0.025, 0.975),
                "bias": float((mean * known).sum() / total - 1) if total else float("nan"),
            }
        )
    return pd.DataFrame(rows).set_index("forecaster")


def metrics(table: pd.DataFrame) -> dict[str, float]:
    """The table as names and figures: the model's plain, the baselines' with their name behind."""
    figures: dict[str, dict[str, float]] = table.T.to_dict()  # type: ignore[assignment]
    out = dict(figures["model"])
    for name in BASELINES:
        out.update({f"{k}_{name}": v for k, v in figures[name].items()})
    best = min(STATISTICAL, key=lambda name: figures[name]["wql"])
    out.update({f"{k}_statistical": v for k, v in figures[best].items()})
    return {k: v for k, v in out.items() if np.isfinite(v)}


def naive_error(past: Panel) -> Array:
    """[N] mean absolute seasonal difference of each series, 0 where none is known."""
    season = SEASON[past.freq] if past.values.shape[1] > SEASON[past.freq] else 1
    step = np.abs(past.values[:, season:] - past.values[:, :-season])
    known = np.isfinite(step)
    return np.asarray(np.nansum(step, axis=1) / np.maximum(known.sum(axis=1), 1))


def calibration(y: Array, quantiles: Array) -> Array:
    """[Q] share of known y at or below each quantile."""
    below = (y[..., None] <= quantiles)[np.isfinite(y)]
    return np.asarray(below.mean(axis=0)) if len(below) else np.full(len(QUANTILES), np.nan)


def _inside(y: Array, quantiles: Array, low: float, high: float) -> float:
    lower, upper = (quantiles[..., QUANTILES.index(q)] for q in (low, high))
    known = np.isfinite(y)
    return float(((y >= lower) & (y <= upper))[known].mean()) if known.any() else float("nan")
