"""Word error rate of the engines, on speech made by eSpeak NG and on a site's own recordings.

    python -m training.speech.evaluate [--recordings FOLDER] [--voices V …]

The sentences (sentences.txt) are none that our language model is counted on. FOLDER holds x.wav beside x.txt.
"""

import argparse
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from rich.console import Console
from rich.table import Table

from models.speech import Engine, NoEngine, decode
from models.speech.engines import DEFAULT, engine
from models.speech.sphinx import PocketSphinx
from models.speech.values import RATE
from models.speech.written import written

# (voice, words a minute)
VOICES = (("en-us", 140), ("en-us", 180), ("en-gb-x-rp", 140), ("en-us+f3", 140))
_NOT_WORDS = re.compile(r"[^\w\s/%.]|[.](?!\d)")


@dataclass(frozen=True)
class Sample:
    pcm: bytes
    said: str


@dataclass(frozen=True)
class Measured:
    engine: str
    speech: str
    words: int
    errors: int
    seconds: float  # of speech
    took: float

    @property
    def rate(self) -> float:
        return self.errors / self.words if self.words else 0.0


def sentences() -> list[str]:
    text = files("training.speech").joinpath("sentences.txt").read_text(encoding="utf-8")
    return text.split("\n")[:-1]


def words_of(text: str) -> list[str]:
    """As written (500 mg, 130/80), without case and punctuation: for what was said and heard alike."""
    return written(_NOT_WORDS.sub(" ", text.lower())).split()


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words put in, left out or taken for another: the least that turns one into the other."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, start=1):
        corner, row[0] = row[0], i
        for j, other in enumerate(heard, start=1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (word != other))
    return row[-1]


def measure(heard_by: Engine, name: str, speech: str, samples: Iterable[Sample]) -> Measured:
    words = errors = size = 0
    took = 0.0
    for sample in samples:
        began = time.perf_counter()
        heard = heard_by.transcribe(sample.pcm)
        took += time.perf_counter() - began
        said = words_of(sample.said)
        words, errors = words + len(said), errors + word_errors(said, words_of(heard.text))
        size += len(sample.pcm)
    return Measured(name, speech, words, errors, size / 2 / RATE, took)


def made(voice: str, speed: int) -> Iterator[Sample]:
    from training.speech.synthetic import say

    for sentence in sentences():
        yield Sample(say(sentence, voice, speed), sentence)


def recorded(folder: Path) -> Iterator[Sample]:
    """x.wav with x.txt. Raises BadRecording, or FileNotFoundError naming the text that is missing."""
    for path in sorted(folder.glob("*.wav")):
        text = path.with_suffix(".txt").read_text(encoding="utf-8")
        yield Sample(decode(path.read_bytes()).pcm, text)


def engines() -> list[tuple[str, Engine]]:
    """PocketSphinx without and with our language model, and the one that is configured."""
    found: list[tuple[str, Engine]] = [
        ("pocketsphinx, general", PocketSphinx(adapted=False)),
        ("pocketsphinx, clinic", PocketSphinx()),
    ]
    configured = engine()
    if configured.name != DEFAULT:
        found.append((configured.name, configured))
    return found


def table_of(rows: Sequence[Measured]) -> Table:
    table = Table("engine", "speech", "words", "word error rate", "times real time", box=None)
    for row in rows:
        speed = row.took / row.seconds if row.seconds else 0.0
        table.add_row(row.engine, row.speech, f"{row.words}", f"{row.rate:.1%}", f"{speed:.2f}")
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure dictation: word error rates.")
    parser.add_argument("--recordings", type=Path, help="folder with x.wav beside x.txt")
    options = parser.parse_args()
    try:
        heard_by = engines()
    except NoEngine as error:
        parser.error(str(error))
    rows = []
    for voice, speed in VOICES:
        samples = list(made(voice, speed))
        rows += [measure(e, n, f"eSpeak {voice}, {speed}/min", samples) for n, e in heard_by]
    if options.recordings:
        samples = list(recorded(options.recordings))
        rows += [measure(e, n, options.recordings.name, samples) for n, e in heard_by]
    Console(width=120).print(table_of(rows))


if __name__ == "__main__":
    main()
