from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from records_api.core.audit import AuditRow, OutboxRow
from records_api.core.context import SYSTEM, Context
from records_api.core.errors import Forbidden, Invalid
from records_api.encounters import bulk
from records_api.encounters.schemas import (
    DiagnosisRecord,
    EncounterRecord,
    FindingsIn,
    VitalIn,
)
from records_api.encounters.tables import Diagnosis, Encounter, Finding, Vital
from records_api.notes.tables import Note

Rows = Callable[..., list[Any]]
THEN = datetime(2024, 7, 1, 4, 30, tzinfo=UTC)


@pytest.fixture
def system(doctor: Context, patient: str) -> Context:
    return Context(doctor.session, SYSTEM)


def record(patient: str, **changes: Any) -> EncounterRecord:
    return EncounterRecord(
        **{
            "id": "source-1",
            "patient_id": patient,
            "complaint": "Fever",
            "started_at": THEN,
            "recorded_at": THEN + timedelta(hours=1),
            "findings": FindingsIn(present=["fever"], absent=["rash"]),
            "vitals": [VitalIn(code="8310-5", value=Decimal("38.5"), unit="Cel")],
            "notes": ["Rest."],
            "diagnoses": [DiagnosisRecord(condition="flu", status="confirmed")],
            **changes,
        }
    )


def test_everything_is_written_with_the_times_of_the_source(
    system: Context, patient: str, rows: Rows
):
    assert bulk.record_many(system, [record(patient)], source="ddxplus") == 1
    [encounter] = rows(Encounter)
    assert (encounter.id, encounter.source, encounter.status) == ("source-1", "ddxplus", "closed")
    known = THEN + timedelta(hours=1)
    assert {(f.code, f.status, f.recorded_at) for f in rows(Finding)} == {
        ("fever", "present", known),
        ("rash", "absent", known),
    }
    [vital], [note], [diagnosis] = rows(Vital), rows(Note), rows(Diagnosis)
    assert (vital.value, vital.measured_at, vital.recorded_at) == (Decimal("38.5"), THEN, known)
    assert note.text == "Rest."
    assert (diagnosis.decided_at, diagnosis.recorded_at) == (THEN, known)
    told = [(row.topic, row.at) for row in rows(OutboxRow)]
    assert sorted(told) == [("diagnosis.changed", known), ("encounter.changed", known)]
    [audit] = [row for row in rows(AuditRow) if row.action == "encounter.record_many"]
    assert audit.detail["added"] == 1


def test_a_diagnosis_is_not_known_before_it_was_decided(system: Context, patient: str, rows: Rows):
    later = THEN + timedelta(days=3)
    late = DiagnosisRecord(condition="flu", status="confirmed", decided_at=later)
    bulk.record_many(system, [record(patient, diagnoses=[late])])
    assert rows(Diagnosis)[0].recorded_at == later


def test_again_changes_nothing(system: Context, patient: str, rows: Rows):
    bulk.record_many(system, [record(patient)])
    assert bulk.record_many(system, [record(patient)]) == 0
    for table, count in ((Encounter, 1), (Finding, 2), (Vital, 1), (Note, 1), (Diagnosis, 1)):
        assert len(rows(table)) == count


def test_other_content_amends(system: Context, patient: str, rows: Rows):
    bulk.record_many(system, [record(patient)])
    later = THEN + timedelta(days=1)
    changed = record(
        patient,
        complaint="Fever and rash",
        recorded_at=later,
        findings=FindingsIn(present=["fever", "rash"]),
        diagnoses=[DiagnosisRecord(condition="flu", status="refuted", decided_at=later)],
    )
    assert bulk.record_many(system, [changed]) == 0
    [encounter] = rows(Encounter)
    assert encounter.complaint == "Fever and rash"
    assert {f.code: (f.status, f.recorded_at) for f in rows(Finding)} == {
        "fever": ("present", THEN + timedelta(hours=1)),
        "rash": ("present", later),
    }
    assert [d.status for d in rows(Diagnosis)] == ["confirmed", "refuted"]
    was = [row.payload["was"] for row in rows(OutboxRow) if "was" in row.payload]
    assert was == [{"rash": ["absent", (THEN + timedelta(hours=1)).isoformat()]}]


@pytest.mark.parametrize(
    "wrong",
    [
        {"findings": FindingsIn(present=["nonsense"])},
        {"diagnoses": [DiagnosisRecord(condition="nonsense", status="confirmed")]},
        {"vitals": [VitalIn(code="8310-5", value=Decimal(400), unit="Cel")]},
        {"ended_at": THEN - timedelta(days=1)},
    ],
)
def test_a_record_that_does_not_fit_is_refused_whole(
    system: Context, patient: str, wrong: dict[str, Any], rows: Rows
):
    with pytest.raises(Invalid) as raised:
        bulk.record_many(system, [record(patient), record(patient, id="source-2", **wrong)])
    assert raised.value.field
    system.session.rollback()
    assert rows(Encounter) == []


def test_another_patient_s_encounter_is_not_taken_over(system: Context, patient: str, rows: Rows):
    bulk.record_many(system, [record(patient)])
    with pytest.raises(Invalid):
        bulk.record_many(system, [record("somebody-else")])


def test_only_the_system_may(doctor: Context, patient: str):
    with pytest.raises(Forbidden):
        bulk.record_many(doctor, [record(patient)])


def test_none_is_no_work(system: Context, rows: Rows):
    assert bulk.record_many(system, []) == 0
    assert rows(AuditRow) == []
