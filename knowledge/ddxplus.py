"""DDXPlus (Fansi Tchango et al. 2022, CC-BY 4.0) as a catalogue.

https://figshare.com/articles/dataset/DDXPlus_Dataset_English_/22687585

It has English and French, no Hindi; it says which evidence belongs to which condition but not how
often, and nothing of rates, tests or care.
"""

import json
import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from knowledge.errors import CatalogueError
from knowledge.schema import Catalogue, Citation, Condition, Finding, Frequency, Value

CONDITIONS = "release_conditions.json"
EVIDENCES = "release_evidences.json"
SOURCE = Citation(
    id="ddxplus",
    title="DDXPlus: a new dataset for automatic medical diagnosis",
    publisher="NeurIPS Datasets and Benchmarks",
    year=2022,
    url="https://figshare.com/articles/dataset/DDXPlus_Dataset_English_/22687585",
)
_ANSWERS = {"B": "yes_no", "C": "one", "M": "many"}


def load(folder: Path) -> Catalogue:
    """The catalogue from the two JSON files of the release. Raises CatalogueError."""
    evidences, conditions = _read(folder / EVIDENCES), _read(folder / CONDITIONS)
    return Catalogue(
        name="DDXPlus",
        version="release",
        findings=tuple(_finding(code, entry) for code, entry in evidences.items()),
        conditions=tuple(_condition(code, entry) for code, entry in conditions.items()),
        citations=(SOURCE,),
    )


def _finding(code: str, entry: dict[str, Any]) -> Finding:
    try:
        question = entry["question_en"]
        parent = entry.get("code_question", code)
        binary = entry["data_type"] == "B"
        names = entry.get("value_meaning", {})
        values = [] if binary else entry["possible-values"]
        return Finding.model_validate(
            {
                "id": code,
                "kind": "history" if entry["is_antecedent"] else "symptom",
                "name_en": question,
                "question_en": question,
                "parent": None if parent == code else parent,
                "answer": _ANSWERS[entry["data_type"]],
                "values": [
                    Value(id=str(value), name_en=str(names.get(str(value), {}).get("en", value)))
                    for value in values
                ],
                "default": None if binary else str(entry["default_value"]),
                "is_antecedent": entry["is_antecedent"],
            }
        )
    except (KeyError, AttributeError, TypeError, ValidationError) as error:
        raise CatalogueError(f"{EVIDENCES}: {code}: {_told(error)}") from error


def _condition(code: str, entry: dict[str, Any]) -> Condition:
    try:
        named = {**entry["symptoms"], **entry["antecedents"]}
        # A field of two codes keeps both, for the linter to say: which one is meant is not known.
        codes = [part for part in re.split(r"[,;|\s]+", entry["icd10-id"].upper()) if part]
        return Condition(
            id=code,
            name_en=entry["cond-name-eng"],
            icd10=", ".join(codes),
            severity=entry["severity"],
            findings={finding: Frequency(source=SOURCE.id) for finding in named},
            citations=(SOURCE.id,),
        )
    except (KeyError, AttributeError, TypeError, ValidationError) as error:
        raise CatalogueError(f"{CONDITIONS}: {code}: {_told(error)}") from error


def _told(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing or not known."
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return f"not an entry as released ({error})."


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CatalogueError(f"{file.name} is missing in {file.parent}.") from error
    except (ValueError, RecursionError) as error:
        raise CatalogueError(f"{file.name}: not JSON ({error}).") from error
    if not isinstance(found, dict):
        raise CatalogueError(f"{file.name}: expected an object, an entry a key.")
    return found
