"""The made-up clinic with a catalogue: it names what the clinic sees, and rabies, which it never saw."""

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from training.diagnosis import generated
from training.diagnosis.run import QUICK
from training.diagnosis.train import Trained, fit

RABIES = {"fear_of_water": 0.9, "drooling": 0.7, "fever": 0.5}
FAST = replace(QUICK, copies=2, iterations=20, epochs=3, asked=200)


def dictionary(*unseen: dict[str, Any]) -> pd.DataFrame:
    """Of each condition of the clinic its frequencies and rate, and those of `unseen`."""
    rows = generated.dictionary().to_dict("records")
    for row in rows:
        told = generated.CONDITIONS.get(str(row["code"]))
        detail = {} if told is None else {"findings": told[4], "rate": {"per_thousand": told[3]}}
        row["detail"] = json.dumps(detail)
    return pd.DataFrame([*rows, *unseen])


def rabies(**rate: Any) -> dict[str, Any]:
    detail = {"findings": RABIES, "rate": {"per_thousand": 0.001, **rate}}
    return {
        "code": "rabies",
        "kind": "condition",
        "icd10": "A82.9",
        "severity": 1,
        "detail": json.dumps(detail),
    }


@cache
def without() -> Trained:
    return fit(generated.generate(700, seed=5)[0], dictionary(), FAST)


@cache
def with_rabies() -> Trained:
    return fit(generated.generate(700, seed=5)[0], dictionary(rabies()), FAST)
