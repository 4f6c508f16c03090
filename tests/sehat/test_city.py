"""The demonstration city: the same seed draws the same one, and its seasons are seasons."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, select

from knowledge import catalogue
from knowledge.measured import Taken, judged
from records_api.core.audit import broken_rows
from records_api.core.db import Database
from records_api.encounters.rules import VITALS, vital_problem
from records_api.encounters.tables import Diagnosis
from records_api.patients.rules import age_at as records_age
from records_api.patients.rules import valid_health_id
from records_api.patients.tables import Patient
from records_api.pharmacy.tables import Batch, Dispense, Movement
from sehat.city import limits
from sehat.city.care import Visit, visits
from sehat.city.illness import VISITS, medicines, prescriptions
from sehat.city.incidence import YEAR
from sehat.city.people import residents
from sehat.city.places import DISTRICTS, sites
from sehat.city.plan import Steps, is_demonstration, unfinished
from sehat.city.seed import seed
from tests.knowledge.measurements import RULES

LAST = date(2026, 3, 31)
TESTS = {"low_sugar", "high_sugar", "very_high_sugar", "low_muac"}  # not taken by the city's nurse


@pytest.fixture(scope="module")
def seen() -> list[Visit]:
    """Three years of a small city."""
    people = list(residents(4000, 3, LAST))
    return list(visits(people, sites(11), 3, date(2023, 4, 1), LAST, frozenset()))


def age_at(visit: Visit) -> float:
    return (visit.started_at.date() - visit.resident.birth_date).days / YEAR


def test_what_is_given_exists() -> None:
    kept = {m.code for m in medicines()}
    assert prescriptions().keys() <= catalogue.delhi().condition_by_id.keys()
    assert {code for given in prescriptions().values() for code in given} == kept


def test_limits_name_what_the_catalogue_has() -> None:
    known = catalogue.delhi()
    assert limits.FINDINGS.keys() <= known.finding_by_id.keys()
    assert limits._CONDITIONS.keys() <= known.condition_by_id.keys()


def test_every_finding_and_condition_is_of_the_catalogue(seen: list[Visit]) -> None:
    known = catalogue.delhi()
    keys = {key for finding in known.findings for key in finding.keys}
    for visit in seen:
        assert visit.condition.id in known.condition_by_id
        assert keys.issuperset([*visit.present, *visit.absent])


def test_a_follow_up_is_answered_only_where_what_it_follows_is(seen: list[Visit]) -> None:
    known = catalogue.delhi()
    follow = 0
    for visit in seen:
        for key in (*visit.present, *visit.absent):
            finding = known.finding_by_key[key]
            assert finding.parent is None or finding.parent in visit.present, (key, visit)
            follow += finding.parent is not None
        one = [f.id for k in visit.present if (f := known.finding_by_key[k]).answer == "one"]
        assert len(one) == len(set(one))
    assert follow > 1000


def test_findings_come_as_often_as_the_catalogue_says(seen: list[Visit]) -> None:
    urti = [visit for visit in seen if visit.condition.id == "urti"]
    said = catalogue.delhi().condition_by_id["urti"].findings
    for key in ("runny_nose", "cough", "sneezing"):
        share = np.mean([key in visit.present for visit in urti])
        assert share == pytest.approx(said[key].frequency, abs=0.05)


def test_nobody_has_what_they_cannot_have(seen: list[Visit]) -> None:
    for visit in seen:
        sex, age, condition = visit.resident.sex, age_at(visit), visit.condition
        assert condition.rate is not None
        for_sex = condition.rate.female if sex == "F" else condition.rate.male
        assert for_sex > 0, (condition.id, sex)
        if condition.specialty == "obstetrics":
            assert 15 <= age < 46
        if condition.id.startswith("neonatal"):
            assert age < 0.1
        if {"pregnant", "missed_period"} & set(visit.present):
            assert (sex, 15 <= age < 46) == ("F", True)
        if "testis_pain" in visit.present:
            assert sex == "M"
    met = {visit.condition.id for visit in seen}
    assert {"neonatal_jaundice", "anaemia_pregnancy", "bph", "bronchiolitis"} <= met


def test_dengue_comes_after_the_rains_and_heat_before_them(seen: list[Visit]) -> None:
    months = Counter(v.started_at.month for v in seen if "dengue" in v.condition.id)
    assert sum(months[m] for m in (8, 9, 10, 11)) > 4 * sum(months[m] for m in (1, 2, 3, 4))
    heat = Counter(v.started_at.month for v in seen if v.condition.id == "heat_exhaustion")
    assert sum(heat[m] for m in (4, 5, 6, 7)) > 0.8 * heat.total() > 0


def test_what_is_measured_says_what_was_found(seen: list[Visit]) -> None:
    """Above all, no more: a measurement adds no finding that the catalogue's frequencies did not draw."""
    codes: Counter[str] = Counter()
    for visit in seen:
        at = visit.started_at
        taken = [Taken(code, value, at, at) for code, value in visit.vitals]
        for one in taken:
            assert vital_problem(one.code, one.value, VITALS[one.code].unit) is None
        measured = judged(RULES, taken, records_age(visit.resident.birth_date, at))
        for finding, answer in measured.items():
            assert answer.present == (finding in visit.present), (finding, visit)
        codes.update(one.code for one in taken)
        decided = {finding for finding in (*visit.present, *visit.absent) if finding in RULES}
        unmeasured = decided - measured.keys() - TESTS
        assert not unmeasured, (unmeasured, visit)
    assert codes["8310-5"] > 0.999 * len(seen)
    assert min(codes[code] for code in ("8867-4", "9279-1", "59408-5", "8480-6", "8462-4")) > 100


def test_a_resident_comes_about_as_often_as_planned(seen: list[Visit]) -> None:
    assert 1000 * len(seen) / 4000 / 3 == pytest.approx(VISITS, rel=0.08)


def test_what_was_so_all_along_is_found_again(seen: list[Visit]) -> None:
    smokers: set[int] = set()
    for visit in seen:
        if visit.resident.number in smokers:
            assert "smoker" in visit.present
        if "smoker" in visit.present:
            smokers.add(visit.resident.number)
    assert smokers


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
