"""Whole visits at once, for imports and the seed: the same rules as at the desk, fewer statements."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert

from records_api.core.context import Context, Role
from records_api.core.db import Base
from records_api.core.errors import Forbidden, Invalid
from records_api.core.ids import new_id
from records_api.encounters import repository
from records_api.encounters.schemas import EncounterRecord
from records_api.encounters.service import check_codes, check_vitals
from records_api.encounters.tables import Diagnosis, Encounter, Finding, Vital
from records_api.notes import repository as noted
from records_api.notes.tables import Note

Rows = list[dict[str, Any]]


def record_many(ctx: Context, records: Sequence[EncounterRecord], *, source: str = "desk") -> int:
    """Write visits with everything in them; how many were new. One that is recorded already is
    amended: changed answers, and what was added to it.

    Raises `Invalid` for the first record that does not fit; an unknown patient or facility breaks a
    foreign key when the rows are written. Times are the record's own: `recorded_at` is from when on
    a feature may use it.
    """
    if not ctx.actor.has(Role.SYSTEM):
        raise Forbidden("Only an import records many encounters at once.")
    if not records:
        return 0
    _check(ctx, records)
    known = repository.known(ctx.session, [record.id for record in records])
    fresh = [record for record in records if record.id not in known]
    _insert(ctx, fresh, source)
    for record in records:
        if record.id in known:
            _amend(ctx, record)
    ctx.audit(
        "encounter.record_many",
        added=len(fresh),
        amended=len(known),
        source=source,
        digest=hashlib.sha256(" ".join(r.id for r in records).encode()).hexdigest(),
    )
    return len(fresh)


def _check(ctx: Context, records: Sequence[EncounterRecord]) -> None:
    findings: set[str] = set()
    conditions: set[str] = set()
    for record in records:
        asked = record.findings
        findings.update(asked.present, asked.absent, asked.unknown)
        conditions.update(diagnosis.condition for diagnosis in record.diagnoses)
        check_vitals(ctx, record.vitals)
        if record.ended_at and record.ended_at < record.started_at:
            raise Invalid("The visit ends before it begins.", field="ended_at")
    check_codes(ctx, "finding", findings, "findings")
    check_codes(ctx, "condition", conditions, "diagnoses")


def _insert(ctx: Context, records: Iterable[EncounterRecord], source: str) -> None:
    encounters: Rows = []
    findings: Rows = []
    vitals: Rows = []
    notes: Rows = []
    diagnoses: Rows = []
    for record in records:
        at = record.recorded_at or ctx.now
        encounters.append(
            {
                "id": record.id,
                "patient_id": record.patient_id,
                "facility_id": record.facility_id,
                "clinician_id": record.clinician_id,
                "booking_id": record.booking_id,
                "status": record.status,
                "complaint": record.complaint,
                "started_at": record.started_at,
                "ended_at": record.ended_at,
                "source": source,
                "recorded_at": at,
                "version": 1,
            }
        )
        findings += [
            {"encounter_id": record.id, "code": code, "status": status, "recorded_at": at}
            for code, status in record.findings.by_code().items()
        ]
        vitals += _vitals(record, at)
        notes += _notes(ctx, record, record.notes, at)
        diagnoses += _diagnoses(ctx, record, at)
        ctx.at(at).emit("encounter.changed", record.id, patient_id=record.patient_id)
    _write(ctx, Encounter, encounters)
    _write(ctx, Finding, findings)
    _write(ctx, Vital, vitals)
    _write(ctx, Note, notes)
    _write(ctx, Diagnosis, diagnoses)


def _write(ctx: Context, kind: type[Base], rows: Rows) -> None:
    if rows:  # through the table, not the mapper: no object is made of each row
        ctx.session.execute(insert(cast(Table, kind.__table__)), rows)


def _vitals(record: EncounterRecord, at: datetime) -> Rows:
    return [
        {
            "id": new_id(),
            "encounter_id": record.id,
            "code": vital.code,
            "value": vital.value,
            "unit": vital.unit,
            "measured_at": vital.measured_at or record.started_at,
            "recorded_at": at,
        }
        for vital in record.vitals
    ]


def _notes(ctx: Context, record: EncounterRecord, texts: Iterable[str], at: datetime) -> Rows:
    return [
        {
            "id": new_id(),
            "encounter_id": record.id,
            "author_id": record.clinician_id or ctx.actor.id,
            "source": "typed",
            "draft": text,
            "text": text,
            "status": "signed",
            "changes": [],
            "changed_words": 0,
            "signed_at": at,
            "recorded_at": at,
            "version": 1,
        }
        for text in texts
    ]


def _diagnoses(ctx: Context, record: EncounterRecord, at: datetime) -> Rows:
    rows = []
    for diagnosis in record.diagnoses:
        decided_at = diagnosis.decided_at or record.ended_at or record.started_at
        known_at = max(at, decided_at)  # nothing is known before it was decided
        row: dict[str, Any] = {
            "id": new_id(),
            "encounter_id": record.id,
            "condition": diagnosis.condition,
            "icd10": diagnosis.icd10,
            "status": diagnosis.status,
            "reason": diagnosis.reason,
            "advice_id": diagnosis.advice_id,
            "decided_by": diagnosis.decided_by or record.clinician_id or ctx.actor.id,
            "decided_at": decided_at,
            "recorded_at": known_at,
        }
        rows.append(row)
        ctx.at(known_at).emit(
            "diagnosis.changed", row["id"], encounter_id=record.id, patient_id=record.patient_id
        )
    return rows


def _amend(ctx: Context, record: EncounterRecord) -> None:
    """A visit came again with other content. What changed is known from now on, not before."""
    encounter = repository.get(ctx.session, record.id)
    if encounter.patient_id != record.patient_id:
        raise Invalid("This encounter is another patient's.", field="patient_id")
    at = max(record.recorded_at or ctx.now, encounter.recorded_at)
    encounter.complaint, encounter.ended_at = record.complaint, record.ended_at
    encounter.status = record.status
    ctx.session.flush()
    was = repository.upsert_findings(ctx.session, record.id, record.findings.by_code(), at)
    vitals = {(v.code, v.measured_at) for v in repository.vitals(ctx.session, [record.id])}
    notes = {note.text for note in noted.signed(ctx.session, [record.id])}
    newest = {d.condition: d.status for d in repository.diagnoses(ctx.session, [record.id])}
    news = [d for d in record.diagnoses if newest.get(d.condition) != d.status]
    _write(
        ctx,
        Vital,
        [row for row in _vitals(record, at) if (row["code"], row["measured_at"]) not in vitals],
    )
    _write(ctx, Note, _notes(ctx, record, [t for t in record.notes if t not in notes], at))
    _write(ctx, Diagnosis, _diagnoses(ctx, record.model_copy(update={"diagnoses": news}), at))
    payload: dict[str, Any] = {"patient_id": record.patient_id}
    if was:
        payload["was"] = {c: [status, moment.isoformat()] for c, (status, moment) in was.items()}
    ctx.at(at).emit("encounter.changed", record.id, **payload)
