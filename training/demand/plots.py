"""Figures of a training run: loss by distance, calibration, and forecasts as fans."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from models.demand.panel import Panel
from models.demand.quantiles import MEDIAN, QUANTILES, weighted_quantile_loss
from training.demand.evaluate import Pair, calibration

Array = NDArray[np.float64]


def figures(past: Panel, y: Array, forecasts: Mapping[str, Pair]) -> dict[str, Figure]:
    """By file name, without its ending."""
    return {
        "loss_by_distance": _loss(y, forecasts),
        "calibration": _calibration(y, forecasts),
        "fans": _fans(past, y, forecasts["model"][1]),
    }


def _loss(y: Array, forecasts: Mapping[str, Pair]) -> Figure:
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    ahead = np.arange(1, y.shape[1] + 1)
    for name, (_, quantiles) in forecasts.items():
        loss = [weighted_quantile_loss(y[:, [h]], quantiles[:, [h]]) for h in range(y.shape[1])]
        axes.plot(ahead, loss, marker="o", label=name.replace("_", " "))
    axes.set(xlabel="periods ahead", ylabel="weighted quantile loss", ylim=(0, None))
    axes.legend()
    return figure


def _calibration(y: Array, forecasts: Mapping[str, Pair]) -> Figure:
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    for name, (_, quantiles) in forecasts.items():
        axes.plot(QUANTILES, calibration(y, quantiles), marker="o", label=name.replace("_", " "))
    axes.set(xlabel="quantile", ylabel="share of periods at or below it")
    axes.legend()
    return figure


def _fans(past: Panel, y: Array, quantiles: Array, count: int = 6, seen: int = 36) -> Figure:
    figure = Figure(figsize=(9, 6), layout="constrained")
    use = np.nansum(past.values, axis=1)
    use = np.where(np.isfinite(y).any(axis=1), use, 0.0)
    ranked = np.argsort(-use, kind="stable")[: max(1, int((use > 0).sum()))]
    chosen = ranked[np.linspace(0, len(ranked) - 1, min(count, len(ranked))).astype(int)]
    horizon = np.arange(1, y.shape[1] + 1)
    for axes, row in zip(figure.subplots(2, count // 2).flat, chosen, strict=False):
        history = past.values[row, -seen:]
        axes.plot(np.arange(1 - len(history), 1), history, color="black", linewidth=1)
        for low in range(MEDIAN):
            band = quantiles[row, :, low], quantiles[row, :, -1 - low]
            axes.fill_between(horizon, *band, color="tab:blue", alpha=0.15, linewidth=0)
        axes.plot(horizon, quantiles[row, :, MEDIAN], color="tab:blue")
        axes.plot(horizon, y[row], color="tab:red", marker="o", linestyle="none", markersize=3)
        axes.set_title(past.ids[row], fontsize=8)
    return figure
