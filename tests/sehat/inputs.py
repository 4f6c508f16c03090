"""Inputs of every kind, for the importers' tests, and what became of them."""

import csv
import json
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from records_api.core.db import Database
from sehat.importers import run


def count(records: Database, table: Any) -> int:
    with records.session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def figures(outcome: run.Outcome) -> tuple[int, int, int, int]:
    assert outcome.read == outcome.accepted + outcome.rejected + outcome.unchanged
    return outcome.read, outcome.accepted, outcome.rejected, outcome.unchanged


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"resource": r, "request": {"method": "POST", "url": r["resourceType"]}}
            for r in resources
        ],
    }


PERSON = {
    "resourceType": "Patient",
    "id": "p1",
    "name": [{"family": "Rao", "given": ["Meera"]}],
    "gender": "female",
    "birthDate": "1980-02-03",
}
VISIT = {
    "resourceType": "Encounter",
    "id": "e1",
    "status": "finished",
    "class": {"code": "AMB"},
    "subject": {"reference": "urn:uuid:p1"},
    "period": {"start": "2020-01-02T09:00:00+05:30", "end": "2020-01-02T09:20:00+05:30"},
}
HEIGHT = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "8302-2", "display": "Height"}]},
    "subject": {"reference": "urn:uuid:p1"},
    "encounter": {"reference": "urn:uuid:e1"},
    "effectiveDateTime": "2020-01-02T09:05:00+05:30",
    "valueQuantity": {"value": 161.234567, "code": "cm", "unit": "cm"},
}
ILLNESS = {
    "resourceType": "Condition",
    "id": "c1",
    "verificationStatus": {"coding": [{"code": "confirmed"}]},
    "code": {
        "coding": [
            {"system": "http://snomed.info/sct", "code": "38341003", "display": "Hypertension"}
        ]
    },
    "subject": {"reference": "urn:uuid:p1"},
    "encounter": {"reference": "urn:uuid:e1"},
    "recordedDate": "2020-01-02T09:10:00+05:30",
}
CLAIM_OF_NOBODY = {
    "resourceType": "Flag",
    "id": "f1",
    "status": "active",
    "code": {"text": "x"},
    "subject": {"reference": "Patient/nobody"},
}


def write(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def ddxplus(folder: Path, rows: list[dict[str, Any]]) -> Path:
    import pandas as pd

    folder.mkdir(exist_ok=True)
    conditions = {
        "Cold (common)": {
            "condition_name": "Cold (common)",
            "cond-name-eng": "Cold (common)",
            "icd10-id": "j00",
            "severity": 5,
            "symptoms": {"E_1": {}},
            "antecedents": {},
        }
    }
    evidences = {
        "E_1": {
            "question_en": "Fever?",
            "data_type": "B",
            "code_question": "E_1",
            "is_antecedent": False,
            "possible-values": [],
            "value_meaning": {},
        }
    }
    write(folder / "release_conditions.json", conditions)
    write(folder / "release_evidences.json", evidences)
    pd.DataFrame(rows).to_parquet(folder / "patients.parquet")
    return folder


def case(row: int, **more: Any) -> dict[str, Any]:
    kept = {"row": row, "age": 30, "sex": "F", "evidences": ["E_1"], "pathology": "Cold (common)"}
    return {**kept, **more}


MONTH = {
    "year": "2017",
    "month": "1",
    "district": "M'BAHIAKRO",
    "site_code": "S1",
    "product_code": "P1",
    "stock_initial": "10",
    "stock_received": "5",
    "stock_distributed": "7",
    "stock_adjustment": "-1",
    "stock_end": "6",
}


def ledger(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
