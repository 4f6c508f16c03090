"""`sehat knowledge load`: any catalogue becomes the terminology, once."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from knowledge import catalogue
from records_api.core.audit import AuditRow
from records_api.core.db import Database
from records_api.terminology.tables import Concept
from sehat.cli import app
from tests.sehat.inputs import ddxplus


def load(*words: str) -> dict[str, Any]:
    told = CliRunner().invoke(app, ["knowledge", "load", *words, "--json"])
    assert told.exit_code == 0, told.output
    return dict(json.loads(told.stdout))


def test_delhi_is_loaded_once(records: Database) -> None:
    first = load()
    again = load()
    assert first["added"] > 500
    assert (again["added"], again["changed"]) == (0, 0)
    assert again["unchanged"] == first["added"]
    with records.session() as session:
        dengue = session.get(Concept, "dengue")
        rusty = session.get(Concept, "sputum_look_@_rusty")
        assert dengue is not None
        assert rusty is not None
        assert dengue.detail["red_flags"]
        assert dengue.detail["citations"][0]["title"]
        assert rusty.parent == "sputum_look"
        told = session.scalars(select(AuditRow.action)).all()
        assert told.count("concept.add_many") == 1  # what changed nothing is no event


def test_a_correction_is_taken_over(records: Database) -> None:
    load()
    with records.transaction() as session:
        fever = session.get(Concept, "fever")
        assert fever is not None
        fever.detail = {}
    assert (load()["changed"], load()["changed"]) == (1, 0)


def test_ddxplus_is_loaded_without_code(tmp_path: Path, records: Database) -> None:
    folder = str(ddxplus(tmp_path / "ddxplus", []))
    assert load(folder)["added"] == 2
    assert load(folder)["unchanged"] == 2
    with records.session() as session:
        cold = session.get(Concept, "Cold (common)")
        assert cold is not None
        assert (cold.icd10, cold.severity) == ("J00", 5)
        assert cold.detail["treatment"] is None


def test_what_the_records_cannot_take_is_told_and_nothing_is_written(
    tmp_path: Path, records: Database
) -> None:
    folder = ddxplus(tmp_path / "ddxplus", [])
    file = folder / "release_evidences.json"
    entries = json.loads(file.read_text())
    entries["E\x07"] = {**entries["E_1"], "code_question": "E_1"}
    file.write_text(json.dumps(entries))
    told = CliRunner().invoke(app, ["knowledge", "load", str(folder)])
    assert isinstance(told.exception, catalogue.CatalogueError)
    assert str(told.exception).startswith(r"finding 'E\x07': code: ")
    with records.session() as session:
        assert session.scalars(select(Concept)).all() == []


@pytest.mark.shared_data
def test_ddxplus_as_released(shared_data: Path, records: Database) -> None:
    assert load(str(shared_data / "diagnosis"))["added"] > 1000
