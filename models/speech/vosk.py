"""Vosk, when a site has one of its models: `pip install vosk`, SEHAT_SPEECH_MODEL=its folder."""

import json
from importlib.metadata import version
from pathlib import Path

from models.speech.values import RATE, NoEngine, Transcript, Word
from models.speech.written import written


class Vosk:
    name = "vosk"

    def __init__(self, folder: Path) -> None:
        try:
            import vosk
        except ImportError as error:
            raise NoEngine("vosk is not installed; run: pip install vosk") from error
        vosk.SetLogLevel(-1)
        try:
            self._model = vosk.Model(str(folder))
        except Exception as error:  # vosk raises bare exceptions
            raise NoEngine(f"vosk cannot read the model in {folder.name}") from error
        self._recogniser = vosk.KaldiRecognizer
        self.version = f"{version('vosk')} {folder.name}"

    def transcribe(self, pcm: bytes) -> Transcript:
        recogniser = self._recogniser(self._model, RATE)
        recogniser.SetWords(True)
        recogniser.AcceptWaveform(pcm)
        heard = json.loads(recogniser.FinalResult()).get("result", [])
        words = tuple(Word(w["word"], w["start"], w["end"], w["conf"]) for w in heard)
        return Transcript(written(" ".join(w.text for w in words)), words, self.name, self.version)
