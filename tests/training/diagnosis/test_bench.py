"""The bench measures what it says: a handful of made-up patients in DDXPlus's own form."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

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
    assert len(rows) == 13
    assert all(row.ours for row in rows.values())
    assert sum(not row.reach for row in rows.values()) == 2  # what is strange has no target
    nonsense, patients = rows["  of random findings; of patients, a false alarm"].ours.split("; ")
    assert float(nonsense.rstrip("%")) > 5 * float(patients.rstrip("%"))
    share, count = rows["asking: top-1 at mean questions"].ours.split(" at ")
    presented = float(rows["first presentation, top-1 / top-5"].ours.split("%")[0])
    assert presented < float(share.rstrip("%")) <= 100
    assert 0 < float(count) <= bench.MOST
    assert "nan" not in rows["gap between sexes, first presentation"].ours
