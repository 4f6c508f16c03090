"""What a pen wrote. Coordinates are those of the canvas, from its upper left corner."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

MOST_STROKES = 3_000
MOST_POINTS = 60_000  # some ten pages; a pen that reports faster is thinned in the browser
LARGEST_SIDE = 20_000.0


class InkError(ValueError):
    """Why strokes cannot be taken: an English sentence with `{names}`, and what fills them."""

    def __init__(self, detail: str, **params: Any) -> None:
        self.detail, self.params = detail, params
        super().__init__(detail.format(**params))


class Point(NamedTuple):
    """x, y on the canvas; t in ms since the first stroke began; f: pressure, 0 to 1."""

    x: float
    y: float
    t: int = 0
    f: float = 0.5


Stroke = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Ink:
    """Strokes in the order in which they were written. Raises InkError for what is no drawing."""

    strokes: tuple[Stroke, ...]
    width: float
    height: float
    started_at: datetime | None = None
    pointer: str = ""  # pen, touch or mouse, where it is known

    def __post_init__(self) -> None:
        if not self.strokes or not all(self.strokes):
            raise InkError("There is nothing drawn.")
        check_counts(len(self.strokes), sum(map(len, self.strokes)))
        if not (0 < self.width <= LARGEST_SIDE and 0 < self.height <= LARGEST_SIDE):
            raise InkError("The canvas has no size that can be used.")
        for stroke in self.strokes:
            for point in stroke:
                self._check(point)

    def _check(self, point: Point) -> None:
        if not all(map(math.isfinite, point)):
            raise InkError("A point is not a number.")
        if not (0 <= point.x <= self.width and 0 <= point.y <= self.height):
            raise InkError("A point lies outside the canvas.")
        if not (0 <= point.f <= 1 and 0 <= point.t <= 10**9):
            raise InkError("A point's time or pressure is out of range.")


def check_counts(strokes: int, points: int) -> None:
    if strokes > MOST_STROKES:
        raise InkError("There are more than {most} strokes. Draw less.", most=MOST_STROKES)
    if points > MOST_POINTS:
        raise InkError("There are more than {most} points. Draw less.", most=MOST_POINTS)


def on_canvas(
    strokes: Iterable[Iterable[Point]],
    size: tuple[float, float] | None,
    started_at: datetime | None = None,
    pointer: str = "",
) -> Ink:
    """Ink of strokes in any coordinates: kept as they are where they fit on the canvas of that size,
    else moved and, if they must be, shrunk, so that they do."""
    kept = tuple(tuple(stroke) for stroke in strokes)
    points = [point for stroke in kept for point in stroke]
    if not points:
        raise InkError("There is nothing drawn.")
    if not all(math.isfinite(p.x) and math.isfinite(p.y) for p in points):
        raise InkError("A point is not a number.")
    left, right = min(p.x for p in points), max(p.x for p in points)
    top, bottom = min(p.y for p in points), max(p.y for p in points)
    if size and left >= 0 and top >= 0 and right <= size[0] and bottom <= size[1]:
        return Ink(kept, size[0], size[1], started_at, pointer)
    longest = max(right - left, bottom - top)
    margin = longest * 0.05 or 1.0
    # Spread over two sides a drawing may be as large as any float: it is brought to a page's size.
    shrink = min(1.0, LARGEST_SIDE / (longest + 3 * margin))

    def moved(point: Point) -> Point:
        x, y = (point.x - left + margin) * shrink, (point.y - top + margin) * shrink
        return Point(x, y, point.t, point.f)

    width, height = (right - left + 3 * margin) * shrink, (bottom - top + 3 * margin) * shrink
    return Ink(tuple(tuple(map(moved, s)) for s in kept), width, height, started_at, pointer)
