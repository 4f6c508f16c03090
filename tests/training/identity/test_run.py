"""From a folder of people to a champion that the model service loads."""

from pathlib import Path

import pytest

from models.loading import load_predictor
from serving.champion import look_up
from tests.behaviour.identity.drawn import TINY, captures, rgb
from training import registry
from training.identity.run import run


@pytest.mark.filterwarnings("ignore")  # of MLflow's own dependencies
def test_a_folder_of_people_becomes_a_registered_model(tmp_path: Path) -> None:
    for capture in captures(people=8, each=4):
        path = tmp_path / "people" / f"{capture.capture_id}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        assert isinstance(capture.picture, bytes)
        path.write_bytes(capture.picture)
    stages = []

    result = run(
        tmp_path / "people", settings=TINY, progress=lambda _done, what: stages.append(what)
    )

    assert result.rows == 32
    assert result.metrics["eer_eigenfaces"] > 0
    assert stages[-1] == "trained"
    described = registry.versions("identity")[0]
    assert described.source == "people"
    assert described.metrics["eer"] == pytest.approx(result.metrics["eer"])
    found = look_up("identity", result.version)
    assert found is not None
    face = load_predictor(found.folder).look(rgb(1, 0))
    assert face.quality.faces == 1
