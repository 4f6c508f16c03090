"""faster-whisper, when a site has a model: `pip install faster-whisper`, SEHAT_SPEECH_MODEL=its folder."""

import os
from importlib.metadata import version
from pathlib import Path

import numpy as np

from models.speech.values import NoEngine, Transcript, Word
from models.speech.written import written


class FasterWhisper:
    name = "faster-whisper"

    def __init__(self, folder: Path) -> None:
        try:
            from faster_whisper import WhisperModel
        except ImportError as error:
            raise NoEngine(
                "faster-whisper is not installed; run: pip install faster-whisper"
            ) from error
        try:
            self._model = WhisperModel(
                str(folder),
                device="cpu",
                compute_type="int8",
                # Hearing takes as long as speaking: it may use every core, unlike other answers.
                cpu_threads=os.cpu_count() or 1,
                local_files_only=True,
            )
        except Exception as error:  # CTranslate2 raises many kinds
            raise NoEngine(f"faster-whisper cannot read the model in {folder.name}") from error
        self.version = f"{version('faster-whisper')} {folder.name}"

    def transcribe(self, pcm: bytes) -> Transcript:
        samples = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768
        segments, _ = self._model.transcribe(samples, language="en", word_timestamps=True)
        words = tuple(
            Word(word.word.strip(), word.start, word.end, word.probability)
            for segment in segments
            for word in segment.words or ()
        )
        return Transcript(written(" ".join(w.text for w in words)), words, self.name, self.version)
