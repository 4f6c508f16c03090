"""`sehat predict notes`: JSON lines of sentence and concept in, the same with what is said of it out.

In: sentence, concept, any other fields. Out: the same lines in order, with assertion (affirmed,
negated, possible, historical) and experiencer (patient, other).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.notes import judge_concept
from sehat.written import whole

NEEDED = ("sentence", "concept")


class NotesInputError(ValueError):
    """The input cannot be read; the message names the line and the field."""


def predict_file(in_path: Path, out_path: Path) -> int:
    """Judge every line of in_path into out_path; how many lines were written.

    Nothing is left at out_path unless every line was good. Raises NotesInputError.
    """
    count = 0
    with whole(out_path) as half, half.open("w", encoding="utf-8", newline="\n") as writer:
        for row in read_rows(in_path):
            found = judge_concept(row["sentence"], row["concept"])
            row |= {
                "assertion": found.assertion.value,
                "experiencer": found.experiencer.value,
            }
            writer.write(_line(row) + "\n")
            count += 1
    return count


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The lines that are not blank, each an object with both texts. Raises NotesInputError."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")  # some editors put it before UTF-8
            if line.strip():
                yield _row(path, number, line)


def _row(path: Path, number: int, line: bytes) -> dict[str, Any]:
    where = f"{path}, line {number}"
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise NotesInputError(f"{where}: is not UTF-8 text. Save the file as UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise NotesInputError(f"{where}: is not JSON ({error}). One object a line.") from error
    if not isinstance(row, dict):
        raise NotesInputError(f"{where}: is not an object with {' and '.join(NEEDED)}.")
    for name in NEEDED:
        if name not in row:
            raise NotesInputError(f"{where}, {name}: is missing. Needed: {', '.join(NEEDED)}.")
        if not isinstance(row[name], str):
            raise NotesInputError(f"{where}, {name}: {_short(row[name])} is not text.")
        if not row[name].strip():
            raise NotesInputError(f"{where}, {name}: is empty.")
    return row


def _short(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"


def _line(row: dict[str, Any]) -> str:
    """As it reads, unless it holds what some readers take for a line's end, or half of a surrogate
    pair, which UTF-8 cannot write."""
    text = json.dumps(row, ensure_ascii=False)
    plain = len(text.splitlines()) == 1 and not any("\ud800" <= c <= "\udfff" for c in text)
    return text if plain else json.dumps(row)
