"""A frame of series to a measured predictor. Pure: reads and writes nothing."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from models.demand.build import BuildSettings, build, refit
from models.demand.frame import read
from models.demand.panel import Panel
from models.demand.predictor import DemandPredictor, Fitted
from training.demand import card, evaluate, plots

HORIZON = {"D": 28, "W": 8, "M": 3}  # held back at the end, to measure on
REACH = {"D": 28, "W": 13, "M": 6}  # what the network forecasts directly
MOST_SCORED = 60_000  # known values before the test of the series that are scored, drawn at random


@dataclass(frozen=True)
class TrainSettings:
    horizon: int | None = None  # periods to measure on; None: HORIZON of the frequency
    reach: int | None = None  # None: REACH of the frequency
    build: BuildSettings = field(default_factory=lambda: BuildSettings(most_steps=800))


QUICK = TrainSettings(build=BuildSettings(fewest_steps=60, most_steps=150))


@dataclass(frozen=True)
class Trained:
    """A predictor fitted on everything, and what its like, fitted without the test, measured."""

    predictor: DemandPredictor
    metrics: dict[str, float]
    table: pd.DataFrame  # forecaster x figure
    plots: dict[str, Any]  # name -> matplotlib figure
    card: str
    notes: list[str]


def fit(
    frame: pd.DataFrame,
    freq: str,
    settings: TrainSettings | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Trained:
    """Fit on series (unique_id, ds, y, stockout?, static columns?) of one frequency.

    The last `horizon` periods by the calendar are the test: nothing is fitted or chosen on them.
    What serves is then fitted on to the end. Raises ValueError where nothing can be held back.
    """
    use = settings or TrainSettings()
    horizon = use.horizon or HORIZON[freq]
    reach = max(horizon, use.reach or REACH[freq])
    reading = read(frame, freq)
    panel = reading.panel.aligned()
    past, y, unscored = _split(panel, horizon)
    tested = build(past, reach, use.build, held=_held(past, horizon), progress=progress)
    rows = _scored(past, use.build.fit.seed)
    scored, truth = past.take(rows), y[rows]
    forecasts = evaluate.compare(DemandPredictor({freq: tested}), scored, truth, progress)
    table = evaluate.measure(scored, truth, forecasts)
    figures = evaluate.metrics(table)
    final = refit(tested, panel, use.build, use.build.again, progress)
    about = {"settings": asdict(use), "freq": freq, "horizon": horizon, "metrics": figures}
    return Trained(
        predictor=DemandPredictor({freq: final}, about),
        metrics=figures,
        table=table,
        plots=plots.figures(scored, truth, forecasts),
        card=card.write(tested, scored, horizon, table, unscored),
        notes=reading.notes,
    )


def joined(first: Trained, others: list[Trained]) -> DemandPredictor:
    """One predictor for several frequencies; what is said about it is said of the first."""
    fitted: dict[str, Fitted] = {}
    for trained in [*reversed(others), first]:
        fitted.update(trained.predictor.fitted)
    return replace(first.predictor, fitted=fitted)


def _split(panel: Panel, horizon: int) -> tuple[Panel, "np.ndarray[Any, Any]", int]:
    """What was known before the last `horizon` periods, what came, and how many have no past."""
    if panel.values.shape[1] <= 2 * horizon:
        raise ValueError(
            f"the longest series has {panel.values.shape[1]} periods: "
            f"more than {2 * horizon} are needed to hold {horizon} back"
        )
    past, y = panel.cut(horizon)
    later = np.isfinite(y).any(axis=1)
    rows = np.nonzero(later & (past.known() > 0))[0]
    if not len(rows):
        raise ValueError(f"no series reports both before and in the last {horizon} periods")
    # series that ended earlier still teach; they are kept out of the score by having no truth
    teach = np.nonzero(past.known() > 0)[0]
    return past.take(teach), y[teach], int((later & (past.known() == 0)).sum())


def _scored(past: Panel, seed: int) -> "np.ndarray[Any, Any]":
    """All series, or as many as the slowest baseline has time for."""
    order = np.random.default_rng(seed).permutation(len(past))
    many = int((np.cumsum(past.known()[order]) <= MOST_SCORED).sum())
    return np.sort(order[: max(many, 1)])


def _held(past: Panel, horizon: int) -> int:
    return min(horizon, max(1, int(past.values.shape[1]) // 4))
