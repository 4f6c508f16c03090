"""The bench measures what it says: a handful of made-up patients in DDXPlus's own form."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.models.notes.concepts import CONCEPTS
from training.diagnosis import bench
from training.diagnosis.generated import dictionary, generate


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """The made-up clinic, written as DDXPlus is released."""
    frame, _ = generate(2600, seed=4)
    words = dictionary()
    conditions = {
        row["code"]: {"icd10-id": row["icd10"], "severity": row["severity"]}
        for row in words[words["kind"] == "condition"].to_dict("records")
    }
    evidences: dict[str, dict[str, object]] = {}
    for code in words[words["kind"] == "finding"]["code"]:
        name, _, value = code.partition("_@_")
        made = evidences.setdefault(
            name,
            {"question_en": f"{name}?", "data_type": "B", "is_antecedent": False,
             "code_question": name, "possible-values": []},
        )  # fmt: skip
        if value:
            made["data_type"] = "C"
            made["possible-values"] = [*made["possible-values"], value]  # type: ignore[misc]
    (tmp_path / "release_conditions.json").write_text(json.dumps(conditions))
    (tmp_path / "release_evidences.json").write_text(json.dumps(evidences))
    pd.DataFrame(
        {
            "row": np.arange(len(frame)),
            "age": frame["age"].astype(int),
            "sex": frame["sex"],
            "evidences": frame["present"],
            "pathology": frame["condition"],
        }
    ).to_parquet(tmp_path / "patients.parquet")
    return tmp_path


def test_every_row_is_measured_beside_its_target(released: Path) -> None:
    rows = {row.what: row for row in bench.measure(released, lambda _: None, quick=True)}
    assert len(rows) == 12
    assert all(row.ours for row in rows.values())
    assert sum(not row.reach for row in rows.values()) == 2  # what is strange has no target
    nonsense, patients = rows["  of random findings; of patients, a false alarm"].ours.split("; ")
    assert float(nonsense.rstrip("%")) > 5 * float(patients.rstrip("%"))
    share, count = rows["asking: top-1 at mean questions"].ours.split(" at ")
    presented = float(rows["first presentation, top-1 / top-5"].ours.split("%")[0])
    assert presented < float(share.rstrip("%")) <= 100
    assert 0 < float(count) <= bench.MOST
    assert "nan" not in rows["gap between sexes, first presentation"].ours


def test_notes_are_measured_with_and_without_marked_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "concepts_of", lambda _: CONCEPTS)
    alone = bench._notes(tmp_path)
    rows = [
        {"concept": "fever", "sentence": f"no fever {n}", "negation": "Negated"} for n in range(12)
    ]
    (tmp_path / bench.notes.FILE).write_text("".join(json.dumps(row) + "\n" for row in rows))
    beside = bench._notes(tmp_path)
    assert [row.what for row in alone if "misspelt" in row.what or "five" in row.what] == [
        "linking recall@1, 1,000 misspelt aliases",
        "note of five sentences, composed",
    ]
    assert float(alone[0].ours) >= 0.95
    assert {row.what for row in beside} > {row.what for row in alone}
