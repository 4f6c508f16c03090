"""Which engine reads: the one in the folder that SEHAT_HANDWRITING names, else our own.

A folder holds `engine.json`, whose `kind` says what reads it, and that engine's files.
"""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from ink.values import Ink
from models.handwriting.strokes import StrokeEngine
from models.handwriting.values import Recognition

OWN = Path(__file__).with_name("synthetic_print")
FOLDER = "SEHAT_HANDWRITING"


class Recogniser(Protocol):
    def recognise(self, ink: Ink) -> Recognition: ...


class NoEngine(Exception):
    """No handwriting can be read here; the message says what is missing."""


# An engine over pictures (TrOCR and its like) would be a second line here.
KINDS: dict[str, Callable[[Path, Iterable[str]], Recogniser]] = {"strokes-ctc": StrokeEngine}


def load(words: Iterable[str], folder: Path | None = None) -> Recogniser:
    """The configured engine with a lexicon of these words. Raises NoEngine."""
    place = folder or Path(os.environ.get(FOLDER) or OWN)
    try:
        kind = json.loads((place / "engine.json").read_text(encoding="utf-8"))["kind"]
        make = KINDS[kind]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoEngine(f"{place}: no engine.json of a kind in {sorted(KINDS)}") from error
    try:
        return make(place, words)
    except Exception as error:  # onnxruntime has errors of its own for broken files
        raise NoEngine(f"{place}: the {kind} engine cannot be loaded: {error}") from error
