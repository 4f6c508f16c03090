"""Rows that several slices' tests stand on, written straight into the tables."""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from records_api.consent.tables import Grant
from records_api.core.ids import new_id
from records_api.facilities.tables import District, Facility
from records_api.patients.tables import Patient
from records_api.terminology.tables import Concept

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def add_facility(session: Session, code: str = "AIIMS", zone: str = "Asia/Kolkata") -> str:
    if session.get(District, "south") is None:
        session.add(District(code="south", name_en="South Delhi"))
        session.flush()
    row = Facility(
        id=new_id(),
        code=code,
        name=code,
        kind="hospital",
        district="south",
        zone=zone,
        recorded_at=LONG_AGO,
    )
    session.add(row)
    session.flush()
    return row.id


def add_patient(
    session: Session,
    number: int = 1,
    *,
    district: str | None = "south",
    born: date = date(1990, 5, 1),
    sex: str = "F",
) -> str:
    row = Patient(
        id=new_id(),
        health_id=f"{number:014d}",
        name=f"Asha {number}",
        search_name=f"asha {number}",
        sex=sex,
        birth_date=born,
        district=district,
        recorded_at=LONG_AGO,
        updated_at=LONG_AGO,
    )
    session.add(row)
    session.flush()
    return row.id


def add_concepts(session: Session) -> None:
    for code, kind, name, name_hi, extra in (
        ("fever", "finding", "Fever", "बुखार", {}),
        ("cough", "finding", "Cough", "खांसी", {}),
        ("rash", "finding", "Skin rash", "चकत्ते", {}),
        ("flu", "condition", "Influenza", "फ्लू", {"icd10": "J11", "severity": 3}),
        ("cold", "condition", "Common cold", None, {"icd10": "J00", "severity": 5}),
        ("mi", "condition", "Heart attack", None, {"severity": 1, "specialty": "cardiology"}),
    ):
        session.add(
            Concept(
                code=code,
                kind=kind,
                name_en=name,
                name_hi=name_hi,
                source="test",
                recorded_at=LONG_AGO,
                **extra,
            )
        )
    session.flush()


def grant(session: Session, patient_id: str, grantee_id: str) -> None:
    """Open a record for as long as any test runs."""
    session.add(
        Grant(
            patient_id=patient_id,
            grantee_id=grantee_id,
            kind="consent",
            granted_by=patient_id,
            opens_at=LONG_AGO,
            closes_at=datetime(2100, 1, 1, tzinfo=UTC),
        )
    )
    session.flush()
