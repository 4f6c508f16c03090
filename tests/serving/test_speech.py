"""Dictation as the model service answers it."""

import base64

import pytest

from models.speech import NoEngine
from models.speech.audio import wav
from serving.speech.api import Dictation, answer
from serving.speech.schema import SpeechRequest
from training.speech.synthetic import say


def request(content: bytes) -> SpeechRequest:
    return SpeechRequest(audio=base64.b64encode(content))


def test_a_recording_is_answered_with_its_engine() -> None:
    found = answer(Dictation().loaded(), request(wav(say("patient has fever for three days"))))
    assert found.text == "patient has fever for 3 days"
    assert found.model.name == "pocketsphinx"
    assert found.problem is None
    assert len(found.words) == 6


@pytest.mark.parametrize(
    ("content", "problem"), [(b"no sound", "wrong_format"), (wav(bytes(64_000)), "too_quiet")]
)
def test_a_recording_of_no_use_is_an_answer(content: bytes, problem: str) -> None:
    found = answer(Dictation().loaded(), request(content))
    assert (found.problem, found.text) == (problem, "")


def test_an_engine_that_was_missing_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    dictation = Dictation()
    monkeypatch.setenv("SEHAT_SPEECH_ENGINE", "vosk")
    with pytest.raises(NoEngine):
        dictation.loaded()
    monkeypatch.delenv("SEHAT_SPEECH_ENGINE")
    assert dictation.loaded() is dictation.loaded()
