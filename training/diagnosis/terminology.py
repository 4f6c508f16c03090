"""What the terminology tells training: which findings are of the past, how often each is met."""

import json
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.diagnosis.vocabulary import Vocabulary

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def antecedents_of(words: Vocabulary, dictionary: pd.DataFrame) -> Bools:
    """(findings,) whether the dictionary calls a finding an antecedent; none where it does not say."""
    past = {
        row["code"]
        for row in dictionary.to_dict("records")
        if row.get("antecedent") is True or detail(row).get("is_antecedent") is True
    }
    return np.array([finding in past for finding in words.findings], dtype=np.bool_)


def frequencies_of(words: Vocabulary, dictionary: pd.DataFrame) -> Floats:
    """(findings, conditions) share of a condition's patients who have a finding, by the catalogue;
    NaN where it does not say."""
    row = {finding: number for number, finding in enumerate(words.findings)}
    told = np.full((len(words.findings), len(words.conditions)), np.nan)
    for concept in dictionary.to_dict("records"):
        column = words.condition_row.get(concept["code"])
        named = detail(concept).get("findings")
        if column is None or not isinstance(named, dict):
            continue
        for finding, share in named.items():
            if finding in row and isinstance(share, int | float) and 0 <= share <= 1:
                told[row[finding], column] = share
    return told


def many_of(dictionary: pd.DataFrame) -> frozenset[str]:
    """Questions that may get several answers at once, by the dictionary."""
    rows = dictionary.to_dict("records")
    return frozenset(str(row["code"]) for row in rows if detail(row).get("answer") == "many")


def detail(row: dict[Any, Any]) -> dict[str, Any]:
    """The records keep it as JSON; a dictionary made elsewhere may have none."""
    text = row.get("detail")
    told = json.loads(text) if isinstance(text, str) else {}
    return told if isinstance(told, dict) else {}
