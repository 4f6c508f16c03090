"""Strokes gathered into lines of writing, top to bottom."""

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]  # (n, 2): points of one stroke, y downwards
_APART = 0.8  # of the letters' height: centres further apart are of two lines
_SMALL = 0.35  # of the letters' height: dots, commas and hyphens join the nearest line


def lines(strokes: list[Line]) -> list[list[int]]:
    """Positions of the strokes of each line, in the order of writing.

    Centres of letters are followed from the top; a gap between them begins a line. So a line may
    slope, as long as the next one keeps its distance.
    """
    tops = np.array([stroke[:, 1].min() for stroke in strokes])
    bottoms = np.array([stroke[:, 1].max() for stroke in strokes])
    heights, centres = bottoms - tops, (tops + bottoms) / 2
    tall = heights[heights > 0.3 * heights.max()]
    height = float(np.percentile(tall, 75)) if len(tall) else 1.0
    letters = np.flatnonzero(heights >= _SMALL * height)
    if not len(letters):
        letters = np.arange(len(strokes))
    order = letters[np.argsort(centres[letters], kind="stable")]
    starts = np.flatnonzero(np.diff(centres[order]) > _APART * height) + 1
    groups = np.split(order, starts)
    found = [list(map(int, group)) for group in groups]
    middles = np.array([centres[group].mean() for group in groups])
    for small in np.setdiff1d(np.arange(len(strokes)), letters):
        near = _nearest(strokes, groups, middles, int(small), float(centres[small]), height)
        found[near].append(int(small))
    return [sorted(group) for group in found]


def _nearest(
    strokes: list[Line],
    groups: list[NDArray[np.intp]],
    middles: NDArray[np.float64],
    small: int,
    centre: float,
    height: float,
) -> int:
    """The line whose letters around a small stroke are nearest to it, for lines may slope."""
    x = float(strokes[small][:, 0].mean())
    distances = []
    for group, middle in zip(groups, middles, strict=True):
        at = np.array([strokes[one].mean(axis=0) for one in group])
        beside = at[np.abs(at[:, 0] - x) < 3 * height]
        level = float(beside[:, 1].mean()) if len(beside) else float(middle)
        distances.append(abs(centre - level))
    return int(np.argmin(distances))
