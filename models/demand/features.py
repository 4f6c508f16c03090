"""What the network sees of a series at an origin: all of it divided by the series' own scale.

Nothing here looks past the origin, and multiplying a series by a number changes nothing but `scale`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.demand.empirical import weighted_quantiles
from models.demand.frequency import CALENDAR_SIZE, FREQS, SEASON, YEAR, Floats, Ints, calendar
from models.demand.panel import Panel
from models.demand.quantiles import QUANTILES

CONTEXT = 84
MEMORIES = (2.0, 6.0, 18.0)  # periods after which a past period counts half
RECENT = {"D": 28, "W": 13, "M": 12}  # the scale leans on these

SERIES_SIZE = 2 * CONTEXT + len(MEMORIES) + 2 * len(QUANTILES) + 6 + len(FREQS)
STEP_SIZE = CALENDAR_SIZE + 2 + 3 * 2 + 2 + 2


@dataclass(frozen=True)
class Windows:
    """B windows, looked at from their origins, each asked for K periods ahead."""

    scale: NDArray[np.float64]  # [B] demand a network output of 1 stands for; 0: nothing was used
    series: Floats  # [B, SERIES_SIZE]
    steps: Floats  # [B, K, STEP_SIZE]


def look(panel: Panel, rows: Ints, origins: Ints, ahead: Ints) -> Windows:
    """Rows [B], origins [B] (column of the last period seen), ahead [B, K] (1: the next)."""
    x, known = _gather(panel.values, rows, origins[:, None] + np.arange(1 - CONTEXT, 1))  # [B, L]
    scale = _scale(x, known, RECENT[panel.freq])
    unit = np.where(scale > 0, scale, 1.0)
    z = np.where(known, x, 0.0) / unit[:, None]
    return Windows(scale, _series(panel, z, known), _steps(panel, rows, origins, ahead, unit))


def targets(panel: Panel, rows: Ints, origins: Ints, ahead: Ints) -> NDArray[np.float64]:
    """[B, K] what came; NaN where unknown."""
    return _gather(panel.values, rows, origins[:, None] + ahead)[0]


def _gather(
    values: NDArray[np.float64], rows: Ints, columns: Ints
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Values at columns [B, ...] of rows [B], NaN outside; and where they are known."""
    inside = (columns >= 0) & (columns < values.shape[1])
    at = rows.reshape((-1,) + (1,) * (columns.ndim - 1))
    x = np.where(inside, values[at, np.clip(columns, 0, values.shape[1] - 1)], np.nan)
    return x, np.isfinite(x)


def _mean(x: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weighted mean over the last axis, 0 where all weights are 0."""
    total = weight.sum(axis=-1)
    summed = np.where(weight > 0, x * weight, 0.0).sum(axis=-1)
    return np.asarray(summed / np.where(total > 0, total, 1.0))


def _scale(x: NDArray[np.float64], known: NDArray[np.bool_], recent: int) -> NDArray[np.float64]:
    """[B] halfway between the recent mean and the mean of the whole context."""
    weight = known.astype(float)
    level = _mean(x, weight)
    tail = weight[:, -recent:]
    return np.asarray(
        0.5 * level + 0.5 * np.where(tail.any(axis=1), _mean(x[:, -recent:], tail), level)
    )


def _series(panel: Panel, z: NDArray[np.float64], known: NDArray[np.bool_]) -> Floats:
    """z [B, L] in units of scale, 0 where unknown -> [B, SERIES_SIZE]."""
    age = np.arange(CONTEXT - 1, -1, -1.0)
    weight = known.astype(float)
    levels = [_mean(z, weight * 0.5 ** (age / memory)) for memory in MEMORIES]
    quick = weighted_quantiles(z, weight * 0.5 ** (age / MEMORIES[1]), QUANTILES)
    slow = weighted_quantiles(z, weight, QUANTILES)
    used = z > 0
    count = weight.sum(axis=1)
    spread = np.sqrt(_mean((z - _mean(z, weight)[:, None]) ** 2, weight))
    smallest = np.where(used, z, np.inf).min(axis=1)
    since = np.where(used.any(axis=1), used[:, ::-1].argmax(axis=1), CONTEXT)
    summary = [
        np.log1p(spread),
        used.sum(axis=1) / np.maximum(count, 1),
        np.log1p(np.where(np.isfinite(smallest), smallest, 0.0)),
        np.log1p(since) / 4,
        np.log1p(count) / 4,
        weight[:, -6:].mean(axis=1),
    ]
    freq = np.repeat([[panel.freq == f for f in FREQS]], len(z), axis=0)
    return np.concatenate(
        [
            np.log1p(z),
            weight,
            np.log1p(np.stack(levels, axis=1)),
            np.log1p(quick),
            np.log1p(slow),
            np.stack(summary, axis=1),
            freq,
        ],
        axis=1,
    ).astype(np.float32)


def _steps(
    panel: Panel, rows: Ints, origins: Ints, ahead: Ints, unit: NDArray[np.float64]
) -> Floats:
    """[B, K, STEP_SIZE]: calendar, distance, the same season 1..3 cycles before, a year before."""
    season, year = SEASON[panel.freq], YEAR[panel.freq]
    target = origins[:, None] + ahead  # [B, K] columns
    ordinal = panel.end[rows][:, None] + target - (panel.values.shape[1] - 1)
    first = -(-ahead // season)  # cycles back to the latest period already seen
    cycles = first[..., None] + np.arange(3)
    past, seen = _gather(panel.values, rows, target[..., None] - cycles * season)  # [B, K, 3]
    z = np.where(seen, past, 0.0) / unit[:, None, None]
    same = _mean(z, seen.astype(float))
    # a year before: the neighbourhood of the target against the neighbourhood of the origin
    width = {"D": 7, "W": 3, "M": 1}[panel.freq]
    near = np.arange(-(width // 2), width // 2 + 1)
    back = -(-ahead // year) * year
    then, there = _gather(
        panel.values, rows, np.minimum((target - back)[..., None] + near, origins[:, None, None])
    )
    base = RECENT[panel.freq]
    around, had = _gather(
        panel.values, rows, (origins[:, None] - back)[..., None] + np.arange(1 - base, 1)
    )
    level = _mean(around, had.astype(float))
    index = _mean(then, there.astype(float)) / np.where(level > 0, level, 1.0)
    valid = np.asarray((level > 0) & there.any(axis=-1))
    season_index = np.where(valid, np.log1p(np.minimum(index, 20.0)), 0.0)
    distance = np.stack([np.log(ahead) / 4, ahead / season], axis=-1)
    return np.concatenate(
        [
            calendar(panel.freq, ordinal, panel.anchor[rows][:, None]),
            distance,
            np.log1p(z),
            seen,
            np.log1p(same)[..., None],
            np.asarray(seen.any(axis=-1))[..., None],
            season_index[..., None],
            valid[..., None],
        ],
        axis=-1,
    ).astype(np.float32)
