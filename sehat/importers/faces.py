"""Folders of face pictures, one folder a person, as enrolments.

Enrol only people who agreed to it: the consent that was given to the source is recorded as theirs.
"""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from records_api.core.context import Context
from records_api.core.errors import Invalid
from records_api.core.ids import derived_id
from records_api.exchange.service import Row
from records_api.identity import service as identity
from records_api.identity.schemas import CaptureRecord
from records_api.patients import repository
from records_api.patients import service as patients
from records_api.patients.schemas import PatientIn

SOURCE = "faces"
PICTURES = {".pgm", ".png", ".jpg", ".jpeg"}
TAKEN = datetime(2022, 1, 1, tzinfo=UTC)  # pictures carry no date that could be trusted
_UNKNOWN_BIRTH = date(1900, 1, 1)


def rows(path: Path) -> Iterator[Row]:
    """PATH/PERSON/PICTURE, or the `.csv` of rejects (columns person, picture, path)."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                yield _row(str(line.get("person")), Path(str(line.get("path"))))
        return
    if not path.is_dir():
        raise ValueError(f"{path}: give a folder with one folder a person")
    found = False
    for folder in sorted(p for p in path.iterdir() if p.is_dir()):
        for picture in sorted(p for p in folder.iterdir() if p.suffix.lower() in PICTURES):
            found = True
            yield _row(folder.name, picture)
    if not found:
        raise ValueError(f"{path}: no folder in it holds a picture ({', '.join(sorted(PICTURES))})")


def _row(person: str, picture: Path) -> Row:
    key = f"{person}/{picture.name}"
    content = {"person": person, "picture": picture.name, "path": str(picture)}
    try:
        content["sha256"] = hashlib.sha256(picture.read_bytes()).hexdigest()
    except OSError as error:
        return Row(key, content, f"path: {error.strerror}")
    return Row(key, content)


class FaceImporter:
    source = SOURCE
    batch = 50

    def prepare(self, ctx: Context) -> None:
        """Nothing is shared by all rows."""

    def write(self, ctx: Context, rows: Sequence[Row], changed: frozenset[str]) -> None:
        known_at = ctx.at(TAKEN)
        for row in rows:
            patient_id = derived_id(SOURCE, "patient", row.content["person"])
            if repository.find(ctx.session, patient_id) is None:
                person = PatientIn(
                    id=patient_id,
                    name=f"Enrolled person {row.content['person']}",
                    sex="unknown",
                    birth_date=_UNKNOWN_BIRTH,
                )
                patients.register(known_at, person, source=SOURCE)
            if row.key in changed:
                raise Invalid(
                    "Another picture was enrolled under this name. Give it a new name.",
                    field="picture",
                )
        identity.enrol_many(known_at, [self._capture(row) for row in rows], source=SOURCE)

    def _capture(self, row: Row) -> CaptureRecord:
        return CaptureRecord(
            id=derived_id(SOURCE, "capture", row.key),
            patient_id=derived_id(SOURCE, "patient", row.content["person"]),
            picture=Path(row.content["path"]).read_bytes(),
            taken_at=TAKEN,
            consented_at=TAKEN,
            device=SOURCE,
        )
