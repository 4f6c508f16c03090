"""Periods as whole numbers: what a day, week or month is, and what the calendar says of it.

A period is counted as an ordinal: days since 1970-01-01 (D), months since year 0 (M), and for W the
days since 1970-01-01 of its first day divided by 7, so that the weekday a series is anchored at is
kept beside it and not lost.
"""

import numpy as np
from numpy.typing import NDArray

FREQS = ("D", "W", "M")
# The cycle a seasonal naive forecast repeats, and the periods in a year.
SEASON = {"D": 7, "W": 52, "M": 12}
YEAR = {"D": 364, "W": 52, "M": 12}
# Farther ahead than this the network forecasts from its own forecast.
MAX_HORIZON = {"D": 56, "W": 52, "M": 24}
# Older periods say nothing that these do not: four years of days, ten of weeks, twenty of months.
MAX_HISTORY = {"D": 1461, "W": 520, "M": 240}

EPOCH_MONTH = 1970 * 12

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

CALENDAR_SIZE = 7 + 4 + 2 + 1


def calendar(freq: str, ordinals: Ints, anchor: Ints | int = 0) -> Floats:
    """What the calendar says of periods of any shape [...] -> [..., CALENDAR_SIZE].

    Weekday (7, days only), year cycle (2 harmonics), month cycle (days and weeks), month length.
    `anchor` is the days by which weeks start after a Thursday (1970-01-01).
    """
    if freq == "M":
        days = (ordinals - EPOCH_MONTH).astype("datetime64[M]")
        first = days.astype("datetime64[D]").astype(np.int64)
        length = (days + 1).astype("datetime64[D]").astype(np.int64) - first
    else:
        first = ordinals if freq == "D" else ordinals * 7 + anchor
        length = np.full_like(first, 1 if freq == "D" else 7)
    middle = (first + length // 2).astype("datetime64[D]")
    year_start = middle.astype("datetime64[Y]").astype("datetime64[D]")
    month_start = middle.astype("datetime64[M]").astype("datetime64[D]")
    turn = 2 * np.pi * (middle - year_start).astype(np.int64) / 365.25
    inside = 2 * np.pi * (middle - month_start).astype(np.int64) / 30.44
    out = np.zeros((*ordinals.shape, CALENDAR_SIZE), dtype=np.float32)
    if freq == "D":
        np.put_along_axis(out, ((first + 3) % 7)[..., None], 1.0, axis=-1)
    out[..., 7], out[..., 8] = np.sin(turn), np.cos(turn)
    out[..., 9], out[..., 10] = np.sin(2 * turn), np.cos(2 * turn)
    if freq != "M":
        out[..., 11], out[..., 12] = np.sin(inside), np.cos(inside)
    else:
        out[..., 13] = (length - 30.4) / 2
    return out
