"""How far something is from what it was: the words that a report, its page and its command share."""

from collections.abc import Iterable
from typing import Literal

Level = Literal["few", "steady", "watch", "alarm"]
_RISING: tuple[Level, ...] = ("few", "steady", "watch", "alarm")
CHANCE = 0.01  # how often a comparison without drift may cross its floor, all its parts together


def worst(levels: Iterable[Level]) -> Level:
    """The gravest; `few` only when nothing could be said at all."""
    return max(levels, key=_RISING.index, default="few")


def level(value: float, floor: float, watch: float, alarm: float) -> Level:
    """What chance alone explains (up to `floor`) is steady, however large it looks."""
    if value <= floor or value < watch:
        return "steady"
    return "alarm" if value >= alarm else "watch"
