"""Dictation as the model service answers it. The engine is loaded by the first recording."""

import threading

from models.speech import BadRecording, Engine, NoEngine, decode
from models.speech.engines import engine
from serving.common import ModelRef
from serving.speech.schema import SpeechAnswer, SpeechRequest

__all__ = ["Dictation", "NoEngine", "answer"]


class Dictation:
    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    def loaded(self) -> Engine:
        """Raises NoEngine, and tries again at the next call: a site may have put it right."""
        with self._lock:
            if self._engine is None:
                self._engine = engine()
            return self._engine


def answer(heard: Engine, request: SpeechRequest) -> SpeechAnswer:
    model = ModelRef(name=heard.name, version=heard.version)
    try:
        recording = decode(request.audio)
    except BadRecording as error:
        return SpeechAnswer.model_validate({"model": model, "text": "", "problem": error.code})
    found = heard.transcribe(recording.pcm)
    words = [
        {"text": w.text, "start": w.start, "end": w.end, "confidence": w.confidence}
        for w in found.words
    ]
    return SpeechAnswer.model_validate(
        {"model": model, "text": found.text, "words": words, "seconds": recording.seconds}
    )
