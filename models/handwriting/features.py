"""A line of strokes as the network sees it: steps of equal length along the pen's way.

Size, place and slope are taken out, speed does not matter, and strokes are put in order from left
to right, so that a dot set at the end of a word comes where its letter is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.handwriting.lines import Line

CHANNELS = 5  # step in x and y, height in the line, in the air or not, begins a stroke
STEP = 0.33  # length of a step, in the spread of the line's heights
FEWEST = 3  # steps of the shortest stroke: a dot
FARTHEST = 20.0  # steps that one move through the air counts for at most
MOST_STEPS = 6_000  # of a line; past it steps are made longer

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Steps:
    """values: (n, CHANNELS); stroke: (n,) the position in the line's strokes each step is of."""

    values: Floats
    stroke: NDArray[np.intp]


def steps(strokes: list[Line]) -> Steps:
    centre_x = [float(stroke[:, 0].min() + stroke[:, 0].max()) for stroke in strokes]
    order = np.argsort(centre_x, kind="stable")
    level, unit = _measure(strokes)
    length = sum(_lengths(stroke)[-1] for stroke in strokes)
    step = max(STEP * unit, length / MOST_STEPS)
    parts: list[Floats] = []
    owners: list[NDArray[np.intp]] = []
    end: Line | None = None
    for position in order:
        points = _resampled(strokes[position], step)
        part = np.zeros((len(points), CHANNELS))
        part[1:, :2] = np.diff(points, axis=0) / step
        if end is not None:
            part[0, :2] = np.clip((points[0] - end) / step, -FARTHEST, FARTHEST) / 4
            part[0, 3] = 1
        part[:, 2] = (points[:, 1] - level(points[:, 0])) / unit
        part[0, 4] = 1
        end = points[-1]
        parts.append(part.astype(np.float32))
        owners.append(np.full(len(points), position))
    return Steps(np.clip(np.concatenate(parts), -8, 8), np.concatenate(owners))


class _Level:
    def __init__(self, slope: float, at: float) -> None:
        self.slope, self.at = slope, at

    def __call__(self, x: Line) -> Line:
        level: Line = self.at + self.slope * x
        return level


def _measure(strokes: list[Line]) -> tuple[_Level, float]:
    """The line's middle as a function of x, and the spread of heights around it."""
    whole = max(float(np.ptp(np.concatenate(strokes), axis=0).max()), 1e-6)
    points = np.concatenate([_resampled(stroke, whole / 400) for stroke in strokes])
    x, y = points[:, 0], points[:, 1]
    slope = 0.0
    if np.ptp(x) > max(8 * y.std(), 1e-6):  # of few letters no slope can be told
        slope = float(np.cov(x, y)[0, 1] / x.var())
    level = _Level(slope, float((y - slope * x).mean()))
    spread = float((y - level(x)).std())
    # A line of hyphens or dots has no height.
    return level, max(spread, 0.02 * whole, 1e-6)


def _lengths(stroke: Line) -> Line:
    moved = np.hypot(*np.diff(stroke, axis=0).T) if len(stroke) > 1 else np.zeros(0)
    total: Line = np.concatenate([[0.0], np.cumsum(moved)])
    return total


def _resampled(stroke: Line, step: float) -> Line:
    way = _lengths(stroke)
    count = max(FEWEST, round(way[-1] / step) + 1)
    at = np.linspace(0, way[-1], count)
    return np.column_stack([np.interp(at, way, stroke[:, 0]), np.interp(at, way, stroke[:, 1])])
