"""Pairs of face pictures in a CSV to scores and decisions in a CSV: `sehat predict identity`."""

import csv
from collections.abc import Callable
from pathlib import Path

from models.identity.predictor import Face, IdentityPredictor
from sehat.written import whole

COLUMNS = ("a", "b", "score", "decision", "quality_a", "quality_b", "reason")


class PairsError(ValueError):
    """The file of pairs cannot be read; the message says what to mend."""


def predict_file(
    predictor: IdentityPredictor,
    pairs_csv: Path,
    out_csv: Path,
    progress: Callable[[float], None] = lambda _share: None,
) -> int:
    """Compare every pair; returns how many rows were written, as many as were read.

    Paths are looked for beside the CSV first, then in the working folder. A picture that is missing
    or cannot be used gives a row that refers, with the reason. Each picture is embedded once. The
    score is empty where a picture showed nothing to compare.

    Raises PairsError for a file that is no UTF-8 CSV with the columns a and b.
    """
    rows = _read(pairs_csv)
    faces: dict[str, Face] = {}
    names = list(dict.fromkeys(name for row in rows for name in row))
    for number, name in enumerate(names):
        faces[name] = predictor.look(_locate(name, pairs_csv.parent))
        progress((number + 1) / len(names))
    with whole(out_csv) as half, half.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for a, b in rows:
            answer = predictor.compare(faces[a], faces[b])
            score = "" if answer.score is None else f"{answer.score:.6f}"
            qualities = [f"{faces[name].quality.score:.4f}" for name in (a, b)]
            writer.writerow([a, b, score, answer.decision, *qualities, answer.reason or ""])
    return len(rows)


def _read(path: Path) -> list[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = {"a", "b"} - set(reader.fieldnames or ())
            if missing:
                raise PairsError(
                    f"{path.name} has no column {' and no column '.join(sorted(missing))}"
                )
            return [((row["a"] or "").strip(), (row["b"] or "").strip()) for row in reader]
    except FileNotFoundError as error:
        raise PairsError(f"{path} does not exist") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise PairsError(f"{path.name} is not a CSV in UTF-8: save it again as one") from error


def _locate(name: str, beside: Path) -> Path:
    path = beside / name  # an absolute name stays as it is
    return path if name and path.exists() else Path(name or "no picture named")
