"""The training frame as cases, the vocabulary it teaches, and its split by patient."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.diagnosis.cases import Case
from models.diagnosis.questions import question_of
from models.diagnosis.vocabulary import Condition, Vocabulary, normalise_icd10, specialty_of

PARTS = ("train", "validation", "calibration", "test")
COLUMNS = ("patient_id", "age", "sex", "present", "condition")
FEWEST = 100  # confirmed diagnoses to learn from


class TrainingDataError(ValueError):
    """The frame cannot be learned from; the message names the column or what is too few."""


def checked(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame in a fixed order, so that the order of reading changes nothing."""
    missing = [name for name in COLUMNS if name not in frame]
    if missing:
        raise TrainingDataError(f"the training frame has no column {', '.join(missing)}.")
    keys = [name for name in ("patient_id", "encounter_id") if name in frame]
    return frame.sort_values(keys, kind="stable").reset_index(drop=True)


def with_findings(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The rows that tell of at least one finding, and how many do not: those teach nothing, and the
    model abstains on them. Raises TrainingDataError when too few remain."""
    counts = frame["present"].map(lambda value: len(as_list(value)))
    told = frame[counts > 0].reset_index(drop=True)
    if len(told) < FEWEST or told["condition"].nunique() < 2:
        raise TrainingDataError(
            f"{len(told)} confirmed diagnoses with findings, of {told['condition'].nunique()} conditions,"
            f" are too few: at least {FEWEST} of two conditions are needed."
        )
    return told, len(frame) - len(told)


def cases_of(frame: pd.DataFrame) -> list[Case]:
    """One case a row; columns that the frame lacks are unknown."""
    lists = {
        name: [as_list(v) for v in frame[name]] if name in frame else [()] * len(frame)
        for name in ("present", "absent", "local_conditions", "local_shares", "prior_conditions")
    }
    ages = pd.to_numeric(frame["age"], errors="coerce").to_numpy(dtype=float)
    return [
        Case(
            age=float(ages[i]) if np.isfinite(ages[i]) else None,
            sex=sex if isinstance(sex, str) else None,
            **{name: values[i] for name, values in lists.items()},
        )
        for i, sex in enumerate(frame["sex"])
    ]


def differentials_of(frame: pd.DataFrame, words: Vocabulary) -> NDArray[np.float32] | None:
    """(N, conditions) 0/1 of each row's differential; None when the frame tells of none."""
    if "differential" not in frame:
        return None
    labels = np.zeros((len(frame), len(words.conditions)), dtype=np.float32)
    for i, names in enumerate(frame["differential"]):
        known = [
            words.condition_row[name] for name in as_list(names) if name in words.condition_row
        ]
        labels[i, known] = 1
    return labels if labels.any() else None


def as_list(value: Any) -> Sequence[Any]:
    """A list column's value; None and NaN are empty."""
    if isinstance(value, list | tuple):
        return value
    return value.tolist() if isinstance(value, np.ndarray) else ()


def split_by_patient(
    patients: Iterable[str], shares: tuple[float, float, float], seed: int
) -> NDArray[np.str_]:
    """The part of each row: a patient is in one part only, and always the same for a seed.

    shares: of validation, calibration and test; the rest is train.
    """
    bounds = np.cumsum(shares)
    names = np.array([*PARTS[1:], PARTS[0]])
    keys = [hashlib.sha256(f"{seed}:{patient}".encode()).digest()[:6] for patient in patients]
    uniform = np.array([int.from_bytes(key) for key in keys]) / 2**48
    return names[np.searchsorted(bounds, uniform, side="right")]


def vocabulary_of(train: pd.DataFrame, dictionary: pd.DataFrame, rarest: int) -> Vocabulary:
    """Words seen at least `rarest` times among training rows; all conditions, however rare."""
    counts = Counter(f for present in train["present"] for f in set(as_list(present)))
    if "absent" in train:
        counts.update(f for absent in train["absent"] for f in set(as_list(absent)))
    findings = sorted(f for f, count in counts.items() if count >= rarest)
    priors: Counter[str] = Counter()
    if "prior_conditions" in train:
        priors.update(c for prior in train["prior_conditions"] for c in set(as_list(prior)))
    rows = {str(row["code"]): row for row in dictionary.to_dict("records")}
    return Vocabulary(
        conditions=tuple(
            condition(code, rows.get(code, {})) for code in sorted(set(train["condition"]))
        ),
        findings=tuple(findings),
        families=tuple(family(f, rows) for f in findings),
        priors=tuple(sorted(c for c, count in priors.items() if count >= rarest)),
    )


def condition(code: str, row: dict[Any, Any]) -> Condition:
    icd10 = normalise_icd10(_text(row.get("icd10")))
    severity = row.get("severity")
    return Condition(
        code=code,
        icd10=icd10,
        severity=None if severity is None or pd.isna(severity) else int(severity),
        specialty=_text(row.get("specialty")) or specialty_of(icd10),
    )


def family(finding: str, rows: Mapping[str, dict[Any, Any]]) -> str:
    """The finding behind it: its parent, and of a value that of its question, which is no answer."""
    question = question_of(finding)
    above = _text(rows.get(finding, {}).get("parent"))
    if above in (None, question) and question != finding:
        above = _text(rows.get(question, {}).get("parent"))
    return above or question


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
