"""Drawn people and a recogniser trained on them for a few seconds; nothing here is a real face."""

import tempfile
from functools import lru_cache
from pathlib import Path

from models.identity.picture import Pixels
from sehat.city.faces import draw_face, encode
from training.datasets.faces import Capture
from training.identity.train import Settings, Trained, fit

TINY = Settings(steps=15, steps_a_person=0, folds=2, batch=32)
STRANGERS = range(500, 506)  # people whom nothing was trained on


def rgb(person: int, capture: int, side: int = 112) -> Pixels:
    return draw_face(person, capture, (side, side))[..., ::-1].copy()


def jpeg(person: int, capture: int, side: int = 160) -> bytes:
    return encode(draw_face(person, capture, (side, side)))


def captures(people: int = 12, each: int = 4) -> list[Capture]:
    return [
        Capture(f"{person}/{number}", str(person), jpeg(person, number, 112))
        for person in range(people)
        for number in range(each)
    ]


@lru_cache(maxsize=1)
def trained() -> Trained:
    """Trained once a process. Its folder lives as long as the process does."""
    keep = tempfile.TemporaryDirectory(prefix="sehat-identity-")
    result = fit(captures(), TINY, Path(keep.name))
    _kept.append(keep)
    return result


_kept: list[tempfile.TemporaryDirectory[str]] = []
