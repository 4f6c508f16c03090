"""What a model answered and what was decided on it, from the records' JSON to columns.

What a person wrote in words of their own stays in the records: it may name the patient.
"""

import json
from collections.abc import Sequence
from typing import Any

# What the records write before a colon: a diagnosis confirmed in place of those suggested, and the
# reasons that CDS Hooks offers.
REASONS = frozenset(
    [
        "confirmed instead",
        "other-diagnosis",
        "already-known",
        "findings-wrong",
        "not-now",
        "other",
    ]
)


def told(row: Sequence[Any]) -> Sequence[Any]:
    """A kept answer with the last three columns, inputs, answer and reason, in parts."""
    *plain, inputs, answer, reason = row
    asked = _parsed(inputs)
    return (
        *plain,
        asked.get("age"),
        asked.get("sex"),
        asked.get("district"),
        asked.get("present") or [],
        asked.get("absent") or [],
        *_answered(_parsed(answer)),
        _reason_kind(reason),
    )


def shadowed(row: Sequence[Any]) -> Sequence[Any]:
    """A challenger's answer, the last column, in parts."""
    *plain, answer = row
    return (*plain, *_answered(_parsed(answer)))


def _parsed(value: Any) -> dict[str, Any]:
    found = json.loads(value) if isinstance(value, str) else value
    return found if isinstance(found, dict) else {}


def _answered(answer: dict[str, Any]) -> tuple[list[str], list[float], list[str], bool]:
    ranked = answer.get("ranked") or []
    return (
        [row["condition"] for row in ranked],
        [float(row["probability"]) for row in ranked],
        answer.get("prediction_set") or [],
        bool(answer.get("abstained")),
    )


def _reason_kind(reason: str | None) -> str | None:
    """Which of the reasons that have a name; any other is the person's own words."""
    if not reason:
        return None
    named = reason.partition(":")[0]
    return named if named in REASONS else "own words"
