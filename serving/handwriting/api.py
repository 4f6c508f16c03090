"""Handwriting as the model service reads it. Nothing here keeps or logs a drawing."""

from functools import cache

from ink.values import Ink, Point
from knowledge.catalogue import delhi
from models.handwriting import NoEngine, Recogniser, load
from models.handwriting.vocabulary import vocabulary
from serving.common import ModelRef
from serving.handwriting.schema import HandwritingAnswer, HandwritingRequest, Reading, ReadWord

__all__ = ["NoEngine", "answer", "engine"]


@cache
def engine() -> Recogniser:
    """Loaded at the first call that needs it. Raises NoEngine."""
    return load(vocabulary(delhi()))


def answer(recogniser: Recogniser, request: HandwritingRequest) -> HandwritingAnswer:
    strokes = tuple(tuple(Point(*point) for point in stroke) for stroke in request.strokes)
    found = recogniser.recognise(Ink(strokes, request.width, request.height))
    name, _, version = found.engine.rpartition(" ")
    words = [
        ReadWord(
            text=word.text,
            score=word.score,
            box=tuple(word.box),
            line=word.line,
            alternatives=[Reading(text=one.text, score=one.score) for one in word.alternatives],
        )
        for word in found.words
    ]
    return HandwritingAnswer(
        model=ModelRef(name=name, version=version), text=found.text, words=words
    )
