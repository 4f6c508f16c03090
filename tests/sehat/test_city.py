"""The demonstration city: the same seed draws the same one, and its seasons are seasons."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, select

from records_api.core.audit import broken_rows
from records_api.core.db import Database
from records_api.encounters.tables import Diagnosis
from records_api.patients.rules import valid_health_id
from records_api.patients.tables import Patient
from records_api.pharmacy.tables import Batch, Dispense, Movement
from sehat.city.care import season, visits
from sehat.city.illness import conditions, findings, medicines
from sehat.city.people import residents
from sehat.city.places import DISTRICTS, sites
from sehat.city.plan import Steps, is_demonstration, unfinished
from sehat.city.seed import seed

LAST = date(2026, 3, 31)


def test_what_a_condition_names_exists() -> None:
    known, kept = {f.code for f in findings()}, {m.code for m in medicines()}
    for condition in conditions():
        assert set(condition.findings) <= known
        assert set(condition.medicines) <= kept
        assert len(condition.ages) == 5


@pytest.mark.parametrize("condition", conditions(), ids=lambda c: c.code)
def test_a_season_averages_to_one_and_peaks_in_its_month(condition) -> None:  # type: ignore[no-untyped-def]
    days = [date(2025, 1, 1).toordinal() + n for n in range(365)]
    rates = [season(condition, date.fromordinal(d)) for d in days]
    assert np.mean(rates) == pytest.approx(1, abs=0.01)
    if condition.swing:
        assert date.fromordinal(days[int(np.argmax(rates))]).month in {
            condition.peak,
            condition.peak % 12 + 1,
        }


def test_the_same_seed_draws_the_same_people_and_another_seed_others() -> None:
    first = list(residents(200, 1, LAST))
    assert first == list(residents(200, 1, LAST))
    assert first != list(residents(200, 2, LAST))
    assert [p.number for p in first] == list(range(200))


def test_nobody_is_seen_before_birth() -> None:
    people = list(residents(400, 3, LAST))
    for visit in visits(people, sites(11), 3, date(2025, 3, 1), LAST, frozenset()):
        assert visit.resident.birth_date < visit.started_at.date()
        assert set(visit.present).isdisjoint(visit.absent)
        assert visit.present


def test_there_are_eleven_districts_and_forty_facilities_with_names_of_their_own() -> None:
    made = sites(40)
    assert len(DISTRICTS) == 11
    assert len({s.name for s in made}) == len({s.code for s in made}) == 40
    assert {s.kind for s in made} == {"hospital", "dispensary", "mohalla_clinic"}


def content(records: Database) -> dict[str, object]:
    with records.session() as session:
        return {
            "patients": session.execute(
                select(Patient.health_id, Patient.name, Patient.birth_date).order_by(Patient.id)
            ).all(),
            "conditions": Counter(session.scalars(select(Diagnosis.condition))),
            "stock": sorted(session.execute(select(Batch.number, Batch.on_hand)).all()),  # type: ignore[type-var]
            "used": session.scalar(select(func.sum(Dispense.supplied))),
        }


def test_a_seeded_city_is_whole_and_the_same_again(records: Database, new_database) -> None:  # type: ignore[no-untyped-def]
    counts = seed(records, residents=150, seed=5, facilities=11, until=LAST, days=120)
    assert counts["residents"] == 150
    assert counts["encounters"] > 30
    assert is_demonstration(records)
    with records.session() as session:
        assert all(valid_health_id(h) for h in session.scalars(select(Patient.health_id)))
        assert all(session.scalars(select(Patient.synthetic)))
        assert list(broken_rows(session)) == []
        moved = session.execute(
            select(Movement.batch_id, func.sum(Movement.quantity)).group_by(Movement.batch_id)
        ).all()
        on_hand = dict(session.execute(select(Batch.id, Batch.on_hand)).all())  # type: ignore[arg-type]
        assert {row[0]: row[1] for row in moved} == on_hand
        # Stock runs out somewhere: not all that is asked for can be given.
        asked, given = session.execute(
            select(func.sum(Dispense.requested), func.sum(Dispense.supplied))
        ).one()
        assert given < asked
    from records_api.core.migrate import upgrade

    url = new_database()
    upgrade(url)
    other = Database(url)
    seed(other, residents=150, seed=5, facilities=11, until=LAST, days=120)
    assert content(other) == content(records)
    other.dispose()


def test_an_interrupted_seed_goes_on_with_its_own_city(
    records: Database, new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from records_api.core.migrate import upgrade

    url = new_database()
    upgrade(url)
    whole = Database(url)
    arguments = {"residents": 120, "seed": 6, "facilities": 11, "until": LAST, "days": 90}
    counts = seed(whole, **arguments)
    assert unfinished(whole) is None

    once, stops = Steps.once, ["accounts", "stock 2026-02", "open records"]

    def interrupted(self: Steps, step: str, *work: Any) -> None:
        if stops and step.startswith(stops[0]):
            stops.pop(0)
            raise KeyboardInterrupt
        once(self, step, *work)

    monkeypatch.setattr(Steps, "once", interrupted)
    while stops:
        with pytest.raises(KeyboardInterrupt):
            seed(records, **arguments)
        begun = unfinished(records)
        assert begun is not None
        assert begun.residents == 120
    assert seed(records, residents=7, seed=7) == counts  # the city that was begun, not this one
    assert unfinished(records) is None
    assert content(records) == content(whole)
    with records.session() as session:
        assert list(broken_rows(session)) == []
    whole.dispose()
