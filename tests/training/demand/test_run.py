"""`sehat train demand`: what is read, in which order frequencies are fitted, what is registered."""

import pandas as pd
import pytest

from models.demand.predictor import DemandPredictor
from training import gates, registry
from training.datasets.series import generated
from training.demand import run as running


def test_weeks_stand_for_days_and_are_judged_first():
    frames = running._orders({"D": generated(3, 120, "D")[running.LEARNED]})
    assert list(frames) == ["W", "D", "M"]
    assert frames["W"]["y"].sum() <= frames["D"]["y"].sum()


def test_a_monthly_ledger_is_judged_by_the_month_beside_few_days():
    days = generated(2, 40, "D", seed=1)[running.LEARNED]
    months = generated(30, 36, "M")[running.LEARNED]
    frames = running._orders({"D": days, "M": months})
    assert next(iter(frames)) == "M"
    assert len(frames["M"]) == len(months) + 2  # January of the two daily series is whole


@pytest.mark.parametrize("freq", ["D", "W", "M"])
def test_the_frequency_of_a_file_is_that_of_its_dates(tmp_path, freq):
    generated(3, 70, freq).to_csv(tmp_path / "series.csv", index=False)
    frames = running.from_file(tmp_path / "series.csv")
    assert freq in frames
    assert ("D" in frames) == (freq == "D")


def test_a_file_without_dates_is_refused(tmp_path):
    pd.DataFrame({"unique_id": ["a"], "y": [1]}).to_csv(tmp_path / "series.csv", index=False)
    with pytest.raises(ValueError, match="no column ds"):
        running.from_file(tmp_path / "series.csv")


def test_a_run_registers_a_champion_that_answers(tmp_path):
    path = tmp_path / "series.parquet"
    generated(24, 48, "M").to_parquet(path)
    told = []
    result = running.run(path, quick=True, progress=lambda done, _: told.append(done))
    assert result.rows == len(pd.read_parquet(path))
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert {"wql", "wql_seasonal_naive", "wql_statistical", "coverage80"} <= set(result.metrics)
    assert result.promoted == gates.judge("demand", result.metrics).promoted
    found = registry.champion("demand")
    assert (found is not None) == result.promoted
    folder = next(tmp_path.rglob("predictor.json")).parent
    assert "M" in DemandPredictor.load(folder).fitted
