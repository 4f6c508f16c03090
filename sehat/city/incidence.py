"""Who falls ill with what on a day: the catalogue's rates by age, sex and month, and outbreaks."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from knowledge.schema import Condition
from sehat.city import limits
from sehat.city.illness import conditions, scale
from sehat.city.people import Resident

YEAR = 365.25
BAND_STARTS = (0, 5, 18, 45, 65)  # years, of knowledge.schema.AGE_BANDS
SEXES = {"F": "female", "M": "male"}  # as the records and as the catalogue write them
EPIDEMIC = 2.0  # times the yearly mean: what rises higher comes in outbreaks
_CELLS = [(age, sex) for sex in SEXES for age in BAND_STARTS]
_NEWBORN_DAYS = 2  # nobody comes before being registered

Ints = NDArray[np.int64]


class Incidence:
    """Draws from the residents. A cell is those of one sex and age band in one month."""

    def __init__(self, people: Sequence[Resident], draw: np.random.Generator) -> None:
        self._people, self._draw = people, draw
        self._born = np.array([person.birth_date.toordinal() for person in people])
        self._sex = np.array([person.sex for person in people])
        self._cells: list[Ints] = []
        self._rates = np.zeros((len(conditions()), len(_CELLS)))  # visits a day by cell
        self._month: tuple[int, int] | None = None
        self._outbreaks: dict[tuple[str, str, int], float] = {}

    def on(self, day: date, pace: float) -> list[tuple[Condition, int]]:
        """Conditions and rows of residents; `pace` multiplies the rates of this day."""
        if (day.year, day.month) != self._month:
            self._begin(day)
        mean = self._rates.sum(axis=1) * pace
        ill = []
        for row in np.flatnonzero(numbers := self._draw.poisson(mean)):
            condition, rate = conditions()[row]
            share = self._rates[row] / self._rates[row].sum()
            epidemic = max(rate.months) > EPIDEMIC
            for cell in self._draw.choice(len(_CELLS), size=numbers[row], p=share):
                person = self._one_of(condition, int(cell), day)
                if person is None:
                    continue
                if epidemic and not self._breaks_out(condition, self._people[person], day):
                    continue
                ill.append((condition, person))
        return ill

    def _begin(self, day: date) -> None:
        """The month's cells and rates; who is born in it is counted from the next one on."""
        self._month = day.year, day.month
        age = (day.toordinal() - self._born) / YEAR
        band = np.searchsorted(BAND_STARTS[1:], age, side="right")
        there = age * YEAR >= _NEWBORN_DAYS
        self._cells = [
            np.flatnonzero(there & (self._sex == sex) & (band == BAND_STARTS.index(start)))
            for start, sex in _CELLS
        ]
        counts = np.array([len(cell) for cell in self._cells])
        for row, (_, rate) in enumerate(conditions()):
            each = [rate.at(age, SEXES[sex], day.month) for age, sex in _CELLS]
            # Of an epidemic's cases the outbreaks leave about half.
            twice = 2 if max(rate.months) > EPIDEMIC else 1
            self._rates[row] = scale() * twice * np.array(each) * counts / 1000 / YEAR

    def _one_of(self, condition: Condition, cell: int, day: date) -> int | None:
        """Somebody of the cell; of an illness of narrower ages, somebody of these and the sex."""
        among, ages = self._cells[cell], limits.ages(condition)
        if ages is not None:
            days = day.toordinal() - self._born
            old_enough = days >= max(ages[0] * YEAR, _NEWBORN_DAYS)
            among = np.flatnonzero(
                old_enough & (days < ages[1] * YEAR) & (self._sex == _CELLS[cell][1])
            )
        return int(among[self._draw.integers(len(among))]) if len(among) else None

    def _breaks_out(self, condition: Condition, person: Resident, day: date) -> bool:
        """An outbreak rises and falls by district, differently each season of each year."""
        key = (condition.id, person.district, day.year * 4 + day.month // 3)
        if key not in self._outbreaks:
            self._outbreaks[key] = float(self._draw.gamma(2.0, 0.5))
        return bool(self._draw.random() < min(self._outbreaks[key], 2.0) / 2)
