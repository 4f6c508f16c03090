"""The real registry: a run, its versions, the alias, and the way back."""

import json
from pathlib import Path

import pytest

from serving import champion
from training import registry

FIGURES = {
    "wql": 0.3,
    "wql_seasonal_naive": 0.5,
    "wql_statistical": 0.4,
}


def trained(folder: Path, mark: str, figures: dict[str, float] = FIGURES) -> registry.Result:
    folder.mkdir(exist_ok=True)
    (folder / "predictor.json").write_text(json.dumps({"capability": "demand", "mark": mark}))
    with registry.run("demand", {"mark": mark}, digest=f"data-{mark}") as run:
        run.metrics(figures)
        run.card("# A card")
        return run.register(folder, rows=7)


def test_a_champion_is_found_by_alias_replaced_and_put_back(tmp_path: Path) -> None:
    first = trained(tmp_path / "predictor", "one")
    assert (first.version, first.promoted, first.rows) == ("1", True, 7)
    pointer = champion.look_up("demand")
    assert pointer is not None
    assert pointer.trained_on == "data-one"
    [written] = pointer.folder.rglob("predictor.json")
    assert json.loads(written.read_text())["mark"] == "one"

    assert trained(tmp_path / "predictor", "two").version == "2"
    reigning = registry.champion("demand")
    assert reigning is not None
    assert (reigning.version, reigning.metrics["wql"]) == ("2", 0.3)

    assert registry.rollback("demand") == "1"
    assert [v.version for v in registry.versions("demand") if v.champion] == ["1"]
    assert registry.rollback("demand") is None

    refused = trained(tmp_path / "predictor", "three", {**FIGURES, "wql": 0.6})
    assert not refused.promoted
    assert "wql_seasonal_naive" in refused.reasons[0]
    assert [v.version for v in registry.versions("demand") if v.champion] == ["1"]
    assert "must be below" in registry.versions("demand")[0].verdict


def test_without_a_model_there_is_no_champion() -> None:
    assert champion.look_up("identity") is None
    assert registry.champion("identity") is None


def test_a_folder_without_predictor_is_an_error(tmp_path: Path) -> None:
    from models.loading import load_predictor

    with pytest.raises(FileNotFoundError):
        load_predictor(tmp_path)
