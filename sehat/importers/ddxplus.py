"""DDXPlus patients as encounters: findings present, one confirmed diagnosis.

The set has neither names nor dates nor places. Patients are named by their row, and every visit gets
the day on which the set was published, so that nothing can be learned from a time that is made up.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from knowledge import ddxplus as catalogue
from records_api.core.context import Context
from records_api.core.ids import derived_id
from records_api.encounters import bulk
from records_api.encounters.schemas import DiagnosisRecord, EncounterRecord, FindingsIn
from records_api.exchange.service import Row
from records_api.patients import service as patients
from records_api.patients.schemas import PatientChange, PatientIn
from records_api.terminology import service as terminology
from sehat.terminology import terms
from training.datasets import ddxplus

SOURCE = "ddxplus"
PUBLISHED = datetime(2022, 5, 18, 6, 0, tzinfo=UTC)
_VISIT = timedelta(minutes=30)
FIELDS = ("age", "sex", "evidences", "pathology")


def rows(path: Path) -> Iterator[Row]:
    """Patients of a folder, of its Parquet or CSV file, or of a corrected `.jsonl` of rejects."""
    if path.suffix == ".jsonl":
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            if line.strip():
                yield _line(number, line)
        return
    table = path if path.is_file() else ddxplus.patients_file(path)
    frame = ddxplus.read_table(table)
    for number, record in enumerate(frame.to_dict("records")):
        yield _row(number, {str(k): _plain(v) for k, v in record.items()})


def _line(number: int, line: str) -> Row:
    try:
        content = json.loads(line)
    except ValueError as error:
        return Row(f"line {number + 1}", {"line": line}, f"line {number + 1}: not JSON ({error})")
    if not isinstance(content, dict):
        return Row(f"line {number + 1}", {"line": line}, f"line {number + 1}: not an object")
    content.pop("reject_reason", None)
    return _row(number, content)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    return None if value is pd.NA or value != value else value


def _row(number: int, content: dict[str, Any]) -> Row:
    key = str(content.get("row", number))
    for name in FIELDS:
        if content.get(name) is None:
            return Row(key, content, f"{name}: is missing")
    try:
        age = float(content["age"])
    except (TypeError, ValueError):
        return Row(key, content, f"age: {content['age']!r} is not a number of years")
    if not 0 <= age <= 130:
        return Row(key, content, f"age: {age:g} does not lie between 0 and 130 years")
    if content["sex"] not in ("F", "M"):
        return Row(key, content, f"sex: {content['sex']!r} is not F or M")
    try:
        evidences = ddxplus.as_list(content["evidences"])
    except ValueError:
        return Row(key, content, "evidences: is not a list")
    return Row(key, {**content, "evidences": evidences})


class DdxplusImporter:
    source = SOURCE
    batch = 1000

    def __init__(self, folder: Path | None) -> None:
        """`folder` holds the dictionary; without one the concepts of an earlier import are used."""
        self._concepts = terms(catalogue.load(folder)) if folder else []

    def prepare(self, ctx: Context) -> None:
        terminology.add_many(ctx, self._concepts, source=SOURCE)

    def write(self, ctx: Context, rows: Sequence[Row], changed: frozenset[str]) -> None:
        known_at = ctx.at(PUBLISHED)
        people = [_patient(row) for row in rows]
        patients.register_many(
            known_at,
            [p for row, p in zip(rows, people, strict=True) if row.key not in changed],
            source=SOURCE,
            synthetic=True,
        )
        for row, person in zip(rows, people, strict=True):
            if row.key in changed:
                change = PatientChange(sex=person.sex, birth_date=person.birth_date)
                patients.change(ctx, str(person.id), change, None)
        bulk.record_many(ctx, [_visit(row) for row in rows], source=SOURCE)


def _patient(row: Row) -> PatientIn:
    # Born so that the age in whole years on the day of the visit is the one given.
    born = PUBLISHED - timedelta(days=round((float(row.content["age"]) + 0.5) * 365.25))
    return PatientIn(
        id=derived_id(SOURCE, "patient", row.key),
        name=f"DDXPlus patient {row.key}",
        sex=row.content["sex"],
        birth_date=born.date(),
    )


def _visit(row: Row) -> EncounterRecord:
    return EncounterRecord(
        id=derived_id(SOURCE, "encounter", row.key),
        patient_id=derived_id(SOURCE, "patient", row.key),
        started_at=PUBLISHED,
        ended_at=PUBLISHED + _VISIT,
        recorded_at=PUBLISHED,
        findings=FindingsIn(present=list(dict.fromkeys(row.content["evidences"]))),
        diagnoses=[
            DiagnosisRecord(
                condition=str(row.content["pathology"]),
                status="confirmed",
                decided_at=PUBLISHED + _VISIT,
            )
        ],
    )
