"""What a recogniser answers."""

from dataclasses import dataclass
from typing import NamedTuple


class Box(NamedTuple):
    """Where a word stands on the canvas."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """score: 0 to 1, the word's share of belief among what was considered."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    score: float
    box: Box
    line: int
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class Recognition:
    """Words in reading order. engine: name and version, kept with whatever came of it."""

    words: tuple[Word, ...]
    engine: str

    @property
    def text(self) -> str:
        lines: dict[int, list[str]] = {}
        for word in self.words:
            lines.setdefault(word.line, []).append(word.text)
        return "\n".join(" ".join(words) for _, words in sorted(lines.items()))
