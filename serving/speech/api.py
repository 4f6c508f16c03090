"""Dictation as the model service answers it, in a process of its own that the first recording begins.

PocketSphinx keeps the interpreter to itself for as long as it decodes, seconds for a long stretch of
speech, and the service answers one request at a time: every differential would wait for a dictation.
"""

import asyncio
import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from models.speech import BadRecording, Engine, NoEngine, decode
from models.speech.engines import engine
from serving.common import ModelRef
from serving.speech.schema import SpeechAnswer, SpeechRequest

__all__ = ["Dictation", "NoEngine", "answer"]


class Dictation:
    def __init__(self) -> None:
        self._process: ProcessPoolExecutor | None = None

    async def answer(self, request: SpeechRequest) -> SpeechAnswer:
        """Recordings are heard one after the other. Raises NoEngine, also when the process was lost;
        the next call begins another: a site may have put it right."""
        if self._process is None:
            self._process = ProcessPoolExecutor(
                1, multiprocessing.get_context("spawn"), initializer=_end_with_parent
            )
        process = self._process
        try:
            return await asyncio.wrap_future(process.submit(_hear, request))
        except NoEngine:
            self._forget(process)
            raise
        except BrokenProcessPool as error:
            self._forget(process)
            raise NoEngine("the process that hears has ended; dictate again") from error

    def close(self) -> None:
        if self._process is not None:
            self._forget(self._process)

    def _forget(self, process: ProcessPoolExecutor) -> None:
        process.shutdown(wait=False, cancel_futures=True)
        if self._process is process:
            self._process = None


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


_loaded: Engine | None = None  # in the process that hears


def _hear(request: SpeechRequest) -> SpeechAnswer:
    global _loaded
    if _loaded is None:
        _loaded = engine()
    return answer(_loaded, request)


def _end_with_parent() -> None:
    """A parent that is killed ends nobody by itself."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=follow, name="end with the service", daemon=True).start()
