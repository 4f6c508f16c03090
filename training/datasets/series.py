"""Frames of series: generated ones to try things on, and what is common to all of them."""

import hashlib

import numpy as np
import pandas as pd

FIRST = {"D": "2022-01-01", "W": "2021-01-04", "M": "2016-01-01"}
RULE = {"D": "D", "W": "W-MON", "M": "MS"}
SEASON = {"D": 7, "W": 52, "M": 12}
YEAR = {"D": 365.25, "W": 52.18, "M": 12.0}


def generated(count: int = 60, periods: int = 104, freq: str = "W", seed: int = 11) -> pd.DataFrame:
    """Made-up use of items: level, trend, season, bursts; a third intermittent, starts ragged.

    unique_id ("site|item"), ds, y (whole numbers), stockout (0..1), kind ("smooth" or "rare").
    """
    rng = np.random.default_rng(seed)
    dates = pd.date_range(FIRST[freq], periods=periods, freq=RULE[freq])
    t = np.arange(periods)
    weekday = rng.dirichlet(np.full(7, 8.0)) * 7
    parts = []
    for i in range(count):
        level = float(np.exp(rng.normal(2.5, 1.0)))
        year = 1 + rng.uniform(0, 0.6) * np.sin(2 * np.pi * (t / YEAR[freq] + rng.random()))
        trend = np.exp(rng.normal(0, 0.3) * t / periods)
        rate = level * year * trend
        if freq == "D":
            rate = rate * weekday[t % 7]
        rare = i % 3 == 2
        shape = rng.uniform(2, 12)
        y = rng.poisson(rate * rng.gamma(shape, 1 / shape, periods)).astype(float)
        if rare:
            y *= rng.random(periods) < rng.uniform(0.1, 0.5)
        stockout = np.where(rng.random(periods) < 0.02, rng.uniform(0.5, 1.0, periods), 0.0)
        y = np.floor(y * (1 - stockout))
        start = int(rng.integers(0, periods // 3)) if i % 4 == 3 else 0
        parts.append(
            pd.DataFrame(
                {
                    "unique_id": f"site{i // 6:02d}|item{i % 6}",
                    "ds": dates,
                    "y": y,
                    "stockout": stockout,
                    "kind": "rare" if rare else "smooth",
                }
            )[start:]
        )
    return pd.concat(parts, ignore_index=True)


def digest(frame: pd.DataFrame) -> str:
    """SHA-256 of the rows, whatever their order: names the data a model was trained on."""
    columns = sorted(frame.columns)
    rows = pd.util.hash_pandas_object(frame[columns].reset_index(drop=True), index=False)
    return hashlib.sha256(np.sort(rows.to_numpy()).tobytes()).hexdigest()[:16]


def aggregated(frame: pd.DataFrame, freq: str) -> pd.DataFrame:
    """Daily series summed to whole weeks (from Monday) or months; periods not complete are dropped.

    Static columns are kept as they were at the first row; `stockout` becomes its mean.
    """
    if freq == "D":
        return frame
    period = frame["ds"].dt.to_period("W-SUN" if freq == "W" else "M")
    other = {c: "first" for c in frame.columns if c not in ("unique_id", "ds", "y", "stockout")}
    rules = {"y": "sum", **({"stockout": "mean"} if "stockout" in frame.columns else {}), **other}
    made = frame.assign(period=period, days=1).groupby(["unique_id", "period"], sort=True)
    out = made.agg({**rules, "days": "sum"}).reset_index()
    length = (out["period"].dt.end_time.dt.normalize() - out["period"].dt.start_time).dt.days + 1
    out = out[out["days"] == length]
    out.insert(1, "ds", out["period"].dt.start_time)
    whole: pd.DataFrame = out.drop(columns=["period", "days"]).reset_index(drop=True)
    return whole
