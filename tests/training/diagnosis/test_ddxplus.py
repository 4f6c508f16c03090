"""DDXPlus as it is released, and what it teaches."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from training.datasets.ddxplus import DDXPlusError, read_ddxplus
from training.diagnosis.train import fit

CONDITIONS = {
    "Flu": {"cond-name-eng": "Influenza", "icd10-id": "j11.1", "severity": 3},
    "Pneumonia": {"icd10-id": "j17, j18", "severity": 3},
}
BINARY = {"data_type": "B", "question_en": "Fever?", "code_question": "E_91", "possible-values": []}
CHOICE = {
    "data_type": "M",
    "question_en": "Pain is",
    "code_question": "E_53",
    "possible-values": ["V_1", "V_2"],
    "value_meaning": {"V_1": {"en": "dull"}, "V_2": {"en": "sharp"}},
}
SCALE = {
    "data_type": "C",
    "question_en": "How bad?",
    "code_question": "E_53",
    "possible-values": [0, 1],
}
PATIENTS = [
    {"row": 5, "age": 30, "sex": "F", "evidences": ["E_91", "E_54_@_V_1"], "pathology": "Flu"},
    {"row": 9, "age": 61, "sex": "M", "evidences": ["E_56_@_1"], "pathology": "Pneumonia"},
]


@pytest.fixture
def released(tmp_path: Path) -> Path:
    (tmp_path / "release_conditions.json").write_text(json.dumps(CONDITIONS))
    evidences = {"E_91": BINARY, "E_54": CHOICE, "E_56": SCALE}
    (tmp_path / "release_evidences.json").write_text(json.dumps(evidences))
    pd.DataFrame(PATIENTS).to_parquet(tmp_path / "patients.parquet")
    return tmp_path


@pytest.mark.parametrize("name", [".", "patients.parquet"])
def test_a_folder_and_its_file_read_the_same(released: Path, name: str) -> None:
    rows, dictionary = read_ddxplus(released / name)

    assert rows["patient_id"].tolist() == ["ddxplus-5", "ddxplus-9"]
    assert rows["present"].tolist() == [["E_91", "E_54_@_V_1"], ["E_56_@_1"]]
    assert rows["condition"].tolist() == ["Flu", "Pneumonia"]
    by_code: Any = dictionary.set_index("code")
    assert by_code.loc["Pneumonia", "icd10"] == "J17, J18"
    assert by_code.loc["E_54_@_V_2", ["name_en", "parent"]].tolist() == ["Pain is sharp", "E_53"]
    assert set(by_code.index) == {
        "Flu", "Pneumonia", "E_91", "E_54_@_V_1", "E_54_@_V_2", "E_56_@_0", "E_56_@_1",
    }  # fmt: skip


def test_the_released_csv_reads_too(released: Path) -> None:
    (released / "patients.parquet").unlink()
    frame = pd.DataFrame(PATIENTS).drop(columns="row").rename(columns=str.upper)
    frame["EVIDENCES"] = frame["EVIDENCES"].map(str)
    frame.to_csv(released / "release_test_patients.csv", index=False)
    rows, _ = read_ddxplus(released)

    assert rows["present"].tolist()[0] == ["E_91", "E_54_@_V_1"]
    assert rows["patient_id"].tolist() == ["ddxplus-0", "ddxplus-1"]


def test_what_is_missing_or_damaged_is_named(released: Path) -> None:
    whole = (released / "patients.parquet").read_bytes()
    (released / "patients.parquet").write_bytes(whole[:100])
    with pytest.raises(DDXPlusError, match="cannot be read"):
        read_ddxplus(released)
    pd.DataFrame(PATIENTS).drop(columns="sex").to_parquet(released / "patients.parquet")
    with pytest.raises(DDXPlusError, match="column sex is missing"):
        read_ddxplus(released)
    pd.DataFrame(PATIENTS).to_parquet(released / "patients.parquet")
    (released / "release_evidences.json").unlink()
    with pytest.raises(DDXPlusError, match="release_evidences"):
        read_ddxplus(released)


@pytest.mark.shared_data
def test_patients_held_back_get_the_right_first_condition(shared_data: Path) -> None:
    """Top-1 of 0.99 on full evidence, and sense on partial evidence."""
    rows, dictionary = read_ddxplus(shared_data / "diagnosis")
    metrics = fit(rows, dictionary).metrics

    assert metrics["top1"] >= 0.99
    assert metrics["ece"] <= 0.02
    assert metrics["coverage"] >= 0.95
    assert metrics["urgent_sensitivity"] >= 0.99
    assert metrics["urgent_specificity"] >= 0.99
    assert metrics["top1_share_50"] >= 0.97
    assert metrics["top1_share_25"] >= 0.89
    assert metrics["log_loss_share_50"] < metrics["log_loss_naive_bayes_share_50"] / 2
    for share in ("share_50", "share_25", "share_10", "one_finding"):
        assert metrics[f"coverage_{share}"] >= 0.93
        assert metrics[f"ece_{share}"] <= 0.05
