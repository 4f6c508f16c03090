"""`sehat predict diagnosis --ask`: what is asked, what may be seen, and what is said of a bad file."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from sehat import predict_asked
from sehat.cli import app
from sehat.predict_asked import predict_file
from sehat.predict_diagnosis import PredictionInputError
from tests.behaviour.diagnosis.clinic import trained

PREDICTOR = trained().predictor
ASTHMA = {
    "id": "a",
    "age": 30,
    "sex": "F",
    "findings": ["wheeze", "breathless", "cough"],
    "initial": "cough",
}
HEART = {"id": "h", "age": 61, "sex": "M", "findings": ["chest_pain", "sweating"], "initial": "sweating"}  # fmt: skip


def held(folder: Path, rows: list[dict[str, Any]], **options: Any) -> list[dict[str, Any]]:
    pq.write_table(pa.Table.from_pylist(rows), folder / "in.parquet")
    count = predict_file(PREDICTOR, folder / "in.parquet", folder / "out.parquet", **options)
    found: list[dict[str, Any]] = pq.read_table(folder / "out.parquet").to_pylist()
    assert count == len(found) == len(rows)
    return found


def test_consultations_end_at_the_right_condition(tmp_path: Path) -> None:
    asthma, heart = held(tmp_path, [ASTHMA, HEART], stop=0.99)
    assert [asthma["id"], heart["id"]] == ["a", "h"]
    assert asthma["ranked"][0]["condition"] == "asthma"
    assert heart["ranked"][0]["condition"] == "heart_attack"
    for found in (asthma, heart):
        assert 1 <= len(found["asked"]) == len(found["top1_after"]) <= 20
        assert found["top1_after"][-1] == found["ranked"][0]["condition"]
        assert sum(c["probability"] for c in found["ranked"]) == pytest.approx(1)
        assert not {"cough", "sweating"} & set(found["asked"][:1])


def test_it_sees_nothing_but_the_answers_to_what_it_asked(tmp_path: Path) -> None:
    [found] = held(tmp_path, [ASTHMA], stop=0.9, most=1)
    others = [f for f in PREDICTOR.vocabulary.findings if f not in found["asked"]]
    told = [f for f in ASTHMA["findings"] if f in found["asked"]]
    assert held(tmp_path, [{**ASTHMA, "findings": told}], stop=0.9, most=1) == [found]
    assert held(tmp_path, [{**ASTHMA, "findings": [*told, *others]}], stop=0.9, most=1) == [found]


def test_questions_are_limited_and_may_be_none(tmp_path: Path) -> None:
    [none] = held(tmp_path, [ASTHMA], most=0)
    assert (none["asked"], none["top1_after"]) == ([], [])
    [two] = held(tmp_path, [ASTHMA], stop=1.0, most=2)
    assert len(two["asked"]) == 2


@pytest.mark.parametrize("initial", [None, "", "never heard of", "pain_level_@_8"])
def test_any_first_complaint_begins(tmp_path: Path, initial: str | None) -> None:
    rows = [{**ASTHMA, "initial": initial}, ASTHMA]
    assert held(tmp_path, rows)[0]["ranked"]


def test_batches_are_seamless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [ASTHMA, HEART, ASTHMA]
    whole = held(tmp_path, rows)
    monkeypatch.setattr(predict_asked, "BATCH", 2)
    for mine, theirs in zip(held(tmp_path, rows), whole, strict=True):
        assert (mine["asked"], mine["top1_after"]) == (theirs["asked"], theirs["top1_after"])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{**ASTHMA, "initial": 7}], "row 1, initial: 7 is not a finding id"),
        ([ASTHMA, {**HEART, "age": 200}], "row 2, age"),
        ([{k: v for k, v in ASTHMA.items() if k != "initial"}], "column initial is missing"),
    ],
)
def test_a_fault_is_named_and_nothing_is_left(
    tmp_path: Path, rows: list[dict[str, Any]], said: str
) -> None:
    with pytest.raises(PredictionInputError, match=said):
        held(tmp_path, rows)
    assert not (tmp_path / "out.parquet").exists()


def test_a_model_of_before_says_what_to_do(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([ASTHMA]), tmp_path / "in.parquet")
    before = replace(PREDICTOR, posterior=None)
    with pytest.raises(PredictionInputError, match="run: sehat train diagnosis"):
        predict_file(before, tmp_path / "in.parquet", tmp_path / "out.parquet")


def test_options_of_asking_go_with_asking(tmp_path: Path) -> None:
    (tmp_path / "in.parquet").touch()
    words = ["--in", str(tmp_path / "in.parquet"), "--out", str(tmp_path / "out.parquet")]
    done = CliRunner().invoke(app, ["predict", "diagnosis", *words, "--stop", "0.9"])
    assert done.exit_code == 2
    assert "--ask" in done.output
