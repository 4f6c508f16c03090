"""PocketSphinx: its small English model comes in the package, so a bare install can dictate.

The general language model is replaced by ours (language.py). Only where somebody speaks is heard
(voiced.py): in silence PocketSphinx finds words that nobody said.
"""

import tempfile
import threading
from importlib.metadata import version
from pathlib import Path

import numpy as np

from models.speech.values import RATE, NoEngine, Transcript, Word
from models.speech.voiced import Stretch, stretches
from models.speech.written import written

_NOISE = 50.0  # a hiss under the sound: pure digital silence upsets the features
_SILENCE = RATE // 4
# Weights of the language model in the three passes, and beams: chosen on the development sentences
# (training/speech/development.txt). With the higher weights the beams must be wider.
_SEARCH = {
    "lw": 9.0,
    "fwdflatlw": 11.0,
    "bestpathlw": 13.0,
    "silprob": 0.05,
    "beam": 1e-60,
    "pbeam": 1e-60,
    "wbeam": 1e-40,
}


class PocketSphinx:
    name = "pocketsphinx"

    def __init__(self, adapted: bool = True) -> None:
        """`adapted=False` keeps the general language model, to measure what ours gives."""
        try:
            import pocketsphinx
        except ImportError as error:
            raise NoEngine("pocketsphinx is not installed; run: make setup") from error
        self.version = version("pocketsphinx") + ("+clinic" if adapted else "")
        self._lock = threading.Lock()  # a decoder hears one stretch at a time
        if not adapted:
            self._decoder = pocketsphinx.Decoder(loglevel="FATAL")
            return
        from models.speech.language import dictionary, write_model

        with tempfile.TemporaryDirectory() as folder:
            words, grams = Path(folder) / "words.dict", Path(folder) / "clinic.lm"
            words.write_text(dictionary(), encoding="utf-8")
            write_model(grams)
            self._decoder = pocketsphinx.Decoder(
                lm=str(grams), dict=str(words), loglevel="FATAL", **_SEARCH
            )

    def transcribe(self, pcm: bytes) -> Transcript:
        words = tuple(word for stretch in stretches(pcm) for word in self._heard(stretch))
        return Transcript(written(" ".join(w.text for w in words)), words, self.name, self.version)

    def _heard(self, stretch: Stretch) -> list[Word]:
        with self._lock:
            self._decoder.start_utt()
            self._decoder.process_raw(_with_hiss(stretch.pcm), full_utt=True)
            self._decoder.end_utt()
            math = self._decoder.get_logmath()
            begin = stretch.begin - _SILENCE / RATE
            return [
                Word(
                    segment.word.split("(")[0],
                    max(0.0, begin + segment.start_frame / 100),
                    max(0.0, begin + (segment.end_frame + 1) / 100),
                    min(1.0, max(0.0, float(math.exp(segment.prob)))),
                )
                for segment in self._decoder.seg() or ()
                if segment.word[0] not in "<["
            ]


def _with_hiss(pcm: bytes) -> bytes:
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    padded = np.pad(samples, _SILENCE)
    hiss = np.random.default_rng(0).normal(0, _NOISE, len(padded))
    return np.clip(np.rint(padded + hiss), -32768, 32767).astype("<i2").tobytes()
