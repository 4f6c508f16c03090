"""The rejects file: rejected rows in the form of the input, with the reason, to correct and feed back."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from records_api.exchange.service import Rejection

SUFFIX = {"fhir": ".json", "ddxplus": ".jsonl", "lmis": ".csv", "faces": ".csv"}
REASON = "reject_reason"
ESCAPED = "backslashreplace"  # half of a surrogate pair becomes JSON's own escape for it


def write(kind: str, rejections: Sequence[Rejection], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if SUFFIX[kind] == ".csv":
        _table(rejections, path)
    elif SUFFIX[kind] == ".jsonl":
        lines = [{**r.row.content, REASON: r.reason} for r in rejections]
        text = "".join(json.dumps(line, ensure_ascii=False, default=str) + "\n" for line in lines)
        path.write_text(text, encoding="utf-8", errors=ESCAPED)
    else:
        _bundle(rejections, path)


def _table(rejections: Sequence[Rejection], path: Path) -> None:
    names = list(dict.fromkeys(name for r in rejections for name in r.row.content))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*names, REASON])
        writer.writeheader()
        writer.writerows({**r.row.content, REASON: r.reason} for r in rejections)


def _bundle(rejections: Sequence[Rejection], path: Path) -> None:
    """A bundle of the rejected resources; each entry's response says why, as FHIR has it."""
    entries = [
        {
            "resource": r.row.content,
            "response": {
                "status": "422",
                "outcome": {
                    "resourceType": "OperationOutcome",
                    "issue": [{"severity": "error", "code": "invalid", "diagnostics": r.reason}],
                },
            },
        }
        for r in rejections
    ]
    bundle = {"resourceType": "Bundle", "type": "batch-response", "entry": entries}
    text = json.dumps(bundle, indent=1, ensure_ascii=False)
    path.write_text(text, encoding="utf-8", errors=ESCAPED)
