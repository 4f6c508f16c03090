"""One small trained differential that the tests of a process share."""

import copy
from dataclasses import replace
from functools import cache

from models.diagnosis import DiagnosisPredictor
from models.diagnosis.network import Network
from training.diagnosis.generated import generate
from training.diagnosis.run import QUICK
from training.diagnosis.train import Trained, fit


@cache
def trained() -> Trained:
    return fit(*generate(1500, seed=3), QUICK)


def taught() -> DiagnosisPredictor:
    """The same, as if training had had differentials: what the second head says counts."""
    model = trained().predictor
    assert model.network is not None
    module = copy.deepcopy(model.network.module)
    module.config = replace(module.config, differential=True)
    return replace(model, network=Network(module))
