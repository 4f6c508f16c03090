"""Reading a catalogue from its folder.

A folder of ours holds `catalogue.json` (name, version, review), `citations.json`, files named
`findings_….json`, and conditions in every other `.json`. A folder of DDXPlus is known by its own
file names.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from knowledge import ddxplus
from knowledge.errors import CatalogueError
from knowledge.schema import Catalogue, Citation, Condition, Entry, Finding

__all__ = ["DELHI", "CatalogueError", "delhi", "load"]

DELHI = Path(__file__).with_name("delhi")
_HEAD, _CITATIONS, _FINDINGS = "catalogue.json", "citations.json", "findings_"

E = TypeVar("E", bound=Entry)


@cache
def delhi() -> Catalogue:
    """Our own catalogue, read once a process."""
    return load(DELHI)


def load(folder: Path) -> Catalogue:
    """The catalogue in a folder, ours or DDXPlus's. Raises CatalogueError with file and field."""
    if not folder.is_dir():
        raise CatalogueError(f"{folder}: there is no such folder.")
    if (folder / ddxplus.CONDITIONS).exists():
        return ddxplus.load(folder)
    head = _read(folder / _HEAD)
    if not isinstance(head, dict):
        raise CatalogueError(f"{_HEAD}: expected an object with name and version.")
    findings: list[Finding] = []
    conditions: list[Condition] = []
    for file in sorted(folder.glob("*.json")):
        if file.name.startswith(_FINDINGS):
            findings += _entries(file, Finding)
        elif file.name not in (_HEAD, _CITATIONS):
            conditions += _entries(file, Condition)
    content = {
        **head,
        "findings": findings,
        "conditions": conditions,
        "citations": _entries(folder / _CITATIONS, Citation),
    }
    try:
        return Catalogue.model_validate(content)
    except ValidationError as error:
        raise CatalogueError(f"{_HEAD}: {_told(error)}") from error


def _entries(file: Path, model: type[E]) -> list[E]:
    rows = _read(file)
    if not isinstance(rows, list):
        raise CatalogueError(f"{file.name}: expected a list of entries.")
    entries = []
    for place, row in enumerate(rows, start=1):
        try:
            entries.append(model.model_validate(row))
        except ValidationError as error:
            name = row.get("id") if isinstance(row, dict) else None
            raise CatalogueError(
                f"{file.name}: {name or f'entry {place}'}: {_told(error)}"
            ) from error
    return entries


def _told(error: ValidationError) -> str:
    """The first thing wrong: `findings.fever.frequency: Input should be a valid number`."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    return f"{field}: {first['msg']}" if field else str(first["msg"])


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=_once)
    except FileNotFoundError as error:
        raise CatalogueError(f"{file.name} is missing in {file.parent}.") from error
    except (ValueError, RecursionError) as error:
        raise CatalogueError(f"{file.name}: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are all different: JSON would keep the last of a doubled one."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{found.get('id', 'an entry')}: {key} is given twice.")
        found[key] = value
    return found
