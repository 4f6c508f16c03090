"""One import from start to end: reader, writer, progress, rejects file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from records_api.core.settings import settings
from records_api.exchange import service as exchange
from sehat import state
from sehat.console import progress
from sehat.importers import rejects

KINDS = ("fhir", "ddxplus", "lmis", "faces")


@dataclass(frozen=True)
class Outcome:
    """What became of an input; `read` = accepted + rejected + unchanged."""

    kind: str
    path: str
    read: int
    accepted: int
    rejected: int
    unchanged: int
    rejects: str | None


def _opened(kind: str, path: Path) -> tuple[exchange.Importer, Iterable[exchange.Row]]:
    folder = path if path.is_dir() else path.parent
    if kind == "fhir":
        from sehat.importers import fhir

        return fhir.FhirImporter(), fhir.rows(path)
    if kind == "ddxplus":
        from sehat.importers import ddxplus

        # Rejects that were corrected lie elsewhere: their dictionary was imported the first time.
        known = None if path.suffix == ".jsonl" else folder
        return ddxplus.DdxplusImporter(known), ddxplus.rows(path)
    if kind == "lmis":
        from sehat.importers import lmis

        return lmis.LmisImporter(folder), lmis.rows(path)
    from sehat.importers import faces

    return faces.FaceImporter(), faces.rows(path)


def run(kind: str, path: Path, rejects_path: Path | None = None) -> Outcome:
    """Import PATH. Raises ValueError when it cannot be read at all."""
    try:
        importer, rows = _opened(kind, path)
        with progress(f"import {kind}") as bar:
            account = exchange.run(state.database(), importer, rows, bar)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}: is not UTF-8 text (byte {error.start + 1}). Save it as UTF-8 and import it "
            "again; what was taken before stays and is not taken twice."
        ) from error
    where = None
    if account.rejections:
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        default = settings().home / "imports" / f"{kind}-{stamp}-rejects{rejects.SUFFIX[kind]}"
        where = rejects_path or default
        rejects.write(kind, account.rejections, where)
    return Outcome(
        kind=kind,
        path=str(path),
        read=account.read,
        accepted=account.accepted,
        rejected=account.rejected,
        unchanged=account.unchanged,
        rejects=str(where) if where else None,
    )
