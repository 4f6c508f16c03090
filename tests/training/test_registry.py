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


def test_a_challenger_is_named_until_it_is_promoted_or_sent_off(tmp_path: Path) -> None:
    for mark in ("one", "two", "three"):
        trained(tmp_path / "predictor", mark)
    assert registry.challenger("demand") is None
    registry.challenge("demand", "1")
    pointer = champion.look_up("demand", alias="challenger")
    assert pointer is not None
    assert (pointer.version, pointer.trained_on) == ("1", "data-one")
    registry.promote("demand", "1")
    assert champion.look_up("demand", alias="challenger") is None  # it reigns now
    registry.challenge("demand", "2")
    registry.challenge("demand", None)
    registry.challenge("demand", None)
    assert registry.challenger("demand") is None


def test_where_a_person_decides_a_version_that_passes_becomes_challenger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "IN_SHADOW", ("demand",))
    monkeypatch.setenv("SEHAT_PROMOTION", "person")
    assert trained(tmp_path / "predictor", "one").promoted  # else nobody would answer
    second = trained(tmp_path / "predictor", "two")
    assert not second.promoted
    assert "a person promotes" in second.reasons[0]
    found = {v.version: (v.champion, v.challenger) for v in registry.versions("demand")}
    assert found == {"1": (True, False), "2": (False, True)}
    worse = trained(tmp_path / "predictor", "three", {**FIGURES, "wql": 0.6})
    assert not worse.promoted
    rival = registry.challenger("demand")
    assert rival is not None
    assert rival.version == "2"


def test_the_population_is_kept_with_the_run(tmp_path: Path) -> None:
    folder = tmp_path / "predictor"
    trained(folder, "of before")
    with registry.run("demand", {}, digest="d") as run:
        run.metrics(FIGURES)
        run.profile({"format": 1, "rows": 3})
        run.register(folder)
    new, old = registry.versions("demand")
    assert registry.profile(new) == {"format": 1, "rows": 3}
    assert registry.profile(old) is None


def test_without_a_model_there_is_no_champion() -> None:
    assert champion.look_up("identity") is None
    assert registry.champion("identity") is None


def test_a_folder_without_predictor_is_an_error(tmp_path: Path) -> None:
    from models.loading import load_predictor

    with pytest.raises(FileNotFoundError):
        load_predictor(tmp_path)
