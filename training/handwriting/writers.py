"""Synthetic writers: each has a slant, a size, a spacing, a tremor and favourite letterforms.

What they write is made by this program, and called synthetic wherever it is measured.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ink.values import Ink, Point, on_canvas
from training.handwriting.alphabet import X_HEIGHT, Form, Line, fitted

Forms = Callable[[str], tuple[Form, ...]]


@dataclass(frozen=True)
class Writer:
    """Lengths in x-heights; slant is the shear of x by y; shares are of letters or letter pairs."""

    forms: Forms
    favourite: int  # prefers this form of each letter
    faithful: float  # how often
    slant: float
    stretch: float
    gap: float
    word_gap: float
    tremor: float
    wander: float  # of each letter's size and place
    slope: float
    bend: float  # of the whole line
    joined: float
    late: float  # dots and bars that follow at the end of the word
    scale: float  # units of the canvas in an x-height


def usual(rng: np.random.Generator, use: Forms = fitted) -> Writer:
    return Writer(
        forms=use,
        favourite=int(rng.integers(4)),
        faithful=float(rng.uniform(0.3, 0.95)),
        slant=float(rng.uniform(-0.15, 0.4)),
        stretch=float(rng.uniform(0.7, 1.25)),
        gap=float(rng.uniform(0.15, 0.65)),
        word_gap=float(rng.uniform(1.0, 2.4)),
        tremor=float(rng.uniform(0.0, 0.05)),
        wander=float(rng.uniform(0.02, 0.14)),
        slope=float(rng.normal(0, 0.02)),
        bend=float(rng.uniform(0, 0.12)),
        joined=float(rng.choice([0.0, 0.0, 0.0, 0.3, 0.8])),
        late=float(rng.choice([0.0, 0.0, 0.5])),
        scale=float(rng.uniform(12, 40)),
    )


def strong(rng: np.random.Generator, use: Forms = fitted) -> Writer:
    """Slants, widths, tremors and unevenness outside of what `usual` ever draws."""
    made = usual(rng, use)
    slant = rng.uniform(0.42, 0.6) if rng.random() < 0.7 else rng.uniform(-0.3, -0.17)
    stretch = rng.uniform(0.55, 0.68) if rng.random() < 0.5 else rng.uniform(1.28, 1.5)
    changed = {
        "slant": float(slant),
        "stretch": float(stretch),
        "tremor": float(rng.uniform(0.05, 0.08)),
        "wander": float(rng.uniform(0.14, 0.2)),
    }
    return Writer(**{**made.__dict__, **changed})


def strokes(text: str, writer: Writer, rng: np.random.Generator) -> list[Line]:
    """The strokes of one line, y downwards, in x-heights; the text's letters are in the alphabet."""
    done: list[Line] = []
    late: list[Line] = []
    x = 0.0
    before: Line | None = None  # the stroke that a letter may be joined to
    for letter in text:
        if letter == " ":
            done += late
            late, before = [], None
            x += writer.word_gap * rng.uniform(0.8, 1.3)
            continue
        placed, width = _letter(letter, writer, rng)
        first, *rest = [stroke + np.array([x, 0.0]) for stroke in placed]
        if before is not None and letter.isalpha() and rng.random() < writer.joined:
            done[-1] = first = np.vstack([before, _ligature(before[-1], first[0]), first])
        else:
            done.append(first)
        if rest and rng.random() < writer.late:
            late += rest
            before = first
        else:
            done += rest
            before = None if rest or not letter.isalpha() else first
        x += width + writer.gap * rng.uniform(0.5, 1.5)
    return _as_a_whole(done + late, writer, rng)


def _letter(letter: str, writer: Writer, rng: np.random.Generator) -> tuple[list[Line], float]:
    known = writer.forms(letter)
    favourite = rng.random() < writer.faithful
    form = known[(writer.favourite if favourite else int(rng.integers(99))) % len(known)]
    w = writer.wander
    turn = np.array(
        [[1 + rng.normal(0, w), rng.normal(0, w)], [rng.normal(0, w), 1 + rng.normal(0, w)]]
    )
    shift = rng.normal(0, w * 0.4, 2)
    left, width = form.left, (form.right - form.left) / X_HEIGHT * writer.stretch
    placed = []
    for stroke in form.strokes:
        own = rng.normal(0, w * 0.3, 2)  # strokes of a letter do not meet exactly
        points = (stroke - np.array([left, 0.0])) / X_HEIGHT * np.array([writer.stretch, 1.0])
        points = points @ turn.T + shift + own
        if len(points) > 8:  # begun late, ended early
            cut = rng.integers(0, 2, 2)
            points = points[cut[0] : len(points) - cut[1]]
        placed.append(points)
    return placed, width


def _ligature(start: Line, end: Line) -> Line:
    """A sagging line from the end of a letter to the beginning of the next."""
    t = np.linspace(0, 1, 5)[1:-1, None]
    sag = np.array([0.0, -0.15]) * np.sin(np.pi * t)
    joined: Line = start * (1 - t) + end * t + sag
    return joined


def _as_a_whole(done: list[Line], writer: Writer, rng: np.random.Generator) -> list[Line]:
    """Slant, slope, bends and tremor over the whole line, and y turned downwards."""
    every = np.concatenate(done)
    x, y = every[:, 0], every[:, 1]
    waves = rng.uniform(0.2, 1.2, (2, 2)), rng.uniform(0, 6.3, (2, 2))
    bend_x = writer.bend * np.sin(waves[0][0, 0] * x + waves[0][0, 1] * y * 2 + waves[1][0, 0])
    bend_y = writer.bend * np.sin(waves[0][1, 0] * x + waves[1][1, 0])
    shaken = rng.normal(0, writer.tremor, every.shape)
    shaken[1:] = (shaken[1:] + shaken[:-1]) / 2
    written = (
        np.column_stack([x + writer.slant * y + bend_x, -(y + writer.slope * x + bend_y)]) + shaken
    )
    return np.split(written, np.cumsum([len(stroke) for stroke in done])[:-1])


def ink(text: str, writer: Writer, rng: np.random.Generator) -> Ink:
    """Lines of text as a pen would have written them on a canvas."""
    written: list[list[Point]] = []
    moment = 0
    for number, line in enumerate(text.split("\n")):
        for stroke in strokes(line, writer, rng) if line.strip() else []:
            moved = stroke * writer.scale + np.array([0.0, number * 4.2 * writer.scale])
            points = []
            for x, y in moved:
                points.append(Point(float(x), float(y), moment, 0.5))
                moment += 8
            moment += 60
            written.append(points)
    return on_canvas(written, None)
