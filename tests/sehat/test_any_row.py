"""Whatever a row holds, the import goes on, and no row is lost."""

import json
from pathlib import Path
from typing import Any

import pytest

from records_api.core.db import Database
from sehat.importers import run
from tests.sehat.inputs import HEIGHT, MONTH, PERSON, VISIT, case, ddxplus, figures, ledger, write

NASTY = [
    *(
        "",
        " ",
        "nan",
        "inf",
        "-1",
        "1e400",
        "1e-400",
        "9" * 400,
        "1.2345",
        "\x00",
        "\ud800",
        "0x10",
    ),
    *("१२", "2017-01-01", "'; DROP TABLE batches; --", "a" * 5000, "[1]", "NULL", "true", "1,5"),
]


def test_no_value_of_a_ledger_stops_an_import_or_is_lost(records: Database, tmp_path: Path) -> None:
    rows = [
        {**MONTH, "product_code": f"P{n}-{name}", name: value}
        for name in MONTH
        for n, value in enumerate(NASTY)
        if not value.startswith("\ud800")  # no text file can hold half of a pair
    ]
    file = ledger(tmp_path / "lmis.csv", *rows)
    first = figures(run.run("lmis", file))
    assert first[0] == len(rows)
    assert first[1] > 0
    again = figures(run.run("lmis", file))
    assert again[1:] == (0, first[2], first[1])


@pytest.mark.parametrize("name", ["row", "age", "sex", "evidences", "pathology"])
def test_no_value_of_a_patient_stops_an_import_or_is_lost(tmp_path: Path, name: str) -> None:
    ddxplus(tmp_path / "d", [case(1)])
    run.run("ddxplus", tmp_path / "d")
    values = [*NASTY, None, True, 7, -7, 1e308, [], [7], [None], ["E_1"] * 1000, {}, {"a": {}}]
    cases = [case(100 + n) | {name: value} for n, value in enumerate(values)]
    path = tmp_path / "cases.jsonl"
    lines = [*map(json.dumps, cases), "7", "null", "[1]", "[", '"text"']
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    first = figures(run.run("ddxplus", path))
    assert first[0] == len(lines)
    again = figures(run.run("ddxplus", path))
    assert again[1] == 0
    assert again[0] == first[0]


def test_no_resource_stops_an_import_or_is_lost(tmp_path: Path) -> None:
    far = {**HEIGHT, "id": "o2", "valueQuantity": {"value": 1e30, "code": "cm"}}
    early = {**PERSON, "id": "p3", "birthDate": "0001"}
    long = {**PERSON, "id": "p4", "name": [{"family": "R" * 5000}]}
    strange = [
        7,
        None,
        "text",
        [],
        {},
        {"resourceType": 7, "id": "x"},
        {"resourceType": "Nothing", "id": "x"},
    ]
    odd = [{**PERSON, "id": f"q{n}", "gender": value} for n, value in enumerate(NASTY)]
    file = tmp_path / "a.json"
    entries = [{"resource": r} for r in [PERSON, VISIT, far, early, long, *strange, *odd]]
    write(file, {"resourceType": "Bundle", "type": "transaction", "entry": [*entries, 7, {}]})
    assert figures(run.run("fhir", file)) == (1, 0, 1, 0)  # what is no entry makes it no bundle
    write(file, {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    outcome = run.run("fhir", file)
    assert outcome.read == len(entries)
    assert outcome.accepted >= 3
    assert figures(run.run("fhir", file))[1] == 0


def test_a_database_that_fails_rejects_no_row(
    records: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    from sehat.importers.lmis import LmisImporter

    file = ledger(tmp_path / "lmis.csv", *({**MONTH, "product_code": f"P{n}"} for n in range(6)))

    def full(*_: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as context:
        context.setattr(LmisImporter, "write", full)
        with pytest.raises(OperationalError):
            run.run("lmis", file)
    assert figures(run.run("lmis", file)) == (6, 6, 0, 0)
