"""What is read from the records, in SQL that SQLite and PostgreSQL both speak.

Nothing here names a person, and neither picture, digest nor template of a face is read.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
from sqlalchemy import Connection, Engine, NullPool, bindparam, create_engine, text

from features import answers
from features.settings import Settings

INSTANT = pa.timestamp("us", tz="UTC")
TEXT, COUNT, NUMBER, THOUSANDTHS = pa.string(), pa.int64(), pa.float64(), pa.int64()
TEXTS, NUMBERS, FLAG = pa.list_(TEXT), pa.list_(NUMBER), pa.bool_()
CHUNK = 100_000  # rows fetched at a time
IDS = 500  # keys asked for at a time


@dataclass(frozen=True)
class Extract:
    """A table of the records. `topics` of the outbox name the rows by `key`; none: reference.

    `shape` makes the columns of a row that was read, where they are not what SQL gives."""

    name: str
    sql: str
    columns: dict[str, pa.DataType]
    key: str = ""
    topics: tuple[str, ...] = ()
    where: str = ""
    shape: Callable[[Sequence[Any]], Sequence[Any]] | None = None

    @property
    def schema(self) -> pa.Schema:
        return pa.schema(list(self.columns.items()))


_SHELF = (
    "facility_id IN :facilities AND item_id IN :items AND facility_id || '|' || item_id IN :ids"
)


_ANSWER = {"ranked": TEXTS, "probability": NUMBERS, "prediction_set": TEXTS, "abstained": FLAG}

EXTRACTS = [
    Extract(
        "districts",
        "SELECT code, name_en, name_hi, parent FROM districts",
        {"code": TEXT, "name_en": TEXT, "name_hi": TEXT, "parent": TEXT},
    ),
    Extract(
        "facilities",
        "SELECT id, kind, district, zone FROM facilities",
        {"id": TEXT, "kind": TEXT, "district": TEXT, "zone": TEXT},
    ),
    Extract("items", "SELECT id, atc, unit FROM items", {"id": TEXT, "atc": TEXT, "unit": TEXT}),
    Extract(
        "concepts",
        "SELECT code, kind, name_en, name_hi, icd10, severity, specialty, parent, detail"
        " FROM concepts",
        {
            "code": TEXT,
            "kind": TEXT,
            "name_en": TEXT,
            "name_hi": TEXT,
            "icd10": TEXT,
            "severity": COUNT,
            "specialty": TEXT,
            "parent": TEXT,
            "detail": TEXT,
        },
    ),
    Extract(
        "patients",
        "SELECT id, birth_date, sex, district, recorded_at, updated_at FROM patients",
        {
            "id": TEXT,
            "birth_date": TEXT,
            "sex": TEXT,
            "district": TEXT,
            "recorded_at": INSTANT,
            "updated_at": INSTANT,
        },
        "id",
        ("patient.changed",),
        "id IN :ids",
    ),
    Extract(
        "encounters",
        "SELECT id, patient_id, facility_id, started_at, recorded_at FROM encounters",
        {
            "id": TEXT,
            "patient_id": TEXT,
            "facility_id": TEXT,
            "started_at": INSTANT,
            "recorded_at": INSTANT,
        },
        "id",
        ("encounter.changed",),
        "id IN :ids",
    ),
    Extract(
        "findings",
        "SELECT encounter_id, code, status, recorded_at FROM encounter_findings",
        {"encounter_id": TEXT, "code": TEXT, "status": TEXT, "recorded_at": INSTANT},
        "encounter_id",
        ("encounter.changed",),
        "encounter_id IN :ids",
    ),
    Extract(
        "vitals",
        "SELECT id, encounter_id, code, value, measured_at, recorded_at FROM vitals",
        {
            "id": TEXT,
            "encounter_id": TEXT,
            "code": TEXT,
            "value": THOUSANDTHS,
            "measured_at": INSTANT,
            "recorded_at": INSTANT,
        },
        "encounter_id",
        ("encounter.changed",),
        "encounter_id IN :ids",
    ),
    Extract(
        "diagnoses",
        "SELECT id, encounter_id, condition, status, decided_at, recorded_at FROM diagnoses",
        {
            "id": TEXT,
            "encounter_id": TEXT,
            "condition": TEXT,
            "status": TEXT,
            "decided_at": INSTANT,
            "recorded_at": INSTANT,
        },
        "encounter_id",
        ("encounter.changed", "diagnosis.changed"),
        "(encounter_id IN :ids OR encounter_id IN"
        " (SELECT d.encounter_id FROM diagnoses d WHERE d.id IN :ids))",
    ),
    Extract(
        "dispenses",
        "SELECT facility_id || '|' || item_id AS unique_id, facility_id, item_id, requested,"
        " supplied, period, at AS happened_at, recorded_at FROM dispenses",
        {
            "unique_id": TEXT,
            "facility_id": TEXT,
            "item_id": TEXT,
            "requested": THOUSANDTHS,
            "supplied": THOUSANDTHS,
            "period": TEXT,
            "happened_at": INSTANT,
            "recorded_at": INSTANT,
        },
        "unique_id",
        ("stock.changed",),
        _SHELF,
    ),
    Extract(
        "movements",
        "SELECT facility_id || '|' || item_id AS unique_id, quantity, at AS happened_at, recorded_at"
        " FROM stock_movements",
        {
            "unique_id": TEXT,
            "quantity": THOUSANDTHS,
            "happened_at": INSTANT,
            "recorded_at": INSTANT,
        },
        "unique_id",
        ("stock.changed",),
        _SHELF,
    ),
    Extract(
        "captures",
        "SELECT c.id, c.patient_id, c.purpose, c.device, c.facility_id, c.quality, c.problems,"
        " c.decision, a.decided_at, c.consented_at, c.withdrawn_at, c.taken_at, c.recorded_at"
        " FROM face_captures c LEFT JOIN (SELECT subject_id, MAX(decided_at) AS decided_at"
        " FROM advice WHERE capability = 'identity' AND decision IS NOT NULL"
        " GROUP BY subject_id) a ON a.subject_id = c.id",
        {
            "id": TEXT,
            "patient_id": TEXT,
            "purpose": TEXT,
            "device": TEXT,
            "facility_id": TEXT,
            "quality": NUMBER,
            "problems": TEXT,
            "decision": TEXT,
            "decided_at": INSTANT,
            "consented_at": INSTANT,
            "withdrawn_at": INSTANT,
            "taken_at": INSTANT,
            "recorded_at": INSTANT,
        },
        "id",
        ("capture.changed",),
        "c.id IN :ids",
    ),
    Extract(
        "advice",
        "SELECT id, subject_id, patient_id, model_version, inputs_digest, asked_at, decision,"
        " decided_at, inputs, answer, decision_reason FROM (SELECT * FROM advice"
        " WHERE capability = 'diagnosis' AND model_version IS NOT NULL"
        " AND subject_id NOT LIKE 'next-question:%') a",
        {
            "id": TEXT,
            "subject_id": TEXT,
            "patient_id": TEXT,
            "model_version": TEXT,
            "inputs_digest": TEXT,
            "asked_at": INSTANT,
            "decision": TEXT,
            "decided_at": INSTANT,
            "age": NUMBER,
            "sex": TEXT,
            "district": TEXT,
            "present": TEXTS,
            "absent": TEXTS,
            **_ANSWER,
            "reason_kind": TEXT,
        },
        "id",
        ("advice.changed",),
        "id IN :ids",
        answers.told,
    ),
    Extract(
        "shadow_answers",
        "SELECT id, inputs_digest, model_version, answered_at, answer FROM shadow_answers",
        {
            "id": TEXT,
            "inputs_digest": TEXT,
            "model_version": TEXT,
            "answered_at": INSTANT,
            **_ANSWER,
        },
        "id",
        ("shadow.changed",),
        "id IN :ids",
        answers.shadowed,
    ),
]

# What a change replaced, told by the outbox alone: a row of the records holds its newest value.
PATIENT_CHANGES = pa.schema(
    [
        ("seq", COUNT),
        ("patient_id", TEXT),
        ("happened_at", INSTANT),
        ("birth_date", TEXT),
        ("sex", TEXT),
        ("district", TEXT),
    ]
)
FINDING_CHANGES = pa.schema(
    [
        ("seq", COUNT),
        ("encounter_id", TEXT),
        ("code", TEXT),
        ("status", TEXT),
        ("recorded_at", INSTANT),
    ]
)


def engine(settings: Settings) -> Engine:
    # One connection for one piece of work, closed behind it: nothing is kept open in a pool.
    return create_engine(settings.database, poolclass=NullPool)


def last_seq(connection: Connection) -> int:
    """Position of the outbox. Its rows are written in the order of their commits."""
    return int(connection.execute(text("SELECT MAX(seq) FROM outbox")).scalar() or 0)


def changed_keys(
    connection: Connection, topics: Sequence[str], after: int, until: int, limit: int
) -> list[str]:
    """Keys that the outbox names; at most `limit` + 1, which says that there are too many."""
    query = text(
        "SELECT DISTINCT entity_id FROM outbox"
        " WHERE seq > :after AND seq <= :until AND topic IN :topics LIMIT :limit"
    ).bindparams(bindparam("topics", expanding=True))
    asked = {"after": after, "until": until, "topics": list(topics), "limit": limit + 1}
    return list(connection.execute(query, asked).scalars())


def read(connection: Connection, extract: Extract, keys: Sequence[str] | None = None) -> pa.Table:
    """All rows (`keys` is None), or those of the keys."""
    shape = extract.shape
    batches = [
        _batch([*map(shape, rows)] if shape else rows, extract.schema)
        for query, asked in _queries(extract, keys)
        for rows in connection.execute(query, asked).partitions(CHUNK)
    ]
    return pa.concat_tables([extract.schema.empty_table(), *batches])


def _queries(extract: Extract, keys: Sequence[str] | None) -> Iterator[tuple[Any, dict[str, Any]]]:
    if keys is None:
        yield text(extract.sql).execution_options(stream_results=True), {}
        return
    shelves = "|" if ":items" in extract.where else ""
    names = ["ids", "facilities", "items"] if shelves else ["ids"]
    query = text(f"{extract.sql} WHERE {extract.where}").bindparams(
        *(bindparam(name, expanding=True) for name in names)
    )
    for start in range(0, len(keys), IDS):
        ids = list(keys[start : start + IDS])
        asked = {"ids": ids}
        if shelves:
            pairs = [key.partition("|") for key in ids]
            asked["facilities"] = sorted({facility for facility, _, _ in pairs})
            asked["items"] = sorted({item for _, _, item in pairs})
        yield query, asked


def _batch(rows: Sequence[Any], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True)
    arrays = [_array(values, field) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(values: Sequence[Any], field: pa.Field) -> pa.Array:
    if field.type == INSTANT:  # SQLite gives text without a zone, PostgreSQL a datetime in some
        instants = pd.to_datetime(pd.Series(values, dtype=object), utc=True, format="ISO8601")
        return pa.Array.from_pandas(instants, type=INSTANT)
    if field.type == TEXT:
        values = [_plain(value) for value in values]
    return pa.array(values, type=field.type)


def _plain(value: Any) -> str | None:
    """Text as it is; a date as ISO; JSON, which PostgreSQL has parsed, as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def replaced(connection: Connection, after: int, until: int) -> tuple[pa.Table, pa.Table]:
    """(patient changes, finding changes) that the outbox tells of, as `was` of its payload."""
    query = text(
        "SELECT seq, at, topic, entity_id, payload FROM outbox WHERE seq > :after AND"
        " seq <= :until AND topic IN ('patient.changed', 'encounter.changed')"
        " AND CAST(payload AS TEXT) LIKE '%\"was\"%' ORDER BY seq"
    )
    patients: list[tuple[Any, ...]] = []
    findings: list[tuple[Any, ...]] = []
    for seq, at, topic, key, payload in connection.execute(query, {"after": after, "until": until}):
        was = (json.loads(payload) if isinstance(payload, str) else payload).get("was") or {}
        if topic == "patient.changed":
            old = [was.get(name) for name in ("birth_date", "sex", "district")]
            patients.append((seq, key, at, *old))
        else:
            findings += [(seq, key, code, *old) for code, old in was.items()]
    return _table(patients, PATIENT_CHANGES), _table(findings, FINDING_CHANGES)


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    return _batch(rows, schema) if rows else schema.empty_table()
