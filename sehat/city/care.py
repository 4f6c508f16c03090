"""Two years of synthetic visits: who came when, with what, and what was found and prescribed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from sehat.city.illness import AGE_BANDS, BACKGROUND, Condition, conditions, findings
from sehat.city.people import Resident
from sehat.city.places import Site

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
    temperature: float
    prescribed: tuple[tuple[str, int], ...]
    confirmed: bool


def season(condition: Condition, day: date) -> float:
    """How many times the yearly mean of visits falls on this day; a year of it averages to 1."""
    if not condition.swing:
        return 1.0
    # A peak of any height that never goes below zero, scaled so that the mean stays 1.
    phase = 2 * np.pi * (day.timetuple().tm_yday - (condition.peak - 0.5) * 30.44) / 365.25
    sharpness = np.log1p(condition.swing)
    return float(np.exp(sharpness * np.cos(phase)) / np.i0(sharpness))


def _band(resident: Resident, day: date) -> int:
    age = (day - resident.birth_date).days / 365.25
    return int(np.searchsorted(AGE_BANDS, age, side="right"))


def _cumulated(condition: Condition, people: Sequence[Resident], day: date) -> np.ndarray:
    ages = np.array(condition.ages)
    bands = np.array([_band(person, day) for person in people])
    women = np.array([person.sex == "F" for person in people])
    weight = ages[bands] * np.where(women, condition.women, 1 - condition.women)
    cumulated: np.ndarray = np.cumsum(weight / weight.sum())
    return cumulated


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
    known = conditions()
    # Who falls ill with what is drawn by age and sex, as of the middle of the period.
    middle = first + (last - first) / 2
    cumulated = [_cumulated(condition, people, middle) for condition in known]
    near = {
        district: [site for site in sites if site.district == district]
        for district in {site.district for site in sites}
    }
    hospitals = [site for site in sites if site.kind == "hospital"] or list(sites)
    # An outbreak rises and falls by district, differently each year.
    outbreaks: dict[tuple[str, str, int], float] = {}
    number = 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        closed = day in holidays
        pace = 0.3 if closed else _WEEKDAYS[day.weekday()] / _WEEKDAYS.mean()
        ill: list[tuple[Condition, int]] = []
        for condition, weight in zip(known, cumulated, strict=True):
            mean = condition.rate / 1000 * len(people) / 365.25 * season(condition, day) * pace
            fallen = np.searchsorted(weight, draw.random(draw.poisson(mean)), side="right")
            for person in np.minimum(fallen, len(people) - 1):
                if people[person].birth_date >= day:
                    continue
                district = people[person].district
                key = (condition.code, district, day.year * 4 + day.month // 3)
                if condition.swing > 1 and key not in outbreaks:
                    outbreaks[key] = float(draw.gamma(2.0, 0.5))
                if draw.random() < min(outbreaks.get(key, 1.0), 2.0) / 2 or condition.swing <= 1:
                    ill.append((condition, int(person)))
        minutes = np.sort(draw.integers(8 * 60, 16 * 60, size=len(ill)))
        draw.shuffle(ill)
        for (condition, person), minute in zip(ill, minutes, strict=True):
            yield _visit(
                number, condition, people[person], near, hospitals, day, int(minute), closed, draw
            )
            number += 1


def _visit(
    number: int,
    condition: Condition,
    person: Resident,
    near: dict[str, list[Site]],
    hospitals: list[Site],
    day: date,
    minute: int,
    closed: bool,
    draw: np.random.Generator,
) -> Visit:
    choice = near.get(person.district) or hospitals
    if condition.severity == 1 or closed or day.weekday() == 6 or draw.random() < 0.08:
        choice = [site for site in choice if site.kind == "hospital"] or hospitals
    shares = np.array([site.share for site in choice])
    site = choice[int(draw.choice(len(choice), p=shares / shares.sum()))]

    codes = [finding.code for finding in findings()]
    chance = np.array([condition.findings.get(code, BACKGROUND) for code in codes])
    seen = draw.random(len(codes)) < chance
    # A doctor asks after what belongs to the case and a few things more; the rest stays unknown.
    asked = draw.random(len(codes)) < np.where(chance > BACKGROUND, 0.75, 0.12)
    present = tuple(code for code, s in zip(codes, seen, strict=True) if s)
    if not present:
        present = (max(condition.findings, key=condition.findings.__getitem__),)
    absent = tuple(
        code
        for code, s, a in zip(codes, seen, asked, strict=True)
        if a and not s and code not in present
    )
    fever = 38.4 if "fever" in present else 36.7
    fever = 39.4 if "high_fever" in present else fever
    prescribed = tuple(
        (code, max(1, round(quantity * float(draw.choice((0.5, 1.0, 1.0, 1.5))))))
        for code, quantity in condition.medicines.items()
        if draw.random() < 0.85
    )
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZONE)
    return Visit(
        number=number,
        resident=person,
        site=site,
        started_at=local.astimezone(UTC),
        condition=condition,
        present=present,
        absent=absent,
        temperature=round(float(draw.normal(fever, 0.35)), 1),
        prescribed=prescribed,
        confirmed=bool(draw.random() < 0.9),
    )
