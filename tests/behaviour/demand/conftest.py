import pytest

from models.demand.build import BuildSettings, build
from models.demand.frame import read
from models.demand.predictor import DemandPredictor
from training.datasets.series import generated

QUICK = BuildSettings(fewest_steps=60, most_steps=60)


@pytest.fixture(scope="session")
def demand_panel():
    """40 generated items, two years of weeks."""
    return read(generated(40, 104, "W"), "W").panel


@pytest.fixture(scope="session")
def demand_predictor(demand_panel):
    """A small predictor fitted on them, for 6 weeks ahead."""
    return DemandPredictor({"W": build(demand_panel, 6, QUICK)})
