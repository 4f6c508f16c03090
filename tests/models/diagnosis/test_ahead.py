"""One answer ahead, against the network asked by hand for each answer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch

from models.diagnosis import ahead
from models.diagnosis.asking import Second
from models.diagnosis.blend import Blend
from models.diagnosis.network import MaskedNetwork, Network, NetworkConfig, inputs
from tests.models.diagnosis.test_asking import FEVER, LEVEL, PAIN, WHERE, begun, clinic

ONE = np.array([0])
PERSON = np.zeros((1, 2))
SIZES: dict[str, Any] = {"findings": 6, "priors": 0, "person": 2, "conditions": 3, "width": 8}


def network() -> Network:
    torch.manual_seed(1)
    module = MaskedNetwork(NetworkConfig(**SIZES, differential=True))
    with torch.no_grad():
        for weights in module.parameters():
            weights.normal_()
    return Network(module.eval())


def doubt(said: list[int], known: list[int]) -> float:
    x = np.zeros((2, 1, 6))
    x[0, 0, said] = x[1, 0, known] = 1
    _, [p] = network().answer(inputs(x[0], x[1], np.zeros((1, 0)), PERSON))
    return float(-(p * np.log(p) + (1 - p) * np.log(1 - p)).sum())


@dataclass
class Looked:
    gains: np.ndarray
    probability: np.ndarray


def looked(
    probability: list[float], open_: list[int], after: list[int], rare: float | None = None
) -> Looked:
    """rare: how probable a fever is, whatever the condition."""
    posterior = clinic()
    if rare is not None:
        posterior.tables[FEVER][:] = [[1 - rare] * 3, [rare] * 3]
    allowed, behind = np.zeros((2, 1, 4), dtype=np.bool_)
    allowed[0, open_] = behind[0, after] = True
    nothing = np.zeros((1, 6), dtype=np.bool_)
    _, belongs = network().answer(inputs(nothing, nothing, np.zeros((1, 0)), PERSON))
    seen = ahead.Seen(nothing, nothing, PERSON, belongs)
    of = np.array([probability])
    [gains] = ahead.told(network(), posterior, seen, of, allowed, behind)
    return Looked(gains, of[0])


def test_a_question_tells_how_much_surer_each_answer_makes_of_all_conditions() -> None:
    found = looked([0.2, 0.3, 0.5], [PAIN, FEVER], [])
    yes, no = (float(found.probability @ clinic().tables[FEVER][said]) for said in (1, 0))
    by_hand = doubt([], []) - yes * doubt([5], [5]) - no * doubt([], [5])
    assert found.gains[FEVER] == pytest.approx(max(by_hand, 0), abs=1e-6)
    assert found.gains[[WHERE, LEVEL]].tolist() == [-1, -1]  # not to be asked


def test_a_follow_up_decides_all_of_its_values() -> None:
    found = looked([0.2, 0.3, 0.5], [LEVEL], [LEVEL])
    shares = clinic().tables[LEVEL] @ found.probability
    after = [doubt([], [3, 4]), doubt([3], [3, 4]), doubt([4], [3, 4])]
    assert found.gains[LEVEL] == pytest.approx(max(doubt([], []) - shares @ after, 0), abs=1e-6)


def test_an_answer_that_hardly_anybody_gives_is_not_looked_at() -> None:
    no, yes = doubt([], []) - doubt([], [5]), doubt([], []) - doubt([5], [5])
    for rare in (0.005, 0.3):
        found = looked([1.0, 0.0, 0.0], [FEVER], [], rare).gains[FEVER]
        by_hand = no if rare < ahead.RARE else (1 - rare) * no + rare * yes
        assert found == pytest.approx(max(by_hand, 0), abs=1e-6)


def test_once_the_condition_is_settled_the_differential_is_asked_for() -> None:
    """Nothing tells more of the condition; what the network would learn decides."""
    even = Blend((0,), (1.0,), (0.0,))
    held = begun(clinic())
    held.second = Second(network(), even, PERSON)
    held.scores[:] = [[50.0, 0.0, 0.0]]
    [gains] = held.gains(ONE)
    told = looked([1.0, 0.0, 0.0], [PAIN, WHERE, LEVEL, FEVER], []).gains
    assert gains == pytest.approx(told, abs=1e-6)
    assert gains.max() > 0.01
