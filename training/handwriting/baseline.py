"""The baseline: letters told apart by gaps, each read as the nearest letterform.

Strokes of a line that overlap from left to right are one letter; a wide gap parts words. A letter's
points are compared with those of each form, set to one size (the point clouds of Vatavu, Anthony and
Wobbrock, ICMI 2012, without a search over alignments: each point to its nearest).
"""

import numpy as np
from numpy.typing import NDArray

from ink.values import Ink
from models.handwriting.lines import Line, lines
from models.handwriting.values import Box, Recognition, Word
from training.handwriting.alphabet import X_HEIGHT
from training.handwriting.writers import Forms

_POINTS = 24
_WORD_GAP = 1.1  # of a letter's width
_SIZE = 0.5  # how much the letter's height and place in its line count beside its shape

Cloud = NDArray[np.float64]


class NearestForm:
    def __init__(self, use: Forms, letters: str) -> None:
        known = [(letter, form.strokes) for letter in letters for form in use(letter)]
        self.letters = [letter for letter, _ in known]
        heights = [np.concatenate(strokes)[:, 1] / X_HEIGHT for _, strokes in known]
        self.sizes = np.array([[float(np.ptp(h)), float(-h.mean())] for h in heights])
        flipped = [[stroke * np.array([1.0, -1.0]) for stroke in strokes] for _, strokes in known]
        self.clouds = np.array([_cloud(strokes) for strokes in flipped])  # (forms, _POINTS, 2)

    def recognise(self, ink: Ink) -> Recognition:
        strokes = [np.array([(p.x, p.y) for p in stroke]) for stroke in ink.strokes]
        words = []
        for number, line in enumerate(lines(strokes)):
            for text in self._line([strokes[position] for position in line]).split():
                words.append(Word(text, 1.0, Box(0, 0, 0, 0), number))
        return Recognition(tuple(words), "nearest form")

    def _line(self, strokes: list[Line]) -> str:
        letters = _letters(strokes)
        clouds = [np.concatenate(letter) for letter in letters]
        sizes = np.array([np.ptp(points, axis=0) for points in clouds])
        width, height = np.maximum(np.median(sizes, axis=0), 1e-6)  # most letters are small ones
        bottom = float(np.median([points[:, 1].max() for points in clouds]))
        text, end = "", None
        for letter, points in zip(letters, clouds, strict=True):
            if end is not None and points[:, 0].min() - end > _WORD_GAP * width:
                text += " "
            end = float(points[:, 0].max())
            text += self._nearest(letter, bottom, float(height))
        return text

    def _nearest(self, strokes: list[Line], bottom: float, height: float) -> str:
        y = np.concatenate(strokes)[:, 1]
        size = np.array([float(np.ptp(y)), float(y.mean()) - bottom]) / height
        cloud = _cloud(strokes)
        apart = np.linalg.norm(self.clouds[:, :, None] - cloud[None, None], axis=-1)
        shape = apart.min(axis=1).mean(axis=1) + apart.min(axis=2).mean(axis=1)
        place = np.abs(self.sizes - size).sum(axis=1)
        return self.letters[int(np.argmin(shape + _SIZE * place))]


def _letters(strokes: list[Line]) -> list[list[Line]]:
    """Strokes whose middles lie over one another, from left to right."""
    found: list[list[Line]] = []
    for stroke in sorted(strokes, key=lambda one: float(one[:, 0].min())):
        middle = float(stroke[:, 0].min() + stroke[:, 0].max()) / 2
        before = found[-1] if found else []
        reach = max((float(one[:, 0].max()) for one in before), default=-np.inf)
        if middle <= reach:
            before.append(stroke)
        else:
            found.append([stroke])
    return found


def _cloud(strokes: list[Line]) -> Cloud:
    """(_POINTS, 2): points at equal steps along the strokes, centred, their longer side 1."""
    parts, way = [], [0.0]
    for stroke in strokes:
        moved = np.hypot(*np.diff(stroke, axis=0).T) if len(stroke) > 1 else np.zeros(0)
        parts.append(stroke)
        way += [way[-1], *(way[-1] + np.cumsum(moved))]
    points, along = np.concatenate(parts), np.array(way[1:])
    at = np.linspace(0, max(along[-1], 1e-9), _POINTS)
    cloud = np.column_stack(
        [np.interp(at, along, points[:, 0]), np.interp(at, along, points[:, 1])]
    )
    cloud -= cloud.mean(axis=0)
    made: Cloud = cloud / max(float(np.ptp(cloud, axis=0).max()), 1e-9)
    return made
