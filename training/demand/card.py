"""The model card: what the model is for, what it was measured on, where it must not be trusted."""

import pandas as pd

from models.demand.panel import Panel
from models.demand.predictor import Fitted

_PERIOD = {"D": "days", "W": "weeks", "M": "months"}


def write(fitted: Fitted, past: Panel, horizon: int, table: pd.DataFrame, unscored: int) -> str:
    """Markdown."""
    period = _PERIOD[past.freq]
    shares = "\n".join(
        f"- {group}: " + ", ".join(f"{name} {share:.0%}" for name, share in members.items())
        for group, members in fitted.weights.items()
    )
    header = "| forecaster | " + " | ".join(table.columns) + " |"
    rows = [
        f"| {name} | " + " | ".join(f"{value:.3f}" for value in row) + " |"
        for name, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    figures = "\n".join([header, "|---" * (len(table.columns) + 1) + "|", *rows])
    return f"""# Demand forecast

Use of an item at a facility, {period} ahead, as quantiles and a mean. It helps a planner to order; a
person decides the order.

## Model
One quantile network for all series, in units of each series' own mean (TiDE, MQ-RNN, DeepAR:
references in `models/demand/network.py`), direct up to {fitted.reach} {period} ahead and from its own
forecast beyond, blended with the weighted past of the series. Shares, chosen on the {period} before
the ones it is measured on:

{shares}

## Measured
The last {horizon} {period} of {len(past):,} series, held back from fitting and from choosing; periods
without stock for half their length or more have no known demand and are not scored. Loss is
pooled over all series and periods. {unscored} series without any past before them are not scored.

{figures}

wql: weighted quantile loss. wape and mase: of the median. coverage: share inside the 80 % and 95 %
interval. bias: sum of the means over sum of use, less one.

## Limits
- It forecasts what was dispensed. Periods without stock for half their length or more are treated as
  unknown; stock-outs that nobody reported look like low demand, and the forecast repeats them.
- It knows nothing of epidemics, campaigns or new guidelines that the past does not show.
- A series with no use in the last 84 {period} is forecast as zero.
- Few points say little: with one to three, the fan is the spread of those points.
"""
