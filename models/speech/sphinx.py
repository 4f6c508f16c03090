"""PocketSphinx: its small English model comes in the package, so a bare install can dictate.

The general language model is replaced by one counted on sentences of ours (phrases.txt, with the
catalogue's names), and words of the clinic get pronunciations (pronunciations.txt).
"""

import tempfile
import threading
from importlib.metadata import version
from pathlib import Path

import numpy as np

from models.speech.phrases import pronunciations, sentences
from models.speech.values import RATE, NoEngine, Transcript, Word
from models.speech.written import written

_NOISE = 50.0  # a hiss under the sound: pure digital silence upsets the features
_SILENCE = RATE // 4


class PocketSphinx:
    name = "pocketsphinx"

    def __init__(self, adapted: bool = True) -> None:
        """`adapted=False` keeps the general language model, to measure what ours gives."""
        try:
            import pocketsphinx
        except ImportError as error:
            raise NoEngine("pocketsphinx is not installed; run: make setup") from error
        model = Path(pocketsphinx.get_model_path()) / "en-us"
        self.version = version("pocketsphinx") + ("+clinic" if adapted else "")
        self._lock = threading.Lock()  # a decoder hears one recording at a time
        if not adapted:
            self._decoder = pocketsphinx.Decoder(loglevel="FATAL")
            return
        general = (model / "cmudict-en-us.dict").read_text(encoding="utf-8")
        spelt, known = dictionary(general)
        with tempfile.TemporaryDirectory() as folder:
            words, grams = Path(folder) / "words.dict", Path(folder) / "clinic.lm"
            words.write_text(spelt, encoding="utf-8")
            _count(grams, known)
            self._decoder = pocketsphinx.Decoder(lm=str(grams), dict=str(words), loglevel="FATAL")

    def transcribe(self, pcm: bytes) -> Transcript:
        with self._lock:
            self._decoder.start_utt()
            self._decoder.process_raw(_with_hiss(pcm), full_utt=True)
            self._decoder.end_utt()
            heard = self._decoder.seg() or ()
            math = self._decoder.get_logmath()
            words = tuple(
                Word(
                    segment.word.split("(")[0],
                    max(0.0, segment.start_frame / 100 - _SILENCE / RATE),
                    max(0.0, (segment.end_frame + 1) / 100 - _SILENCE / RATE),
                    min(1.0, max(0.0, float(math.exp(segment.prob)))),
                )
                for segment in heard
                if segment.word[0] not in "<["
            )
        return Transcript(written(" ".join(w.text for w in words)), words, self.name, self.version)


def dictionary(general: str) -> tuple[str, set[str]]:
    """The CMU dictionary with our words, and all words in it."""
    known = {line.split(" ", 1)[0] for line in general.splitlines() if line}
    rows = []
    for word, phones in pronunciations():
        entry, number = word, 1
        while entry in known:
            number += 1
            entry = f"{word}({number})"
        known.add(entry)
        rows.append(f"{entry} {phones}")
    return general.rstrip("\n") + "\n" + "\n".join(rows) + "\n", known


def _count(path: Path, known: set[str]) -> None:
    from pocketsphinx.lm import ArpaBoLM

    text = "\n".join(f"<s> {sentence} </s>" for sentence in sentences(known))
    model = ArpaBoLM(text=text, discount_mass=0.3)
    model.compute()
    model.write_file(str(path))


def _with_hiss(pcm: bytes) -> bytes:
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    padded = np.pad(samples, _SILENCE)
    hiss = np.random.default_rng(0).normal(0, _NOISE, len(padded))
    return np.clip(np.rint(padded + hiss), -32768, 32767).astype("<i2").tobytes()
