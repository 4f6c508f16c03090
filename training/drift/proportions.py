"""Shares with their uncertainty, and two answers to the same questions compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from scipy.stats import binomtest, norm

FEWEST_PAIRS = 10  # encounters on which only one of two was right


@dataclass(frozen=True)
class Share:
    """`low` and `high`: 95 % interval (Wilson 1927). All None where there is nothing to count."""

    of: int
    share: float | None
    low: float | None
    high: float | None


def share(hits: int, of: int, confidence: float = 0.95) -> Share:
    if not of:
        return Share(0, None, None, None)
    z = float(norm.ppf(0.5 + confidence / 2))
    p, n = hits / of, of
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return Share(of, p, max(0.0, middle - half), min(1.0, middle + half))


@dataclass(frozen=True)
class Paired:
    """`difference`: challenger minus champion, with a 95 % interval for paired proportions (Bonett and
    Price 2012); `p`: exact McNemar test. `enough`: whether they disagreed often enough to say."""

    rows: int
    only_champion: int
    only_challenger: int
    difference: float
    low: float
    high: float
    p: float
    enough: bool


def paired(champion: Sequence[bool], challenger: Sequence[bool]) -> Paired:
    """Which of two was right, row by row."""
    both = list(zip(champion, challenger, strict=True))
    lost = sum(a and not b for a, b in both)
    won = sum(b and not a for a, b in both)
    n = len(both)
    z = float(norm.ppf(0.975))
    p_won, p_lost = (won + 1) / (n + 2), (lost + 1) / (n + 2)
    half = z * sqrt((p_won + p_lost - (p_won - p_lost) ** 2) / (n + 2))
    middle = p_won - p_lost
    return Paired(
        rows=n,
        only_champion=lost,
        only_challenger=won,
        difference=(won - lost) / n if n else 0.0,
        low=max(-1.0, middle - half),
        high=min(1.0, middle + half),
        p=float(binomtest(won, won + lost).pvalue) if won + lost else 1.0,
        enough=won + lost >= FEWEST_PAIRS,
    )
