"""What the catalogue is worth, measured on the made-up clinic."""

import numpy as np
import pytest

from tests.behaviour.diagnosis.catalogue import FAST, dictionary, rabies
from training.diagnosis import evaluate_unseen
from training.diagnosis.evaluate_unseen import measure, show
from training.diagnosis.frame import TrainingDataError
from training.diagnosis.generated import generate


def test_a_condition_that_is_left_out_is_found_by_the_catalogue_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"FIRST": 300, "LEARNED": 450, "LEFT_OUT": 1, "FEWEST": 15}.items():
        monkeypatch.setattr(evaluate_unseen, name, value)
    said: list[str] = []
    parts = list(measure(generate(700, seed=5)[0], dictionary(rabies()), FAST, said.append))
    assert len(said) == len(parts) == 2
    for part in parts:
        show(part)
    left_out = {row.what.strip(): row for row in parts[1]}
    top = left_out["not seen: among 1 / 5 / 10"]
    assert float(top.ours.split("%")[0]) > 70
    assert top.beside == "0.0% / 0.0% / 0.0%"
    seen = left_out["seen: among 1 / 5 / 10"]
    ours, theirs = (float(text.split("%")[0]) for text in (seen.ours, seen.beside))
    assert abs(ours - theirs) < 5
    assert "rabies" not in capsys.readouterr().out  # nobody came with it


def test_too_few_visits_are_refused() -> None:
    with pytest.raises(TrainingDataError, match="too few"):
        next(measure(generate(200)[0], dictionary(), FAST, print))


def test_what_the_model_lacks_stands_nowhere() -> None:
    place = evaluate_unseen._place(np.array([[0.2, 0.5, 0.3], [0.2, 0.5, 0.3]]), np.array([2, -1]))
    assert place.tolist() == [1, evaluate_unseen.NOWHERE]
