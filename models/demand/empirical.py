"""Forecasts that are the past itself, weighted: good for intermittent items and short histories."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.demand.frequency import SEASON
from models.demand.panel import Panel
from models.demand.quantiles import QUANTILES

Array = NDArray[np.float64]
MEMORY = {"D": 56.0, "W": 13.0, "M": 9.0}  # periods after which a past period counts half
OTHER_DAY = 0.1  # what another weekday counts


def weighted_quantiles(x: Array, weight: Array, levels: Sequence[float]) -> Array:
    """Weighted quantiles over the last axis: x, weight [..., L] -> [..., len(levels)].

    Linear between the midpoints of the weights; 0 where all weights are 0.
    """
    order = np.argsort(np.where(weight > 0, x, np.inf), axis=-1)
    xs = np.take_along_axis(x, order, axis=-1)
    ws = np.take_along_axis(weight, order, axis=-1)
    total = ws.sum(axis=-1, keepdims=True)
    middle = (np.cumsum(ws, axis=-1) - 0.5 * ws) / np.where(total > 0, total, 1.0)
    middle = np.where(ws > 0, middle, 2.0)
    last = np.maximum((ws > 0).sum(axis=-1) - 1, 0)
    out = []
    for level in levels:
        hi = np.minimum((middle < level).sum(axis=-1), last)
        lo = np.maximum(hi - 1, 0)
        at = [
            np.take_along_axis(a, i[..., None], axis=-1)[..., 0]
            for a in (middle, xs)
            for i in (lo, hi)
        ]
        gap = at[1] - at[0]
        share = np.clip((level - at[0]) / np.where(gap > 0, gap, 1.0), 0, 1)
        out.append(at[2] + share * (at[3] - at[2]))
    return np.where(total > 0, np.stack(out, axis=-1), 0.0)


def empirical(panel: Panel, horizon: int) -> tuple[Array, Array]:
    """The weighted past as forecast: mean [N, horizon], quantiles [N, horizon, Q].

    Recent periods count more, and of days the same weekday: the non-parametric forecaster NPTS
    (Alexandrov et al. 2020, JMLR 21(116)).
    """
    season = SEASON[panel.freq]
    width = panel.values.shape[1]
    known = np.isfinite(panel.values)
    x = np.where(known, panel.values, 0.0)
    age = np.arange(width - 1, -1, -1)
    recent = 0.5 ** (age / MEMORY[panel.freq])
    mean = np.empty((len(panel), horizon))
    quantiles = np.empty((len(panel), horizon, len(QUANTILES)))
    cycle = season if panel.freq == "D" else 1
    for phase in range(min(cycle, horizon)):
        same = (age + phase + 1) % cycle == 0
        weight = known * recent * np.where(same, 1.0, OTHER_DAY)
        total = weight.sum(axis=1)
        level = (x * weight).sum(axis=1) / np.where(total > 0, total, 1.0)
        mean[:, phase::cycle] = level[:, None]
        quantiles[:, phase::cycle] = weighted_quantiles(x, weight, QUANTILES)[:, None]
    return mean, quantiles
