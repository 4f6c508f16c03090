"""Rows that several slices' tests stand on, written straight into the tables."""

from datetime import UTC, date, datetime
from typing import Any

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


SOURCE = {
    "id": "esc-acs",
    "title": "Guidelines for acute coronary syndromes",
    "publisher": "European Society of Cardiology",
    "year": 2023,
    "url": "https://guidelines.example/acs",
}
MI: dict[str, Any] = {
    "findings": ["chest_pain", "sweating", "nausea"],
    "red_flags": [{"findings": ["chest_pain", "sweating"], "why": "Infarction until proven else."}],
    "first_tests": ["ECG within 10 minutes", "Troponin"],
    "treatment": {"text": "Aspirin 300 mg chewed.", "source": "esc-acs"},
    "contraindications": [
        {"kind": "disease", "text": "No beta-blocker in asthma."},
        {"kind": "kidney", "text": "Less enoxaparin in kidney disease."},
        {"kind": "pregnancy", "text": "No statin in pregnancy."},
        {"kind": "age", "text": "Half the dose over 75 years."},
    ],
    "referral": {"when": "Always", "where": "Hospital with angioplasty"},
    "citations": [SOURCE],
}
FLU: dict[str, Any] = {
    "findings": ["fever", "cough", "rash", "chest_pain"],
    "red_flags": [{"findings": ["chest_pain"]}],
}


def add_guidance(session: Session) -> None:
    """What `add_concepts` left out: red flags and first care of two conditions, and antecedents."""
    for code, name, name_hi in (
        ("chest_pain", "Chest pain", "सीने में दर्द"),
        ("sweating", "Sweating", None),
        ("nausea", "Nausea", None),
        ("known_asthma", "Known asthma or allergy", "पहले से दमा"),
        ("known_kidney_disease", "Known kidney disease", None),
        ("pregnant", "Pregnant", None),
    ):
        antecedent = code.startswith(("known", "pregnant"))
        session.add(
            Concept(
                code=code,
                kind="finding",
                name_en=name,
                name_hi=name_hi,
                detail={
                    "is_antecedent": antecedent,
                    "kind": "history" if antecedent else "symptom",
                },
                source="test",
                recorded_at=LONG_AGO,
            )
        )
    session.flush()
    for code, detail in (("mi", MI), ("flu", FLU)):
        row = session.get(Concept, code)
        assert row is not None
        row.detail = detail
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
