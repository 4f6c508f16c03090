"""`sehat predict diagnosis`: the formats, and what it says of a file that has a fault."""

import time
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sehat import predict_diagnosis
from sehat.predict_diagnosis import PredictionInputError, predict_file
from tests.behaviour.diagnosis.clinic import trained

PREDICTOR = trained().predictor
ROWS: list[dict[str, Any]] = [
    {"id": 7, "age": 30, "sex": "F", "findings": ["wheeze", "breathless"]},
    {"id": 8, "age": 61, "sex": "M", "findings": ["chest_pain", "unheard"]},
    {"id": 9, "age": 5, "sex": "M", "findings": []},
]


def answered(tmp_path: Path, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in.parquet")
    count = predict_file(PREDICTOR, tmp_path / "in.parquet", tmp_path / "out.parquet")
    found: list[dict[str, Any]] = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert count == len(found)
    return found


def test_every_row_is_answered_in_its_place(tmp_path: Path) -> None:
    asthma, heart, nothing = answered(tmp_path, ROWS)

    assert [r["id"] for r in (asthma, heart, nothing)] == [7, 8, 9]
    assert asthma["ranked"][0]["condition"] == "asthma"
    assert asthma["ranked"][0]["icd10"] == "J45"
    assert asthma["prediction_set"] == ["asthma"]
    assert (heart["urgent"], asthma["urgent"]) == (True, False)
    assert (nothing["abstained"], asthma["abstained"]) == (True, False)


def test_all_conditions_best_first_as_predict_gives_them(tmp_path: Path) -> None:
    first = answered(tmp_path, ROWS)[0]
    [case] = predict_diagnosis.cases_of(pa.Table.from_pylist(ROWS[:1]), 0)
    [single] = PREDICTOR.predict([case])

    assert [r["condition"] for r in first["ranked"]] == [r.condition for r in single.ranked]
    assert [r["probability"] for r in first["ranked"]] == pytest.approx(
        [r.probability for r in single.ranked]
    )
    assert first["prediction_set"] == list(single.prediction_set)


def test_batches_are_seamless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = answered(tmp_path, ROWS * 3)
    monkeypatch.setattr(predict_diagnosis, "BATCH", 2)

    assert [r["id"] for r in answered(tmp_path, ROWS * 3)] == [r["id"] for r in whole]


@pytest.mark.parametrize("kind", ["csv", "csv-words", "json", "jsonl"])
def test_other_formats_give_the_same_answer(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"in.{kind.split('-')[0]}"
    frame = pd.DataFrame(ROWS)
    if kind == "csv":
        frame.assign(findings=[str(f).replace("'", '"') for f in frame["findings"]]).to_csv(
            path, index=False
        )
    elif kind == "csv-words":
        frame.assign(findings=[" ".join(f) for f in frame["findings"]]).to_csv(path, index=False)
    else:
        frame.to_json(path, orient="records", lines=kind == "jsonl")
    predict_file(PREDICTOR, path, tmp_path / "other.parquet")
    other = pq.read_table(tmp_path / "other.parquet").to_pylist()

    for mine, theirs in zip(answered(tmp_path, ROWS), other, strict=True):
        assert str(mine.pop("id")) == str(theirs.pop("id"))
        assert mine == theirs


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("age", 131),
        ("age", -1),
        ("age", float("nan")),
        ("sex", "female"),
        ("findings", [None]),
        ("id", None),
    ],
)
def test_a_bad_value_is_named_by_row_and_field(tmp_path: Path, field: str, value: Any) -> None:
    pq.write_table(
        pa.Table.from_pylist([*ROWS, {**ROWS[0], field: value}]), tmp_path / "in.parquet"
    )

    with pytest.raises(PredictionInputError, match=f"row 4, {field}"):
        predict_file(PREDICTOR, tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([{"id": 1, "age": 3}]), tmp_path / "in.parquet")

    with pytest.raises(PredictionInputError, match="column sex, findings is missing"):
        predict_file(PREDICTOR, tmp_path / "in.parquet", tmp_path / "out.parquet")


def test_a_truncated_file_leaves_an_older_answer_alone(tmp_path: Path) -> None:
    answered(tmp_path, ROWS)
    before = (tmp_path / "out.parquet").read_bytes()
    whole = (tmp_path / "in.parquet").read_bytes()
    (tmp_path / "in.parquet").write_bytes(whole[:-20])

    with pytest.raises(PredictionInputError, match="cannot be read"):
        predict_file(PREDICTOR, tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert (tmp_path / "out.parquet").read_bytes() == before


def test_no_rows_give_an_empty_table(tmp_path: Path) -> None:
    empty = pa.Table.from_pylist(ROWS).slice(0, 0)
    pq.write_table(empty, tmp_path / "in.parquet")

    assert predict_file(PREDICTOR, tmp_path / "in.parquet", tmp_path / "out.parquet") == 0
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 0


def test_many_rows_take_seconds(tmp_path: Path) -> None:
    started = time.process_time()
    answered(tmp_path, [{**ROWS[i % 3], "id": i} for i in range(24_000)])

    assert time.process_time() - started < 15
