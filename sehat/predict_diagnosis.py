"""`sehat predict diagnosis`: a table of patients in, a table of ranked conditions out.

In: id, age, sex (F|M), findings (list of finding ids). Parquet; or CSV and JSON lines, where
findings are a JSON list or ids separated by blanks, commas or semicolons.
Out: id, ranked (list of {condition, icd10, probability}, best first), prediction_set, abstained,
urgent. Parquet, whatever came in.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from models.diagnosis.cases import Case
from models.diagnosis.predictor import Answers, DiagnosisPredictor
from models.diagnosis.vocabulary import Vocabulary
from sehat.written import whole

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COLUMNS = ("id", "age", "sex", "findings")
BATCH = 10_000  # rows held in memory at once
OLDEST = 130


class PredictionInputError(ValueError):
    """The input cannot be read; the message names the row and the field."""


def predict_file(predictor: DiagnosisPredictor, in_path: Path, out_path: Path) -> int:
    """Rank every row of in_path into out_path; how many rows were written.

    Nothing is left at out_path unless every row was good. Raises PredictionInputError.
    """
    table = read_patients(in_path)
    schema = _schema(table.schema.field("id").type)
    with whole(out_path) as half, pq.ParquetWriter(half, schema) as writer:
        for start in range(0, table.num_rows, BATCH):
            rows = table.slice(start, BATCH)
            writer.write_table(_answer(predictor, rows, start, schema))
    return int(table.num_rows)


def read_patients(path: Path, columns: Sequence[str] = COLUMNS) -> pa.Table:
    """The columns as they are in the file. Raises PredictionInputError."""
    try:
        if path.suffix.lower() == ".csv":
            table = _read_csv(path)
        elif path.suffix.lower() in {".json", ".jsonl", ".ndjson"}:
            table = _read_json(path)
        else:
            table = pq.read_table(path)
    except FileNotFoundError as error:
        raise PredictionInputError(f"{path}: no such file.") from error
    except (OSError, pa.ArrowException, UnicodeDecodeError, ValueError) as error:
        raise PredictionInputError(
            f"{path}: cannot be read as {path.suffix.lstrip('.') or 'Parquet'} ({error}). Is it complete?"
        ) from error
    missing = [name for name in columns if name not in table.column_names]
    if missing:
        raise PredictionInputError(
            f"{path}: column {', '.join(missing)} is missing. Needed: {', '.join(columns)}."
        )
    return table.select(columns)


def _read_csv(path: Path) -> pa.Table:
    from pyarrow import csv

    text = csv.ConvertOptions(
        column_types=dict.fromkeys(("id", "findings", "initial"), pa.string())
    )
    return csv.read_csv(path, convert_options=text)


def _read_json(path: Path) -> pa.Table:
    text = path.read_text(encoding="utf-8").strip()
    rows = (
        json.loads(text)
        if text.startswith("[")
        else [json.loads(line) for line in text.splitlines()]
    )
    return pa.Table.from_pylist(rows)


def cases_of(rows: pa.Table, first: int) -> list[Case]:
    """One case a row; `first` is the number of the first row, for messages. Unknown age or sex may
    be empty. Raises PredictionInputError."""
    columns = (rows.column(name).to_pylist() for name in COLUMNS)
    return [
        Case(
            age=_age(age, first + i), sex=_sex(sex, first + i), present=_findings(found, first + i)
        )
        for i, (_, age, sex, found) in enumerate(zip(*columns, strict=True))
        if _has_id(_, first + i)
    ]


def _bad(row: int, field: str, value: Any, wanted: str) -> PredictionInputError:
    return PredictionInputError(f"row {row + 1}, {field}: {value!r} is not {wanted}.")


def _has_id(value: Any, row: int) -> bool:
    if value is None or value == "":
        raise _bad(row, "id", value, "an id")
    return True


def _age(value: Any, row: int) -> float | None:
    if value is None or value == "":
        return None
    try:
        age = float(value)
    except (TypeError, ValueError):
        age = float("nan")
    if not 0 <= age <= OLDEST:
        raise _bad(row, "age", value, f"a number of years from 0 to {OLDEST}")
    return age


def _sex(value: Any, row: int) -> str | None:
    if value is None or value == "":
        return None
    if value not in {"F", "M", "other"}:
        raise _bad(row, "sex", value, "F, M or other")
    return str(value)


def _findings(value: Any, row: int) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        text = value.strip()
        try:
            value = json.loads(text) if text.startswith("[") else re.split(r"[\s,;]+", text)
        except ValueError:
            value = None
        value = [item for item in value if item != ""] if isinstance(value, list) else None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _bad(row, "findings", value, "a list of finding ids")
    return [item.strip() for item in value]


CONDITION = pa.struct(
    [("condition", pa.string()), ("icd10", pa.string()), ("probability", pa.float64())]
)


def _schema(id_type: pa.DataType) -> pa.Schema:
    return pa.schema(
        [
            ("id", id_type),
            ("ranked", pa.list_(CONDITION)),
            ("prediction_set", pa.list_(pa.string())),
            ("abstained", pa.bool_()),
            ("urgent", pa.bool_()),
        ]
    )


def _answer(
    predictor: DiagnosisPredictor, rows: pa.Table, first: int, schema: pa.Schema
) -> pa.Table:
    answers = predictor.decide(predictor.design(cases_of(rows, first)))
    codes = pa.array([condition.code for condition in predictor.vocabulary.conditions])
    return pa.Table.from_arrays(
        [
            rows.column("id").combine_chunks(),
            ranked(predictor.vocabulary, answers.probability, answers.order),
            _sets(answers, codes),
            pa.array(answers.abstained),
            pa.array(answers.urgent),
        ],
        schema=schema,
    )


def ranked(words: Vocabulary, probability: Floats, order: Ints) -> pa.ListArray:
    """All conditions of each row, best first. probability, order: (N, conditions)."""
    codes = pa.array([condition.code for condition in words.conditions])
    icd10 = pa.array([condition.icd10 for condition in words.conditions], pa.string())
    chosen = pa.array(order.ravel())
    values = pa.array(np.take_along_axis(probability, order, axis=1).ravel())
    rows = pa.StructArray.from_arrays(
        [codes.take(chosen), icd10.take(chosen), values], fields=list(CONDITION)
    )
    n, width = order.shape
    return pa.ListArray.from_arrays(pa.array(np.arange(n + 1, dtype=np.int32) * width), rows)


def _sets(answers: Answers, codes: pa.Array) -> pa.ListArray:
    """The prediction set of each row, best first."""
    chosen = np.take_along_axis(answers.in_set, answers.order, axis=1)
    offsets = np.zeros(len(chosen) + 1, dtype=np.int32)
    np.cumsum(chosen.sum(axis=1), out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), codes.take(pa.array(answers.order[chosen])))
