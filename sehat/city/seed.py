"""Writes the demonstration city through the services, as any other client would."""

import random
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import TypeVar

import numpy as np

from knowledge import catalogue
from records_api.core.context import Context
from records_api.core.db import Database
from records_api.encounters import bulk
from records_api.encounters.rules import VITALS
from records_api.encounters.schemas import DiagnosisRecord, EncounterRecord, FindingsIn, VitalIn
from records_api.facilities import service as facilities
from records_api.facilities.schemas import DistrictIn, FacilityIn
from records_api.patients import service as patients
from records_api.patients.schemas import PatientIn
from records_api.patients.tables import Household
from records_api.pharmacy import service as pharmacy
from records_api.pharmacy.ledger import Entry, record_ledger_many
from records_api.pharmacy.schemas import ItemIn
from records_api.prescribing import service as prescribing
from records_api.prescribing.schemas import PrescriptionRecord
from records_api.terminology import service as terminology
from sehat.city import accounts, demonstration
from sehat.city.accounts import SOURCE, our_id
from sehat.city.care import ZONE, Visit, visits
from sehat.city.illness import medicines
from sehat.city.people import Resident, residents
from sehat.city.places import DISTRICTS, sites
from sehat.city.plan import Plan, Steps, unfinished
from sehat.city.stock import Store
from sehat.console import progress
from sehat.terminology import terms

CITY = "delhi"
DAYS = 2 * 365  # two of each season
Counts = dict[str, int]
_Row = TypeVar("_Row")


def seed(
    database: Database,
    *,
    residents: int = 20_000,
    seed: int = 1,
    facilities: int = 40,
    until: date | None = None,
    days: int = DAYS,
) -> Counts:
    """Seed empty records; how many of each they then hold. The same arguments write the same city.

    A seed that was interrupted goes on with its own arguments, whatever these are.
    """
    last = until or datetime.now(ZONE).date() - timedelta(days=1)
    plan = unfinished(database) or Plan(residents, seed, facilities, last.isoformat(), days)
    city = _City(plan, Steps(database, plan))
    city.build()
    return city.counts


class _City:
    def __init__(self, plan: Plan, steps: Steps) -> None:
        self._plan, self._steps, self._sites = plan, steps, sites(plan.facilities)
        self._before = datetime.combine(plan.first, time(6), ZONE).astimezone(UTC)
        self._before -= timedelta(days=30)
        self._people = list(residents(plan.residents, plan.seed, plan.last))
        self.counts: Counts = defaultdict(int)

    def build(self) -> None:
        self._steps.once("places", self._places, self._before)
        with progress("residents", len(self._people)) as bar:
            self._residents(bar)
        self._steps.once(
            "accounts", lambda ctx: accounts.write(ctx, self._sites, self._people), self._before
        )
        with progress("two years of visits", self._plan.days) as bar:
            self._care(bar)
        demonstration.write(self._steps, self._people, self._sites, self._plan.last, self.counts)
        self._steps.finish()

    def _places(self, ctx: Context) -> None:
        city = DistrictIn(code=CITY, name_en="Delhi", name_hi="दिल्ली")
        districts = [
            DistrictIn(code=code, name_en=name, name_hi=hindi, parent=CITY)
            for code, name, hindi, *_ in DISTRICTS
        ]
        facilities.put_districts(ctx, [city, *districts])
        made = [
            FacilityIn(
                id=our_id("facility", s.code),
                code=s.code,
                name=s.name,
                name_hi=s.name_hi,
                kind=s.kind,
                district=s.district,
                latitude=s.latitude,
                longitude=s.longitude,
            )
            for s in self._sites
        ]
        facilities.create_many(ctx, made, source=SOURCE, synthetic=True)
        terminology.add_many(ctx, terms(catalogue.delhi()), source=SOURCE)
        items = [
            ItemIn(
                id=our_id("item", m.code),
                code=m.code,
                name=m.name,
                name_hi=m.name_hi,
                atc=m.atc,
                unit=m.unit,
            )
            for m in medicines()
        ]
        pharmacy.add_items(ctx, items, source=SOURCE)

    def _residents(self, bar: Callable[[float], None]) -> None:
        homes = {p.household: p for p in self._people}
        households = [
            Household(id=our_id("household", n), address=p.address, district=p.district)
            for n, p in homes.items()
        ]
        self._steps.once(
            "households", lambda ctx: patients.add_households(ctx, households), self._before
        )
        self.counts["facilities"], self.counts["items"] = len(self._sites), len(medicines())
        self.counts["households"] = len(homes)
        # Who was born during the two years is registered on the day after.
        by_day: dict[date, list[Resident]] = defaultdict(list)
        for person in self._people:
            by_day[max(person.birth_date, self._before.date())].append(person)
        for day, born in sorted(by_day.items()):
            at = max(datetime.combine(day, time(6), UTC) + timedelta(days=1), self._before)
            for batch in _batches(born, 2000):
                step = f"residents {batch[0].number} on {day}"
                self._steps.once(step, partial(self._register, step, batch), at)
                self.counts["residents"] += len(batch)
                bar(self.counts["residents"])

    def _register(self, step: str, people: Sequence[Resident], ctx: Context) -> None:
        made = [_patient(person) for person in people]
        draw = random.Random(f"{self._plan.seed} {step}")  # the same numbers however often begun
        patients.register_many(ctx, made, source=SOURCE, synthetic=True, draw=draw)

    def _care(self, bar: Callable[[float], None]) -> None:
        plan = self._plan
        holidays = _holidays(plan.first, plan.last)
        stores = self._stores()
        month: list[Visit] = []
        current = (plan.first.year, plan.first.month)
        coming = visits(self._people, self._sites, plan.seed, plan.first, plan.last, holidays)
        for visit in coming:
            day = visit.started_at.astimezone(ZONE).date()
            if (day.year, day.month) != current:
                self._month(month, current, stores)
                bar((day - plan.first).days)
                month, current = [], (day.year, day.month)
            month.append(visit)
        self._month(month, current, stores)
        bar(plan.days)

    def _stores(self) -> dict[tuple[str, str], Store]:
        """What each facility keeps: a hospital everything, a clinic the commonest two thirds."""
        stores = {}
        draw = np.random.default_rng([self._plan.seed, 3])
        for site in self._sites:
            kept = {"hospital": 1.0, "dispensary": 0.85, "mohalla_clinic": 0.6}[site.kind]
            for medicine in medicines():
                if draw.random() < kept:
                    child = np.random.default_rng(draw.integers(2**63))
                    key = (site.code, medicine.code)
                    stores[key] = Store(site.code, medicine.code, self._plan.first, child)
        return stores

    def _month(
        self, seen: list[Visit], month: tuple[int, int], stores: dict[tuple[str, str], Store]
    ) -> None:
        name = "{}-{:02}".format(*month)
        for batch in _batches(seen, 2000):
            step = f"visits {name} from {batch[0].number}"
            self._steps.once(step, partial(self._encounters, batch), batch[-1].started_at)
        # Drawn even when all of it was written: the stores remember what they were asked for.
        entries = list(self._ledger(seen, month, stores))
        for number, part in enumerate(_batches(entries, 5000)):
            self._steps.once(
                f"stock {name} part {number}", partial(_record_ledger, part), part[-1].at
            )
        self.counts["encounters"] += len(seen)
        self.counts["prescriptions"] += sum(len(visit.prescribed) for visit in seen)
        self.counts["stock movements"] += len(entries)

    def _encounters(self, seen: Sequence[Visit], ctx: Context) -> None:
        bulk.record_many(ctx, [_encounter(v) for v in seen], source=SOURCE)
        prescribing.prescribe_many(ctx, [p for v in seen for p in _prescriptions(v)])

    def _ledger(
        self, seen: list[Visit], month: tuple[int, int], stores: dict[tuple[str, str], Store]
    ) -> Iterator[Entry]:
        """Deliveries and supplies of a month, day by day, as the stores simulate them."""
        by_day: dict[date, list[Visit]] = defaultdict(list)
        for visit in seen:
            by_day[visit.started_at.astimezone(ZONE).date()].append(visit)
        for number in range(1, monthrange(*month)[1] + 1):
            day = date(*month, number)
            if not self._plan.first <= day <= self._plan.last:
                continue
            opening = datetime.combine(day, time(7), ZONE).astimezone(UTC)
            for store in stores.values():
                arrived = store.morning(day)
                if arrived is not None:
                    yield Entry(
                        kind="receive",
                        facility_id=our_id("facility", store.site),
                        item_id=our_id("item", store.item),
                        at=opening,
                        quantity=Decimal(arrived.quantity),
                        number=arrived.number,
                        expires_on=arrived.expires_on,
                    )
            asked: dict[tuple[str, str], int] = defaultdict(int)
            for visit in by_day[day]:
                for item, quantity in visit.prescribed:
                    key = (visit.site.code, item)
                    if key not in stores:
                        continue  # not kept here: the patient goes elsewhere
                    asked[key] += quantity
                    yield Entry(
                        kind="dispense",
                        facility_id=our_id("facility", visit.site.code),
                        item_id=our_id("item", item),
                        at=visit.started_at + timedelta(minutes=40),
                        quantity=Decimal(quantity),
                        supplied=Decimal(stores[key].ask(quantity)),
                        patient_id=our_id("patient", visit.resident.number),
                        prescription_id=our_id("prescription", f"{visit.number}/{item}"),
                    )
            for key, store in stores.items():
                store.evening(asked[key])


def _record_ledger(entries: Sequence[Entry], ctx: Context) -> None:
    record_ledger_many(ctx, entries)


def _patient(person: Resident) -> PatientIn:
    return PatientIn(
        id=our_id("patient", person.number),
        name=person.name,
        name_hi=person.name_hi,
        sex=person.sex,
        birth_date=person.birth_date,
        phone=person.phone,
        district=person.district,
        household_id=our_id("household", person.household),
    )


def _encounter(visit: Visit) -> EncounterRecord:
    ended = visit.started_at + timedelta(minutes=15)
    return EncounterRecord(
        id=our_id("encounter", visit.number),
        patient_id=our_id("patient", visit.resident.number),
        facility_id=our_id("facility", visit.site.code),
        clinician_id=accounts.doctor_of(visit.site),
        started_at=visit.started_at,
        ended_at=ended,
        recorded_at=visit.started_at,
        findings=FindingsIn(present=list(visit.present), absent=list(visit.absent)),
        vitals=[
            VitalIn(code=code, value=value, unit=VITALS[code].unit) for code, value in visit.vitals
        ],
        diagnoses=[
            DiagnosisRecord(
                condition=visit.condition.id,
                icd10=visit.condition.icd10,
                status="confirmed" if visit.confirmed else "working",
                decided_at=ended,
            )
        ],
    )


def _prescriptions(visit: Visit) -> Iterator[PrescriptionRecord]:
    for item, quantity in visit.prescribed:
        yield PrescriptionRecord(
            id=our_id("prescription", f"{visit.number}/{item}"),
            encounter_id=our_id("encounter", visit.number),
            patient_id=our_id("patient", visit.resident.number),
            item_id=our_id("item", item),
            quantity=Decimal(quantity),
            directions="As told by the doctor (synthetic)",
            prescriber_id=accounts.doctor_of(visit.site),
            prescribed_at=visit.started_at + timedelta(minutes=12),
        )


def _holidays(first: date, last: date) -> frozenset[date]:
    import holidays

    return frozenset(
        holidays.country_holidays("IN", subdiv="DL", years=range(first.year, last.year + 1))
    )


def _batches(rows: Sequence[_Row], size: int) -> Iterator[Sequence[_Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
