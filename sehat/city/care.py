"""Two years of synthetic visits: who came when, with what, and what was found and prescribed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from knowledge import catalogue
from knowledge.schema import Condition
from sehat.city.examination import Examination
from sehat.city.illness import prescriptions
from sehat.city.incidence import YEAR, Incidence
from sehat.city.people import Resident
from sehat.city.places import Site
from sehat.city.vitals import Nurse, Vitals, degrees

ZONE = ZoneInfo("Asia/Kolkata")
# Clinics see most people on Monday; on Sundays and holidays only hospitals are open.
_WEEKDAYS = np.array([1.35, 1.1, 1.0, 1.0, 1.0, 0.85, 0.25])


@dataclass(frozen=True)
class Visit:
    number: int
    resident: Resident
    site: Site
    started_at: datetime
    condition: Condition
    present: tuple[str, ...]
    absent: tuple[str, ...]
    vitals: Vitals
    prescribed: tuple[tuple[str, int], ...]
    confirmed: bool


def visits(
    people: Sequence[Resident],
    sites: Sequence[Site],
    seed: int,
    first: date,
    last: date,
    holidays: frozenset[date],
) -> Iterator[Visit]:
    """Visits from `first` to `last`, in the order of time."""
    draw = np.random.default_rng([seed, 2])
    incidence, examination = Incidence(people, draw), Examination(catalogue.delhi(), draw)
    nurse = Nurse(catalogue.delhi(), np.random.default_rng([seed, 9]))
    clinics = _Clinics(sites)
    number = 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        closed = day in holidays
        pace = 0.3 if closed else _WEEKDAYS[day.weekday()] / _WEEKDAYS.mean()
        ill = incidence.on(day, pace)
        minutes = np.sort(draw.integers(8 * 60, 16 * 60, size=len(ill)))
        draw.shuffle(ill)
        for (condition, row), minute in zip(ill, minutes, strict=True):
            person = people[row]
            to_hospital = condition.severity == 1 or closed or day.weekday() == 6
            site = clinics.one_for(person, to_hospital or draw.random() < 0.08, draw)
            age = (day - person.birth_date).days / YEAR
            found = examination.of(condition, person.number, age, person.sex)
            local = datetime.combine(day, time(int(minute) // 60, int(minute) % 60), ZONE)
            yield Visit(
                number=number,
                resident=person,
                site=site,
                started_at=local.astimezone(UTC),
                condition=condition,
                present=found.present,
                absent=found.absent,
                vitals=nurse.of(found.present, found.absent, age, degrees(found.present, draw)),
                prescribed=_prescribed(condition, draw),
                confirmed=bool(draw.random() < 0.9),
            )
            number += 1


class _Clinics:
    """Where a resident goes: near home, or to a hospital."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self._near: dict[str, list[Site]] = defaultdict(list)
        for site in sites:
            self._near[site.district].append(site)
        self._hospitals = [site for site in sites if site.kind == "hospital"] or list(sites)

    def one_for(self, person: Resident, to_hospital: bool, draw: np.random.Generator) -> Site:
        choice = self._near.get(person.district) or self._hospitals
        if to_hospital:
            choice = [site for site in choice if site.kind == "hospital"] or self._hospitals
        shares = np.array([site.share for site in choice])
        return choice[int(draw.choice(len(choice), p=shares / shares.sum()))]


def _prescribed(condition: Condition, draw: np.random.Generator) -> tuple[tuple[str, int], ...]:
    return tuple(
        (code, max(1, round(quantity * float(draw.choice((0.5, 1.0, 1.0, 1.5))))))
        for code, quantity in prescriptions().get(condition.id, {}).items()
        if draw.random() < 0.85
    )
