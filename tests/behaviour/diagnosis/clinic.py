"""One small trained differential that the tests of a process share."""

from functools import cache

from training.diagnosis.generated import generate
from training.diagnosis.run import QUICK
from training.diagnosis.train import Trained, fit


@cache
def trained() -> Trained:
    return fit(*generate(1500, seed=3), QUICK)
