"""`sehat predict diagnosis --ask`: consultations held with a table of patients.

In: id, age, sex (F|M), findings, as for `sehat predict diagnosis`, and initial, the one finding that
the patient comes with (may be empty). The model sees age, sex and `initial`; of `findings` it sees
the answers to what it asks, and what a patient does not list is absent.
Out: id, asked (questions in order), top1_after (the first condition after each), ranked.

A question is a finding (`E_91`) or, of a finding with values, what they have in common (`E_54` for
`E_54_@_V_180`): its answer tells all values that are present.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from models.diagnosis.asking import ask
from models.diagnosis.cases import Case
from models.diagnosis.posterior import Posterior
from models.diagnosis.predictor import DiagnosisPredictor
from sehat.predict_diagnosis import (
    COLUMNS,
    CONDITION,
    PredictionInputError,
    cases_of,
    ranked,
    read_patients,
)
from sehat.written import whole

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BATCH = 2_000  # consultations held at once
MOST = 20  # questions, unless the caller says otherwise


def predict_file(
    predictor: DiagnosisPredictor,
    in_path: Path,
    out_path: Path,
    stop: float | None = None,
    most: int = MOST,
) -> int:
    """Hold a consultation with every row of in_path; how many were held. `stop` is the probability of
    the first condition at which asking ends (default: the model's own). Raises PredictionInputError.
    """
    if predictor.posterior is None:
        raise PredictionInputError(
            "this version of the model cannot ask; run: sehat train diagnosis"
        )
    stop = predictor.posterior.stop if stop is None else stop
    table = read_patients(in_path, (*COLUMNS, "initial"))
    schema = pa.schema(
        [
            ("id", table.schema.field("id").type),
            ("asked", pa.list_(pa.string())),
            ("top1_after", pa.list_(pa.string())),
            ("ranked", pa.list_(CONDITION)),
        ]
    )
    with whole(out_path) as half, pq.ParquetWriter(half, schema) as writer:
        for start in range(0, table.num_rows, BATCH):
            rows = table.slice(start, BATCH)
            writer.write_table(
                _held(predictor, predictor.posterior, rows, start, stop, most, schema)
            )
    return int(table.num_rows)


def _held(
    predictor: DiagnosisPredictor,
    posterior: Posterior,
    rows: pa.Table,
    first: int,
    stop: float,
    most: int,
    schema: pa.Schema,
) -> pa.Table:
    cases = cases_of(rows, first)
    words = predictor.vocabulary
    came_with = [_initial(v, first + i) for i, v in enumerate(rows.column("initial").to_pylist())]
    held = predictor.begin(cases, [words.finding_column.get(finding) for finding in came_with])
    present = _present(cases, words.finding_column)

    def answer(asked: Ints, question: int) -> Bools:
        return np.asarray(present[asked][:, list(posterior.questions[question].columns)])

    found = ask(held, answer, stop, most)
    names = [question.id for question in posterior.questions]
    codes = [condition.code for condition in words.conditions]
    order = np.argsort(-found.probability, axis=1, kind="stable")
    return pa.Table.from_arrays(
        [
            rows.column("id").combine_chunks(),
            pa.array(
                [[names[q] for q in asked] for asked in found.questions], schema.field(1).type
            ),
            pa.array(
                [[codes[c] for c in first_] for first_ in found.first_after], schema.field(2).type
            ),
            ranked(words, found.probability, order),
        ],
        schema=schema,
    )


def _initial(value: Any, row: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PredictionInputError(f"row {row + 1}, initial: {value!r} is not a finding id.")
    return value.strip()


def _present(cases: list[Case], column: dict[str, int]) -> Bools:
    """(N, findings)"""
    present = np.zeros((len(cases), len(column)), dtype=np.bool_)
    for i, case in enumerate(cases):
        present[i, [column[finding] for finding in case.present if finding in column]] = True
    return present
