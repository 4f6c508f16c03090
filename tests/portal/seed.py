"""A small synthetic city for the portal's tests, written through the records' own services."""

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from knowledge import catalogue
from records_api.consent import service as consents
from records_api.consent.schemas import GrantIn
from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database
from records_api.core.migrate import upgrade
from records_api.encounters.bulk import record_many
from records_api.encounters.schemas import DiagnosisRecord, EncounterRecord, FindingsIn, VitalIn
from records_api.facilities import service as facilities
from records_api.facilities.schemas import DistrictIn, FacilityIn
from records_api.patients import service as patients
from records_api.patients.schemas import PatientIn
from records_api.pharmacy import service as pharmacy
from records_api.pharmacy.ledger import Entry, record_ledger_many
from records_api.pharmacy.schemas import ItemIn
from records_api.scheduling import service as scheduling
from records_api.scheduling.schemas import SessionIn
from records_api.staff import passwords
from records_api.staff import service as staff
from records_api.staff.schemas import AccountIn
from records_api.terminology import service as terminology
from sehat.city import illness
from sehat.terminology import terms

PASSWORD = "three words together"
ASHA, RAVI, MEENA = "patient-asha", "patient-ravi", "patient-meena"
CLINIC, HOSPITAL = "facility-clinic", "facility-hospital"
DOCTOR = "account-doctor"
PARACETAMOL = "PARA500"

_RESIDENTS = (
    (ASHA, "Asha Sharma", "आशा शर्मा", "F", date(1988, 4, 12)),
    (RAVI, "Ravi Kumar", "रवि कुमार", "M", date(1961, 9, 3)),
    (MEENA, "Meena Gupta", "मीना गुप्ता", "F", date(2019, 1, 30)),
)
_ACCOUNTS = (
    (DOCTOR, "dr.rao", "Dr Meera Rao", "doctor", CLINIC, None),
    ("account-doctor-2", "dr.khan", "Dr Imran Khan", "doctor", HOSPITAL, None),
    ("account-planner", "planner", "Sunita Verma", "planner", None, None),
    ("account-clerk", "clerk", "Farah Ali", "clerk", CLINIC, None),
    ("account-asha", "asha", "Asha Sharma", "resident", None, ASHA),
)


# What a catalogue says of two conditions. Cut short, and of no use at a bedside.
_SOURCE = {
    "id": "nvbdcp",
    "title": "National guidelines for dengue",
    "publisher": "Ministry of Health",
    "year": 2023,
    "url": "https://guidelines.example/dengue",
}
_GUIDANCE: dict[str, dict[str, Any]] = {
    "dengue": {
        "red_flags": [{"findings": ["bleeding_gums", "vomiting"]}],
        "first_tests": ["NS1 antigen until day 5", "Platelets and haematocrit"],
        "treatment": {"text": "Fluids by mouth, paracetamol, rest.", "source": "nvbdcp"},
        "contraindications": [
            {"kind": "drug", "text": "No aspirin, no ibuprofen: they raise the risk of bleeding."},
            {"kind": "pregnancy", "text": "Admit near term, for bleeding at birth."},
        ],
        "referral": {
            "when": "Bleeding, belly pain, drowsiness",
            "where": "Hospital with a blood bank",
        },
        "citations": [_SOURCE],
    },
    "acs": {
        "red_flags": [
            {"findings": ["chest_pain", "sweating"], "why": "Infarction until proven else."}
        ],
        "first_tests": ["ECG within 10 minutes"],
        "treatment": {"text": "Aspirin 300 mg chewed.", "source": "judgement"},
    },
}


def prepare(url: str) -> None:
    """Fill the database behind `url`; what the tests' databases are copies of."""
    upgrade(url)
    database = Database(url)
    with database.transaction() as session:
        fill(Context(session, SYSTEM))
    database.dispose()


def fill(ctx: Context) -> None:
    facilities.put_districts(
        ctx,
        [
            DistrictIn(code="delhi", name_en="Delhi", name_hi="दिल्ली"),
            DistrictIn(
                code="south-east", name_en="South East", name_hi="दक्षिण पूर्व", parent="delhi"
            ),
        ],
    )
    facilities.create_many(
        ctx,
        [
            FacilityIn(
                id=CLINIC,
                code="MC-0142",
                name="Mohalla Clinic Okhla",
                name_hi="मोहल्ला क्लिनिक ओखला",
                kind="mohalla_clinic",
                district="south-east",
            ),
            FacilityIn(
                id=HOSPITAL,
                code="H-011",
                name="District Hospital Kalkaji",
                name_hi="ज़िला अस्पताल कालकाजी",
                kind="hospital",
                district="south-east",
            ),
        ],
        synthetic=True,
    )
    _terminology(ctx)
    patients.register_many(
        ctx,
        [
            PatientIn(
                id=id_, name=name, name_hi=hindi, sex=sex, birth_date=born, district="south-east"
            )
            for id_, name, hindi, sex, born in _RESIDENTS
        ],
        synthetic=True,
    )
    staff.create_many(
        ctx,
        [
            AccountIn(
                id=id_,
                username=username,
                name=name,
                password=PASSWORD,
                roles=[role],
                facility_id=place,
                patient_id=resident,
            )
            for id_, username, name, role, place, resident in _ACCOUNTS
        ],
        synthetic=True,
        hasher=passwords.CHEAP,
    )
    consents.grant(ctx, ASHA, GrantIn(grantee_id=DOCTOR, days=30))
    _history(ctx)
    _stock(ctx)
    _clinics(ctx)


def _terminology(ctx: Context) -> None:
    """The Delhi catalogue, but for what the tests quote: that is theirs."""
    concepts = [
        concept.model_copy(update={"detail": {**concept.detail, **_GUIDANCE[concept.code]}})
        if concept.code in _GUIDANCE
        else concept
        for concept in terms(catalogue.delhi())
    ]
    terminology.add_many(ctx, concepts, source="test")


def _history(ctx: Context) -> None:
    """What was confirmed near by of late: the list a doctor sees when no model answers."""
    start = datetime.now(UTC) - timedelta(days=20)
    cases = [(ASHA, "dengue"), (RAVI, "dengue"), (RAVI, "hypertension"), (MEENA, "dengue")]
    record_many(
        ctx,
        [
            EncounterRecord(
                id=f"encounter-{number}",
                patient_id=patient,
                facility_id=CLINIC,
                clinician_id=DOCTOR,
                complaint="Fever since three days",
                started_at=start + timedelta(days=number),
                ended_at=start + timedelta(days=number, minutes=12),
                recorded_at=start + timedelta(days=number),
                findings=FindingsIn(present=["fever", "headache"]),
                vitals=[
                    VitalIn(code="8310-5", value=Decimal("38.6"), unit="Cel"),
                    VitalIn(code="8867-4", value=Decimal(96), unit="/min"),
                ],
                notes=["Drinks well. Platelets tomorrow."],
                diagnoses=[
                    DiagnosisRecord(
                        condition=condition,
                        status="confirmed",
                        decided_at=start + timedelta(days=number, minutes=10),
                        decided_by=DOCTOR,
                    )
                ],
            )
            for number, (patient, condition) in enumerate(cases)
        ],
    )


def _stock(ctx: Context) -> None:
    """A year of paracetamol that rises with the fevers, zinc that is nearly used up, an inhaler
    that ran out, and a tube of ointment nobody asks for."""
    items = {m.code: m for m in illness.medicines()}
    chosen = [items[code] for code in (PARACETAMOL, "ZINC20", "ORS")]
    idle = next(m for m in items.values() if m.unit == "{tube}")
    ids = pharmacy.add_items(
        ctx,
        [
            ItemIn(
                id=f"item-{m.code}",
                **{k: getattr(m, k) for k in ("code", "name", "name_hi", "atc", "unit")},
            )
            for m in (*chosen, idle)
        ],
    )
    now = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0)
    expiry = (now + timedelta(days=300)).date()
    entries = []
    for code, number, stock in (
        (PARACETAMOL, "PC2409", 6300),
        ("ZINC20", "ZN2501", 1500),
        ("ORS", "OR2502", 1000),
        (idle.code, "TB2401", 40),
    ):
        at = now - timedelta(days=364)
        entries.append(
            Entry("receive", CLINIC, ids[code], at, stock, number=number, expires_on=expiry)
        )
    for week in range(52):
        at = now - timedelta(days=7 * (51 - week) + 3)
        wave = 110 + 55 * math.sin(2 * math.pi * week / 52) + 12 * math.sin(5 * week)
        for code, asked in ((PARACETAMOL, round(wave)), ("ZINC20", 28), ("ORS", 30)):
            entries.append(Entry("dispense", CLINIC, ids[code], at, asked))
    record_ledger_many(ctx, entries)


def _clinics(ctx: Context) -> None:
    """Tomorrow and the day after, from ten in the morning in Delhi."""
    morning = datetime.now(UTC).replace(hour=4, minute=30, second=0, microsecond=0)
    scheduling.create_many(
        ctx,
        [
            SessionIn(
                facility_id=place,
                specialty=specialty,
                starts_at=morning + timedelta(days=day),
                ends_at=morning + timedelta(days=day, hours=3),
                places=12,
            )
            for day in (1, 2)
            for place, specialty in ((CLINIC, "general medicine"), (HOSPITAL, "chest medicine"))
        ],
    )
