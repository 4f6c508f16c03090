"""Dictation as the model service answers it."""

import asyncio
import base64
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from models.speech import NoEngine
from models.speech.audio import wav
from serving.speech.api import Dictation
from serving.speech.schema import SpeechAnswer, SpeechRequest
from training.speech.synthetic import say


@pytest.fixture
def dictation() -> Iterator[Dictation]:
    found = Dictation()
    yield found
    found.close()


def heard(dictation: Dictation, content: bytes) -> SpeechAnswer:
    """In a thread of its own: a browser's tests in this process may have left a loop running."""
    request = SpeechRequest(audio=base64.b64encode(content))
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(dictation.answer(request))).result()


def hearing(dictation: Dictation) -> int:
    """The process that hears."""
    assert dictation._process is not None
    return dictation._process.submit(os.getpid).result()


def test_a_recording_is_answered_with_its_engine(dictation: Dictation) -> None:
    found = heard(dictation, wav(say("patient has fever for three days")))
    assert found.text == "patient has fever for 3 days"
    assert found.model.name == "pocketsphinx"
    assert found.problem is None
    assert len(found.words) == 6
    assert hearing(dictation) != os.getpid()  # nobody else waits for it


@pytest.mark.parametrize(
    ("content", "problem"), [(b"no sound", "wrong_format"), (wav(bytes(64_000)), "too_quiet")]
)
def test_a_recording_of_no_use_is_an_answer(
    dictation: Dictation, content: bytes, problem: str
) -> None:
    found = heard(dictation, content)
    assert (found.problem, found.text) == (problem, "")


def test_an_engine_that_was_missing_is_tried_again(
    dictation: Dictation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEHAT_SPEECH_ENGINE", "vosk")
    with pytest.raises(NoEngine, match="SEHAT_SPEECH_MODEL"):
        heard(dictation, b"no sound")
    monkeypatch.delenv("SEHAT_SPEECH_ENGINE")
    assert heard(dictation, b"no sound").problem == "wrong_format"


def test_a_process_that_was_lost_is_begun_again(dictation: Dictation) -> None:
    heard(dictation, b"no sound")
    os.kill(hearing(dictation), signal.SIGKILL)
    with pytest.raises(NoEngine, match="dictate again"):
        heard(dictation, b"no sound")
    assert heard(dictation, b"no sound").problem == "wrong_format"
