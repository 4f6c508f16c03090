"""DDXPlus (Fansi Tchango et al. 2022, CC-BY 4.0): synthetic patients with evidences and pathology.

https://figshare.com/articles/dataset/DDXPlus_Dataset_English_/22687585
"""

import ast
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from models.diagnosis.vocabulary import normalise_icd10, specialty_of

CONDITIONS = "release_conditions.json"
EVIDENCES = "release_evidences.json"
DIFFERENTIALS = ("differential", "differential_diagnosis")  # as Parquet copies and releases name it
_EPOCH = pd.Timestamp("2022-01-01", tz="UTC")  # the set has no times: rows get the year it was made


class DDXPlusError(ValueError):
    """The folder or table is not DDXPlus as released; the message names the file and the field."""


def read_ddxplus(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(training frame, dictionary) from a folder, or from its patients file (Parquet or CSV).

    The two JSON files lie beside the patients. Every row is one patient, keyed by `row` if the
    file has it, else by position. Raises DDXPlusError.
    """
    table = path if path.is_file() else patients_file(path)
    patients = read_table(table)
    missing = {"age", "sex", "evidences", "pathology"} - set(patients.columns)
    if missing:
        raise DDXPlusError(f"{table.name}: column {', '.join(sorted(missing))} is missing.")
    key = patients["row"] if "row" in patients else pd.RangeIndex(len(patients)).to_series()
    patient = "ddxplus-" + key.astype(str).reset_index(drop=True)
    empty: list[list[str]] = [[] for _ in range(len(patients))]
    frame = pd.DataFrame(
        {
            "encounter_id": patient + "-1",
            "patient_id": patient,
            "event_timestamp": _EPOCH,
            "age": patients["age"].astype(float).to_numpy(),
            "sex": patients["sex"].astype(str).to_numpy(),
            "present": [as_list(value) for value in patients["evidences"]],
            "absent": empty,
            "district": "",
            "local_conditions": empty,
            "local_shares": empty,
            "prior_conditions": empty,
            "condition": patients["pathology"].astype(str).to_numpy(),
        }
    )
    given = next((name for name in DIFFERENTIALS if name in patients), None)
    if given is not None:
        frame["differential"] = [_names(value) for value in patients[given]]
    frame["event_timestamp"] = frame["event_timestamp"].astype("datetime64[us, UTC]")
    return frame, read_dictionary(table.parent)


def read_dictionary(folder: Path) -> pd.DataFrame:
    """The conditions and findings dictionary: one row a condition and one a finding value.

    DDXPlus has English and French; name_hi is empty. Specialties follow the ICD-10 code.
    """
    conditions, evidences = _read_json(folder / CONDITIONS), _read_json(folder / EVIDENCES)
    rows: list[dict[str, Any]] = []
    for code, condition in conditions.items():
        icd10 = normalise_icd10(condition.get("icd10-id"))
        rows.append(
            {
                "code": code,
                "kind": "condition",
                "name_en": condition.get("cond-name-eng", code),
                "icd10": icd10,
                "severity": condition.get("severity"),
                "specialty": specialty_of(icd10),
            }
        )
    for code, evidence in evidences.items():
        question = evidence["question_en"]
        for value, name in _values(code, evidence):
            rows.append(
                {
                    "code": value,
                    "kind": "finding",
                    "name_en": f"{question} {name}".strip(),
                    "question_en": question,
                    "parent": evidence.get("code_question", code),
                    "antecedent": bool(evidence.get("is_antecedent")),
                }
            )
    columns = [
        "code",
        "kind",
        "name_en",
        "name_hi",
        "icd10",
        "severity",
        "specialty",
        "question_en",
        "parent",
        "antecedent",
    ]
    return pd.DataFrame(rows, columns=columns)


def _values(code: str, evidence: dict[str, Any]) -> list[tuple[str, str]]:
    """(finding id, name of the value) of one evidence; a binary one is its own only value."""
    if evidence["data_type"] == "B":
        return [(code, "")]
    names = evidence.get("value_meaning", {})
    return [
        (f"{code}_@_{value}", str(names.get(value, {}).get("en", value)))
        for value in evidence["possible-values"]
    ]


def patients_file(folder: Path) -> Path:
    files = sorted([*folder.glob("*.parquet"), *folder.glob("*.csv")]) if folder.is_dir() else []
    if len(files) != 1:
        found = ", ".join(file.name for file in files) or "none"
        raise DDXPlusError(
            f"{folder}: expected one Parquet or CSV file of patients, found {found}."
        )
    return files[0]


def read_table(path: Path) -> pd.DataFrame:
    """The released files are CSV with upper-case names; Parquet copies have lower-case ones."""
    try:
        frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    except (OSError, pa.ArrowException, UnicodeDecodeError, pd.errors.ParserError) as error:
        raise DDXPlusError(
            f"{path.name}: cannot be read ({error}). Is the file complete?"
        ) from error
    return frame.rename(columns=str.lower)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DDXPlusError(
            f"{path.name} must lie beside the patients, in {path.parent}."
        ) from error
    except ValueError as error:
        raise DDXPlusError(f"{path.name}: not JSON ({error}).") from error
    return found


def _names(value: Any) -> list[str]:
    """Conditions of a differential; a release pairs each with its probability."""
    if isinstance(value, str):
        try:
            value = ast.literal_eval(value)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return []
    if not isinstance(value, list | tuple) and not hasattr(value, "tolist"):
        return []
    return [str(item if isinstance(item, str) else item[0]) for item in value]


def as_list(value: Any) -> list[str]:
    """A list as Parquet gives it, or the text of one as the released CSV does. Raises ValueError."""
    if isinstance(value, str):
        try:
            value = ast.literal_eval(value)
        except (SyntaxError, MemoryError, RecursionError) as error:
            raise ValueError("not the text of a list") from error
    if isinstance(value, str | bytes | dict) or not hasattr(value, "__iter__"):
        raise ValueError("not a list")
    return [str(item) for item in value]
