"""The engine of a bare install: a small network over strokes, and a lexicon.

It was fitted on synthetic writers of our own letterforms. It reads print, letters apart or lightly
joined, in Latin letters and digits; it does not read Devanagari, nor a fast cursive hand.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from ink.values import Ink
from models.handwriting.decoding import Logs, beam, likelihoods, segments
from models.handwriting.features import steps
from models.handwriting.lexicon import Lexicon, core
from models.handwriting.lines import Line, lines
from models.handwriting.values import Alternative, Box, Recognition, Word

_ALTERNATIVES = 5
_LEAST = 0.01  # belief under which an alternative is not told


@dataclass(frozen=True)
class Settings:
    """engine.json of the folder. known: the log-odds by which a word of the lexicon is likelier
    than a string that the network believes as much."""

    name: str
    version: str
    letters: str
    known: float

    @classmethod
    def read(cls, folder: Path) -> "Settings":
        told = json.loads((folder / "engine.json").read_text(encoding="utf-8"))
        return cls(*(told[name] for name in ("name", "version", "letters", "known")))


class StrokeEngine:
    def __init__(self, folder: Path, words: Iterable[str]) -> None:
        """Raises OSError, KeyError, ValueError or an error of onnxruntime for a broken folder."""
        self.settings = Settings.read(folder)
        self.classes = self.settings.letters + " "
        self.lexicon = Lexicon(words, self.settings.letters)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            (folder / "network.onnx").read_bytes(), options, providers=["CPUExecutionProvider"]
        )

    def recognise(self, ink: Ink) -> Recognition:
        strokes = [np.array([(p.x, p.y) for p in stroke]) for stroke in ink.strokes]
        words: list[Word] = []
        for number, line in enumerate(lines(strokes)):
            words += self._line([strokes[position] for position in line], number)
        return Recognition(tuple(words), f"{self.settings.name} {self.settings.version}")

    def _line(self, strokes: list[Line], number: int) -> list[Word]:
        seen = steps(strokes)
        logs = self._logs(seen.values)
        stride = -(-len(seen.values) // len(logs))
        found = segments(logs, len(self.classes))
        owners = _owners(seen.stroke, found, stride, len(strokes))
        words = []
        for index, (start, end) in enumerate(found):
            own = [stroke for stroke, owner in zip(strokes, owners, strict=True) if owner == index]
            readings = self._readings(logs[start:end])
            if own and readings:
                best, *others = readings
                told = tuple(one for one in others if one.score >= _LEAST)[:_ALTERNATIVES]
                words.append(Word(best.text, best.score, _box(own), number, told))
        return words

    def _logs(self, values: NDArray[np.float32]) -> Logs:
        [answer] = self._session.run(None, {"steps": values[None]})
        logs: Logs = answer[0].astype(np.float64)
        return logs

    def _readings(self, logs: Logs) -> list[Alternative]:
        """What the frames of one word may say, best first."""
        spelt = dict(beam(logs[:, :-1], self.classes))
        if not spelt:
            return []
        read = max(spelt, key=spelt.__getitem__)
        near = [word for word in self.lexicon.near(read) if word not in spelt]
        if near:
            values = likelihoods(logs[:, :-1], near, self.classes)
            spelt |= dict(zip(near, map(float, values), strict=True))
        return _ranked(spelt, [self._bonus(text) for text in spelt])

    def _bonus(self, text: str) -> float:
        # A word of one or two letters is like too many others to be believed for its own sake.
        length = len(core(text)[1])
        return self.settings.known * min(1.0, (length - 1) / 3) if text in self.lexicon else 0.0


def _ranked(spelt: dict[str, float], bonus: Sequence[float]) -> list[Alternative]:
    values = np.array(list(spelt.values())) + np.array(bonus)
    shares = np.exp(values - values.max())
    shares /= shares.sum()
    made = [Alternative(text, float(p)) for text, p in zip(spelt, shares, strict=True)]
    return sorted(made, key=lambda one: -one.score)


def _owners(
    stroke_of: NDArray[np.intp], found: list[tuple[int, int]], stride: int, strokes: int
) -> list[int]:
    """The word that most of each stroke's steps are in, or that is nearest to its middle."""
    middles = np.array([(start + end) * stride / 2 for start, end in found])
    owners = []
    for stroke in range(strokes):
        own = np.flatnonzero(stroke_of == stroke)
        inside = [((own >= a * stride) & (own < b * stride)).sum() for a, b in found]
        if not found:
            owners.append(-1)
        elif max(inside):
            owners.append(int(np.argmax(inside)))
        else:
            owners.append(int(np.argmin(np.abs(middles - own.mean()))))
    return owners


def _box(strokes: list[Line]) -> Box:
    points: Any = np.concatenate(strokes)
    left, top = points.min(axis=0)
    right, bottom = points.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))
