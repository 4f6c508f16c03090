"""A small made-up clinic: a training frame and its dictionary, for tests and first steps.

Findings are drawn independently given the condition; dengue is seasonal by district, asthma comes
back. Nothing here says anything about real disease.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

# code: (icd10, severity, specialty, share, {finding: probability when the condition is there})
CONDITIONS: dict[str, tuple[str, int, str, float, dict[str, float]]] = {
    "dengue": ("A90", 2, "general medicine", 0.12, {"fever": 0.97, "joint_pain": 0.7, "rash": 0.5, "eye_pain": 0.6}),
    "typhoid": ("A01.0", 2, "general medicine", 0.1, {"fever": 0.97, "belly_pain": 0.6, "headache": 0.6}),
    "cold": ("J06.9", 5, "general medicine", 0.3, {"runny_nose": 0.9, "cough": 0.6, "fever": 0.3, "sore_throat": 0.5}),
    "asthma": ("J45", 3, "pulmonology", 0.15, {"wheeze": 0.9, "cough": 0.6, "breathless": 0.8}),
    "pneumonia": ("J18, J17", 3, "pulmonology", 0.08, {"cough": 0.9, "fever": 0.85, "breathless": 0.6}),
    "heart_attack": ("I21", 1, "cardiology", 0.05, {"chest_pain": 0.95, "sweating": 0.7, "breathless": 0.5}),
    "migraine": ("G43", 4, "neurology", 0.2, {"headache": 0.98, "light_hurts": 0.85, "nausea": 0.6}),
}  # fmt: skip
_FINDINGS = sorted({f for *_, chances in CONDITIONS.values() for f in chances})
_PAIN = ("pain_level_@_2", "pain_level_@_5", "pain_level_@_8")
_DISTRICTS = ("north", "south")
_ELSEWHERE = 0.03  # probability of a finding that the condition does not cause


def generate(patients: int = 1500, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(training frame with one or two encounters a patient, dictionary). Deterministic."""
    rng = np.random.default_rng(seed)
    codes = list(CONDITIONS)
    rows: list[dict[str, object]] = []
    for number in range(patients):
        age, sex = float(rng.uniform(0, 90)), str(rng.choice(["F", "M"]))
        prior: list[str] = []
        for visit in range(int(rng.integers(1, 3))):
            district = str(rng.choice(_DISTRICTS))
            epidemic = district == "north"
            share = np.array([_share(code, age, epidemic, prior) for code in codes])
            condition = str(rng.choice(codes, p=share / share.sum()))
            present, absent = _examined(condition, rng)
            usual = np.array([_share(code, 40.0, epidemic, []) for code in codes])
            rows.append(
                {
                    "encounter_id": f"e{number}-{visit}",
                    "patient_id": f"p{number}",
                    "event_timestamp": datetime(2025, 1, 1, tzinfo=UTC)
                    + timedelta(hours=len(rows)),
                    "age": age,
                    "sex": sex,
                    "present": present,
                    "absent": absent,
                    "district": district,
                    "local_conditions": codes,
                    "local_shares": (usual / usual.sum()).tolist(),
                    "prior_conditions": list(prior),
                    "condition": condition,
                }
            )
            prior.append(condition)
    return pd.DataFrame(rows), dictionary()


def dictionary() -> pd.DataFrame:
    conditions = [
        {"code": code, "kind": "condition", "name_en": code.replace("_", " "), "icd10": icd10,
         "severity": severity, "specialty": specialty, "parent": None}
        for code, (icd10, severity, specialty, *_) in CONDITIONS.items()
    ]  # fmt: skip
    findings = [
        {"code": code, "kind": "finding", "name_en": code.replace("_", " "), "icd10": None,
         "severity": None, "specialty": None, "parent": code.split("_@_")[0]}
        for code in [*_FINDINGS, *_PAIN]
    ]  # fmt: skip
    return pd.DataFrame([*conditions, *findings])


def _share(code: str, age: float, epidemic: bool, prior: list[str]) -> float:
    factor = CONDITIONS[code][3]
    if code == "dengue":
        factor *= 4 if epidemic else 0.3
    if code == "heart_attack":
        factor *= 3 if age > 50 else 0.1
    if code == "asthma" and code in prior:
        factor *= 6
    return factor


def _examined(condition: str, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Findings present, and of the others a few that were asked for. At least one is present."""
    chances = CONDITIONS[condition][4]
    drawn = {f: bool(rng.random() < chances.get(f, _ELSEWHERE)) for f in _FINDINGS}
    present = [f for f, there in drawn.items() if there] or [max(chances, key=lambda f: chances[f])]
    if condition in ("migraine", "heart_attack"):
        present.append(str(rng.choice(_PAIN, p=[0.1, 0.3, 0.6])))
    asked = [f for f in _FINDINGS if f not in present and rng.random() < 0.3]
    return present, asked
