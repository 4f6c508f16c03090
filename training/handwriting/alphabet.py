"""Our own letterforms, drawn as points in `alphabet.json`, from which synthetic writers write.

A form is strokes parted by `|`, a stroke points `x,y` with y upwards: baseline 0, x-height 10,
capitals 18, ascenders 20, descenders -8. A curve goes through the points; `!` marks a corner.
They are drawings of ours, not writing of people.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]  # (n, 2)
X_HEIGHT = 10.0
_DENSE = 6  # points between two authored ones
HELD_OUT_OF = 3  # of letters with at least as many forms the last is kept from fitting


@dataclass(frozen=True)
class Form:
    strokes: tuple[Line, ...]

    @property
    def left(self) -> float:
        return min(float(stroke[:, 0].min()) for stroke in self.strokes)

    @property
    def right(self) -> float:
        return max(float(stroke[:, 0].max()) for stroke in self.strokes)


@cache
def letters() -> str:
    return "".join(_authored())


@cache
def forms(letter: str) -> tuple[Form, ...]:
    return tuple(
        Form(tuple(_curve(stroke) for stroke in form.split("|"))) for form in _authored()[letter]
    )


def fitted(letter: str) -> tuple[Form, ...]:
    """The forms that may be fitted; the others measure."""
    known = forms(letter)
    return known[:-1] if len(known) >= HELD_OUT_OF else known


def held_out(letter: str) -> tuple[Form, ...]:
    """The forms never fitted; all forms of a letter that has few."""
    known = forms(letter)
    return known[-1:] if len(known) >= HELD_OUT_OF else known


@cache
def _authored() -> dict[str, list[str]]:
    text = files("training.handwriting").joinpath("alphabet.json").read_text(encoding="utf-8")
    found: dict[str, list[str]] = json.loads(text)
    return found


def digest() -> str:
    """Short name of the alphabet as it is: what was fitted on another one says so."""
    told = json.dumps(_authored(), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _curve(stroke: str) -> Line:
    """A Catmull-Rom spline through the points of a stroke, broken at its corners."""
    points: list[Line] = []
    parts: list[list[tuple[float, float]]] = [[]]
    for word in stroke.split():
        x, y = word.rstrip("!").split(",")
        parts[-1].append((float(x), float(y)))
        if word.endswith("!"):
            parts.append([(float(x), float(y))])
    for part in parts:
        if len(part) > 1 or not points:
            points.append(_spline(np.array(part)))
    return np.concatenate(points)


def _spline(points: Line) -> Line:
    if len(points) < 2:
        return points
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    a, b, c, d = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = np.linspace(0, 1, _DENSE, endpoint=False)[:, None, None]
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )  # (_DENSE, n - 1, 2)
    return np.vstack([curve.transpose(1, 0, 2).reshape(-1, 2), points[-1]])
