"""Every row is accounted for; a second run changes nothing; rejects can be mended and fed back."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from records_api.core.db import Database
from records_api.encounters.tables import Diagnosis, Encounter, Finding, Vital
from records_api.exchange.tables import KeptResource
from records_api.identity.tables import Capture
from records_api.patients.tables import Patient
from records_api.pharmacy.tables import Batch, Dispense, Movement
from sehat.importers import run
from tests.sehat.inputs import (
    CLAIM_OF_NOBODY,
    HEIGHT,
    ILLNESS,
    MONTH,
    PERSON,
    VISIT,
    bundle,
    case,
    count,
    ddxplus,
    figures,
    ledger,
    write,
)


def test_fhir_is_mapped_kept_whole_and_unchanged_the_second_time(
    records: Database, tmp_path: Path
) -> None:
    file = write(tmp_path / "a.json", bundle(PERSON, VISIT, HEIGHT, ILLNESS))
    assert figures(run.run("fhir", file)) == (4, 4, 0, 0)
    assert figures(run.run("fhir", file)) == (4, 0, 0, 4)
    assert count(records, KeptResource) == 4
    with records.session() as session:
        [vital] = session.scalars(select(Vital))
        [diagnosis] = session.scalars(select(Diagnosis))
        [encounter] = session.scalars(select(Encounter))
        assert (vital.value, vital.unit) == (Decimal("161.235"), "cm")
        assert (diagnosis.condition, diagnosis.status) == ("sct:38341003", "confirmed")
        assert encounter.recorded_at == encounter.ended_at


def test_vital_signs_of_other_units_are_kept_in_ours_and_void_ones_are_not(
    records: Database, tmp_path: Path
) -> None:
    inches = {"valueQuantity": {"value": 63.5, "code": "[in_i]", "unit": "in"}}
    void = {**HEIGHT, "id": "o2", "status": "entered-in-error"}
    file = write(tmp_path / "a.json", bundle(PERSON, VISIT, HEIGHT | inches, void))
    assert figures(run.run("fhir", file)) == (4, 4, 0, 0)
    with records.session() as session:
        [vital] = session.scalars(select(Vital))
        assert (vital.value, vital.unit) == (Decimal("161.29"), "cm")


def test_a_bad_resource_costs_only_itself_and_comes_back_mended(
    records: Database, tmp_path: Path
) -> None:
    wrong = {**HEIGHT, "status": 7}
    file = write(tmp_path / "a.json", bundle(PERSON, VISIT, wrong, ILLNESS, CLAIM_OF_NOBODY))
    outcome = run.run("fhir", file)
    assert figures(outcome) == (5, 3, 2, 0)
    assert outcome.rejects is not None
    rejects = json.loads(Path(outcome.rejects).read_text(encoding="utf-8"))
    reasons = [e["response"]["outcome"]["issue"][0]["diagnostics"] for e in rejects["entry"]]
    assert reasons[0].startswith("Observation.status:")
    assert "resident" in reasons[1]
    rejects["entry"] = [{"resource": {**rejects["entry"][0]["resource"], "status": "final"}}]
    assert figures(run.run("fhir", write(tmp_path / "mended.json", rejects))) == (1, 1, 0, 0)
    assert count(records, Vital) == 1


def test_a_changed_resource_is_taken_over(records: Database, tmp_path: Path) -> None:
    run.run("fhir", write(tmp_path / "a.json", bundle(PERSON)))
    renamed = {**PERSON, "name": [{"family": "Rao", "given": ["Mira"]}]}
    assert figures(run.run("fhir", write(tmp_path / "b.json", bundle(renamed)))) == (1, 1, 0, 0)
    with records.session() as session:
        [patient] = session.scalars(select(Patient))
        assert patient.name == "Mira Rao"


def test_bulk_exports_and_folders_of_folders_are_read(records: Database, tmp_path: Path) -> None:
    (tmp_path / "Patient").mkdir()
    (tmp_path / "later").mkdir()
    lines = [json.dumps(PERSON), "", "{", json.dumps({**PERSON, "id": "p2"})]
    (tmp_path / "Patient" / "Patient.ndjson").write_text("\n".join(lines), encoding="utf-8")
    write(tmp_path / "later" / "visit.json", VISIT)
    (tmp_path / "README.md").write_text("not a resource")
    assert figures(run.run("fhir", tmp_path)) == (4, 3, 1, 0)
    assert count(records, Encounter) == 1


def test_a_file_that_is_not_json_is_one_rejected_row(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    assert figures(run.run("fhir", tmp_path / "a.json")) == (1, 0, 1, 0)


def test_ddxplus_rows_become_encounters_with_a_confirmed_diagnosis(
    records: Database, tmp_path: Path
) -> None:
    folder = ddxplus(
        tmp_path / "d", [case(1), case(2, sex="X"), case(3), case(4, evidences=["E_9"])]
    )
    outcome = run.run("ddxplus", folder)
    assert figures(outcome) == (4, 2, 2, 0)
    assert figures(run.run("ddxplus", folder)) == (4, 0, 2, 2)
    assert (count(records, Encounter), count(records, Finding)) == (2, 2)
    assert outcome.rejects is not None
    lines = [json.loads(line) for line in Path(outcome.rejects).read_text().splitlines()]
    assert [line["reject_reason"][:4] for line in lines] == ["sex:", "find"]
    mended = tmp_path / "mended.jsonl"
    mended.write_text(json.dumps({**lines[0], "sex": "M"}) + "\n", encoding="utf-8")
    assert figures(run.run("ddxplus", mended)) == (1, 1, 0, 0)
    with records.session() as session:
        ages = {p.birth_date.year for p in session.scalars(select(Patient))}
    assert ages == {1991}  # thirty and a half before the day the set was published


def test_the_released_csv_is_read_as_the_parquet_copy_is(records: Database, tmp_path: Path) -> None:
    folder = ddxplus(tmp_path / "d", [])
    (folder / "patients.parquet").unlink()
    lines = ["AGE,SEX,PATHOLOGY,EVIDENCES"]
    lines += [f"""30,F,Cold (common),"{told}\"""" for told in ("['E_1']", "[", "{'E_1': 1}", "7")]
    (folder / "release_test_patients.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert figures(run.run("ddxplus", folder)) == (4, 1, 3, 0)
    assert count(records, Finding) == 1


def test_a_ledger_ends_each_month_at_what_was_counted(records: Database, tmp_path: Path) -> None:
    # February comes first in the file, starts from other stock than January left, and does not add up.
    february = {**MONTH, "month": "2", "stock_initial": "8", "stock_end": "0"}
    file = ledger(tmp_path / "lmis.csv", february, MONTH)
    assert figures(run.run("lmis", file)) == (2, 2, 0, 0)
    assert figures(run.run("lmis", file)) == (2, 0, 0, 2)
    with records.session() as session:
        assert session.scalars(select(Batch.on_hand)).all() in (
            [Decimal(0)],
            [Decimal(0), Decimal(0)],
        )
        assert session.scalar(select(func.sum(Movement.quantity))) == 0
        used = session.scalars(select(Dispense).order_by(Dispense.at)).all()
    assert [(d.supplied, d.period, d.at.month) for d in used] == [
        (Decimal(7), "M", 1),
        (Decimal(7), "M", 2),
    ]


def test_a_month_without_use_is_a_figure_too(records: Database, tmp_path: Path) -> None:
    idle = {**MONTH, "stock_received": "0", "stock_distributed": "0", "stock_end": "9"}
    run.run("lmis", ledger(tmp_path / "lmis.csv", idle))
    with records.session() as session:
        [dispense] = session.scalars(select(Dispense))
    assert (dispense.requested, dispense.supplied) == (0, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [("month", "13"), ("stock_received", "many"), ("stock_end", "-1"), ("site_code", "")],
)
def test_a_bad_ledger_row_names_its_field(tmp_path: Path, field: str, value: str) -> None:
    file = ledger(tmp_path / "lmis.csv", MONTH, {**MONTH, "product_code": "P2", field: value})
    outcome = run.run("lmis", file)
    assert figures(outcome) == (2, 1, 1, 0)
    assert outcome.rejects is not None
    with Path(outcome.rejects).open(encoding="utf-8", newline="") as opened:
        [line] = list(csv.DictReader(opened))
    assert field in line["reject_reason"]
    mended = {**line, field: MONTH[field]}
    assert figures(run.run("lmis", ledger(tmp_path / "mended.csv", mended))) == (1, 1, 0, 0)


def test_a_month_that_was_imported_is_never_rewritten(records: Database, tmp_path: Path) -> None:
    run.run("lmis", ledger(tmp_path / "a.csv", MONTH))
    other = run.run("lmis", ledger(tmp_path / "b.csv", {**MONTH, "stock_received": "6"}))
    assert figures(other) == (1, 0, 1, 0)


def test_faces_are_enrolled_once_and_never_lie_open(records: Database, tmp_path: Path) -> None:
    for person, shade in (("s1", 90), ("s2", 160)):
        (tmp_path / "faces" / person).mkdir(parents=True)
        Image.new("L", (92, 112), shade).save(tmp_path / "faces" / person / "1.png")
    (tmp_path / "faces" / "s2" / "2.png").write_bytes(b"not a picture")
    assert figures(run.run("faces", tmp_path / "faces")) == (3, 2, 1, 0)
    assert figures(run.run("faces", tmp_path / "faces")) == (3, 0, 1, 2)
    plain = io.BytesIO()
    Image.new("L", (92, 112), 90).save(plain, "PNG")
    with records.session() as session:
        pictures = [c.picture for c in session.scalars(select(Capture))]
    assert len(pictures) == 2
    assert all(p and plain.getvalue()[:60] not in p for p in pictures)


def test_an_interrupted_import_goes_on(records: Database, tmp_path: Path, monkeypatch: Any) -> None:
    from sehat.importers.lmis import LmisImporter

    monkeypatch.setattr(LmisImporter, "batch", 2)
    rows = [{**MONTH, "product_code": f"P{n}"} for n in range(6)]
    file = ledger(tmp_path / "lmis.csv", *rows)
    written = LmisImporter.write
    calls = []

    def interrupted(self: Any, *args: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        written(self, *args)

    monkeypatch.setattr(LmisImporter, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.run("lmis", file)
    assert figures(run.run("lmis", file)) == (6, 4, 0, 2)
