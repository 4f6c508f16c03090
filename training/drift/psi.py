"""Has a distribution moved? The population stability index, and how much of it is chance.

PSI is the sum of (p - q) ln(p / q) over bins. Without drift, PSI / (1/n + 1/m) follows a chi-squared
distribution with bins - 1 degrees of freedom (Yurdakul, "Statistical properties of population
stability index", 2018). Its quantile is the floor: 50 rows in eight bins show .13 on the mean, and .25 one time in fifteen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

from scipy.stats import chi2

from training.drift.levels import CHANCE, Level, level

# The convention of credit scoring, where the index comes from: below .10 nothing moved that matters,
# from .25 on it is another population.
WATCH, ALARM = 0.10, 0.25
FEWEST = 50  # rows; below, only a landslide would be seen, and its absence would say nothing
EXPECTED = 5.0  # cases in a bin from which the chi-squared distribution holds


@dataclass(frozen=True)
class Bin:
    label: str
    reference: float  # share
    recent: float


@dataclass(frozen=True)
class Stability:
    """`floor`: what chance alone reaches in a hundredth of comparisons as large as this one. Both are
    None where there is too little to say."""

    name: str
    rows: int
    psi: float | None
    floor: float | None
    level: Level
    bins: tuple[Bin, ...] = ()


def stability(
    name: str, reference: Mapping[str, int], recent: Mapping[str, int], tests: int = 1
) -> Stability:
    """Counts by label, of the reference and of now. `tests`: how many are looked at together."""
    before, now = sum(reference.values()), sum(recent.values())
    bins = tuple(
        Bin(label, _share(reference, label, before), _share(recent, label, now))
        for label in dict.fromkeys([*reference, *recent])
    )
    if before < FEWEST or now < FEWEST:
        return Stability(name, now, None, None, "few", bins)
    pairs = pooled(reference, recent)
    index, floor = psi(pairs), noise_floor(len(pairs), before, now, tests)
    return Stability(name, now, index, floor, level(index, floor, WATCH, ALARM), bins)


def _share(counts: Mapping[str, int], label: str, total: int) -> float:
    return counts.get(label, 0) / total if total else 0.0


def pooled(reference: Mapping[str, int], recent: Mapping[str, int]) -> list[tuple[int, int]]:
    """(reference, recent) by bin. Bins in which fewer than five cases are to be expected go together;
    if those are too few still, they join the smallest bin, unless five came where none were expected."""
    before, now = sum(reference.values()), sum(recent.values())
    kept: list[tuple[int, int]] = []
    rare = (0, 0)
    for label in sorted({*reference, *recent}):
        pair = reference.get(label, 0), recent.get(label, 0)
        if min(pair[0], pair[0] * now / before) >= EXPECTED:
            kept.append(pair)
        else:
            rare = rare[0] + pair[0], rare[1] + pair[1]
    if rare == (0, 0):
        return kept
    if not kept or max(rare[0] * now / before, rare[1]) >= EXPECTED:
        return [*kept, rare]
    kept.sort()
    return [(kept[0][0] + rare[0], kept[0][1] + rare[1]), *kept[1:]]


def psi(pairs: list[tuple[int, int]]) -> float:
    """Of counts by bin. Half a case is added to each, so that an empty bin is not an infinite one."""
    before = sum(a for a, _ in pairs) + 0.5 * len(pairs)
    now = sum(b for _, b in pairs) + 0.5 * len(pairs)
    shares = [((a + 0.5) / before, (b + 0.5) / now) for a, b in pairs]
    return sum((p - q) * log(p / q) for p, q in shares)


def noise_floor(bins: int, before: int, now: int, tests: int = 1) -> float:
    """What PSI stays below in 99 of 100 comparisons without drift, `tests` of them taken as one."""
    if bins < 2:
        return 0.0
    return float(chi2.ppf(1 - CHANCE / max(1, tests), bins - 1)) * (1 / before + 1 / now)
