"""A model's folder: plain files, and a clear word when they are not what they should be."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.diagnosis import DiagnosisPredictor, ModelFolderError
from models.loading import load_predictor
from tests.behaviour.diagnosis.clinic import trained


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    trained().predictor.save(tmp_path / "model")
    return tmp_path / "model"


def test_the_folder_tells_what_it_is(folder: Path) -> None:
    text = json.loads((folder / "predictor.json").read_text())

    assert text["capability"] == "diagnosis"
    assert text["metrics"]["top1"] == trained().metrics["top1"]
    assert text["settings"]["coverage"] == 0.95
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{part}.{kind}"
        for part in ("network", "posterior", "predictor")
        for kind in ("json", "npz")
    ]


def test_the_service_finds_it_by_its_description(folder: Path) -> None:
    assert isinstance(load_predictor(folder.parent), DiagnosisPredictor)


@pytest.mark.parametrize("name", ["predictor.json", "predictor.npz"])
@pytest.mark.parametrize("damage", ["missing", "empty", "truncated"])
def test_damage_is_named(folder: Path, name: str, damage: str) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).unlink()
    if damage != "missing":
        (folder / name).write_bytes(b"" if damage == "empty" else whole[: len(whole) // 2])

    with pytest.raises(ModelFolderError, match=r"cannot be read|damaged"):
        DiagnosisPredictor.load(folder)


def test_weights_of_another_vocabulary_are_refused(folder: Path) -> None:
    text = json.loads((folder / "predictor.json").read_text())
    text["findings"].append("one more")
    (folder / "predictor.json").write_text(json.dumps(text))

    with pytest.raises(ModelFolderError, match="weights does not fit"):
        DiagnosisPredictor.load(folder)


def test_a_newer_format_is_refused(folder: Path) -> None:
    text = json.loads((folder / "predictor.json").read_text())
    (folder / "predictor.json").write_text(json.dumps({**text, "format": 99}))

    with pytest.raises(ModelFolderError, match="format 99"):
        DiagnosisPredictor.load(folder)


def test_nothing_executable_is_read(folder: Path) -> None:
    """An array of objects would be a pickle."""
    with np.load(folder / "predictor.npz") as archive:
        arrays = dict(archive)
    np.savez(folder / "predictor.npz", **{**arrays, "prevalence": np.array([{}], dtype=object)})

    with pytest.raises(ModelFolderError, match="damaged"):
        DiagnosisPredictor.load(folder)
