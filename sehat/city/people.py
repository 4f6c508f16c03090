"""Synthetic residents, in households that share a family name, an address and a district."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sehat.city.names import FAMILIES, MEN, WOMEN
from sehat.city.places import DISTRICTS

# Members of a household: share of households with 1, 2, … 8 of them.
_SIZES = np.array([0.05, 0.10, 0.16, 0.26, 0.20, 0.12, 0.07, 0.04])
# Share of the city's residents by district, in the order of DISTRICTS (rounded, census 2011).
_DISTRICT_SHARES = np.array([0.035, 0.10, 0.03, 0.08, 0.13, 0.21, 0.09, 0.09, 0.09, 0.07, 0.075])


@dataclass(frozen=True)
class Resident:
    number: int
    household: int
    name: str
    name_hi: str
    sex: str
    birth_date: date
    phone: str
    district: str
    address: str


def _ages(size: int, draw: np.random.Generator) -> list[float]:
    """One or two adults, their children, and sometimes a grandparent: ages in years."""
    adult = float(draw.normal(38, 9))
    ages = [max(20.0, adult)]
    if size > 1:
        ages.append(max(19.0, adult + float(draw.normal(-3, 4))))
    while len(ages) < size:
        if draw.random() < 0.72:
            ages.append(float(draw.uniform(0, max(1.0, min(adult - 19, 24)))))
        else:
            ages.append(min(96.0, adult + float(draw.normal(27, 4))))
    return ages


def residents(count: int, seed: int, today: date) -> Iterator[Resident]:
    """`count` residents as of `today`; the same seed draws the same people."""
    draw = np.random.default_rng([seed, 1])
    shares = _DISTRICT_SHARES / _DISTRICT_SHARES.sum()
    number = household = 0
    while number < count:
        household += 1
        size = int(draw.choice(len(_SIZES), p=_SIZES)) + 1
        code, *_, localities = DISTRICTS[int(draw.choice(len(DISTRICTS), p=shares))]
        family, family_hi = FAMILIES[int(draw.integers(len(FAMILIES)))]
        locality = localities[int(draw.integers(len(localities)))][0]
        address = f"{int(draw.integers(1, 400))}, {locality}, Delhi (synthetic)"
        for place, age in enumerate(_ages(size, draw)):
            if number == count:
                return
            sex = "F" if place == 1 or (place != 0 and draw.random() < 0.48) else "M"
            names = WOMEN if sex == "F" else MEN
            given, given_hi = names[int(draw.integers(len(names)))]
            yield Resident(
                number=number,
                household=household,
                name=f"{given} {family}",
                name_hi=f"{given_hi} {family_hi}",
                sex=sex,
                birth_date=today - timedelta(days=int(age * 365.25) + int(draw.integers(365))),
                # 00000 is not given out by the operators, so that nobody is called by a test.
                phone=f"+9100000{number:05d}",
                district=code,
                address=address,
            )
            number += 1
