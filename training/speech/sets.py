"""What is measured on: sentences never learned from, in voices of eSpeak NG and in noise, and recordings.

`test.txt` measures; `development.txt` is what choices are made by.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from models.speech import BadRecording, decode
from training.speech.noise import Signal, babble, mixed, steady
from training.speech.synthetic import say


@dataclass(frozen=True)
class Sample:
    pcm: bytes
    said: str


@dataclass(frozen=True)
class Condition:
    """A voice of eSpeak NG at `speed` words a minute; `ratio`: speech over noise in decibels."""

    voice: str
    speed: int = 160
    noise: Callable[[], Signal] | None = None
    ratio: float = 0.0

    @property
    def clean(self) -> bool:
        return self.noise is None

    def __str__(self) -> str:
        told = f"{self.voice}, {self.speed} words/min"
        return told if self.noise is None else f"{told}, {self.noise.__name__} {self.ratio:g} dB"


CLEAN = (
    Condition("en-us"),
    Condition("en-us+f2", 130),
    Condition("en-us+m7", 200),
    Condition("en-gb-x-rp"),
    Condition("en-029"),
)
NOISY = tuple(
    Condition("en-us", 160, sound, ratio) for sound in (steady, babble) for ratio in (20, 10)
)


def sentences(name: str = "test") -> list[str]:
    text = files("training.speech").joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return text.splitlines()


def made(said: Iterable[str], condition: Condition) -> Iterator[Sample]:
    for number, sentence in enumerate(said):
        pcm = say(sentence, condition.voice, condition.speed)
        if condition.noise is not None:
            pcm = mixed(pcm, condition.noise, condition.ratio, seed=number)
        yield Sample(pcm, sentence)


def recorded(folder: Path, refused: Callable[[str], None]) -> Iterator[Sample]:
    """x.wav with x.txt, by name. What is of no use is told to `refused` in a line, and passed over."""
    for path in sorted(p for p in folder.iterdir() if p.suffix.lower() == ".wav"):
        try:
            said = path.with_suffix(".txt").read_text(encoding="utf-8").strip()
            pcm = decode(path.read_bytes()).pcm
        except FileNotFoundError:
            refused(f"{path.name}: there is no {path.stem}.txt with what is said")
        except UnicodeDecodeError:
            refused(f"{path.stem}.txt: not UTF-8 text")
        except BadRecording as error:
            refused(f"{path.name}: {error.code}: {error}")
        except OSError as error:
            refused(f"{path.name}: cannot be read: {error.strerror}")
        else:
            if said:
                yield Sample(pcm, said)
            else:
                refused(f"{path.stem}.txt: empty")
