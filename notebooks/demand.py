# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Demand: from use by period to a forecast
#
# How many of each item will a facility use? We train the quantile network on generated series, look
# at what it says beside a seasonal naive forecast, AutoETS and Croston, and forecast a table of
# series. Generated series show that things work; they are no proof of quality. For that, replace
# `generated(...)` by a frame of your own with `unique_id`, `ds`, `y`, or by
# `features.store.training_set("demand")` where a city has been seeded or imported.

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
import pandas as pd

from models.demand.build import BuildSettings
from models.demand.frame import read, write
from models.demand.quantiles import QUANTILES
from training.datasets.series import generated
from training.demand.train import TrainSettings, fit

series = generated(count=60, periods=104, freq="W")
series.head()

# %% [markdown]
# Two thirds of the items are used every week, a third now and then. `stockout` is the share of the
# week without stock: such weeks say nothing of demand and are treated as unknown.

# %%
wide = series.pivot(index="ds", columns="unique_id", values="y")
axes = wide.iloc[:, [0, 1, 2, 5]].plot(subplots=True, figsize=(8, 5), legend=False, lw=1)
for ax, name in zip(axes, wide.columns[[0, 1, 2, 5]], strict=True):
    ax.set_title(name, fontsize=8, loc="left")
plt.tight_layout()

# %% [markdown]
# ## Train and measure
#
# The last eight weeks are held back. The members of the blend (network, weighted past) get their
# shares on the eight weeks before those; then everything is measured once.

# %%
trained = fit(series, "W", TrainSettings(build=BuildSettings(most_steps=200)))
trained.table.round(3)

# %% [markdown]
# `wql` is the weighted quantile loss, pooled: the smaller the better. An interval of 80 % should
# hold 80 % of the weeks (`coverage80`). `mase` below 1 beats the series' own seasonal naive error.

# %%
trained.predictor.fitted["W"].weights

# %%
trained.plots["fans"]

# %%
trained.plots["calibration"]

# %% [markdown]
# ## Forecast
#
# Any table, series never seen included. Dates go on as they came (here weeks from Monday).

# %%
new = generated(count=6, periods=80, freq="W", seed=99)[["unique_id", "ds", "y"]]
reading = read(new, "W")
forecast = write(reading, trained.predictor.predict(reading.panel, horizon=12))
forecast.head()

# %%
one = forecast[forecast["unique_id"] == forecast["unique_id"].iloc[0]]
past = new[new["unique_id"] == one["unique_id"].iloc[0]].tail(40)
fig, ax = plt.subplots(figsize=(8, 3))
ax.plot(past["ds"], past["y"], color="black", lw=1)
for low, high in [("q2.5", "q97.5"), ("q10", "q90"), ("q30", "q70")]:
    ax.fill_between(one["ds"], one[low], one[high], color="tab:blue", alpha=0.2, lw=0)
ax.plot(one["ds"], one["q50"], color="tab:blue")
ax.set_ylabel("use a week")

# %% [markdown]
# ## From a forecast to an order
#
# A planner who wants to run out in at most one lead time of ten needs the 90 % quantile of the use
# in a lead time. Adding weekly quantiles overstates it (bad weeks do not all come together); it is
# the safe side. The desk suggests; a person orders.

# %%
lead_weeks = 4
need = forecast.groupby("unique_id").head(lead_weeks).groupby("unique_id")[["mean", "q90"]].sum()
pd.concat([need, (need["q90"] - need["mean"]).rename("safety stock")], axis=1).round(1)

# %%
assert (forecast[[f"q{100 * q:g}" for q in QUANTILES]].diff(axis=1).iloc[:, 1:] >= 0).all().all()
