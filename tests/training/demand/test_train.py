"""Training: measured on what was held back, beside its baselines, on generated and on real series."""

import numpy as np
import pandas as pd
import pytest

from models.demand.build import BuildSettings
from models.demand.frame import read
from models.demand.quantiles import QUANTILES
from training import gates
from training.datasets import lmis
from training.datasets.series import aggregated, digest, generated
from training.demand import evaluate
from training.demand.train import QUICK, TrainSettings, fit, joined


@pytest.fixture(scope="module")
def trained():
    return fit(generated(60, 104, "W"), "W", TrainSettings(build=BuildSettings(most_steps=200)))


def test_the_gates_have_their_figures_and_pass(trained):
    verdict = gates.judge("demand", trained.metrics)
    assert verdict.promoted, verdict.reasons


def test_the_model_beats_both_baselines_on_generated_series(trained):
    loss = trained.table["wql"]
    assert loss["model"] < loss[["seasonal_naive", "ets", "croston"]].min()
    assert 0.6 < trained.metrics["coverage80"] < 0.95


def test_the_card_and_the_figures_are_there(trained):
    assert f"{trained.metrics['wql']:.3f}" in trained.card
    assert set(trained.plots) == {"loss_by_distance", "calibration", "fans"}
    assert all(figure.axes for figure in trained.plots.values())


def test_what_serves_knows_its_figures(trained, tmp_path):
    trained.predictor.save(tmp_path)
    loaded = type(trained.predictor).load(tmp_path)
    assert loaded.about["metrics"] == pytest.approx(trained.metrics)
    assert loaded.fitted["W"].reach == 13


def test_the_test_periods_are_not_learned_from():
    """Shares are chosen, and the model that is measured is fitted, without the last weeks."""
    frame = generated(24, 60, "W")
    changed = frame.copy()
    late = changed["ds"] > changed["ds"].max() - pd.Timedelta(weeks=8)
    changed.loc[late, "y"] = changed.loc[late, "y"] * 3 + 7
    one, two = fit(frame, "W", QUICK), fit(changed, "W", QUICK)
    assert one.predictor.fitted["W"].weights == two.predictor.fitted["W"].weights
    assert one.metrics["wql"] != two.metrics["wql"]
    fans = [t.plots["fans"].axes[0].lines[1].get_ydata() for t in (one, two)]
    np.testing.assert_array_equal(*fans)  # the median drawn for the same series


def test_several_frequencies_join_in_one_predictor():
    daily = generated(12, 150, "D")
    week = fit(aggregated(daily, "W"), "W", TrainSettings(horizon=2, build=QUICK.build))
    day = fit(daily, "D", TrainSettings(horizon=7, reach=7, build=QUICK.build))
    both = joined(week, [day])
    assert set(both.fitted) == {"D", "W"}
    assert both.about["freq"] == "W"


def test_too_little_to_hold_back_is_said():
    with pytest.raises(ValueError, match="are needed to hold 8 back"):
        fit(generated(5, 16, "W"), "W", QUICK)


def test_measures_by_hand():
    panel = read(
        pd.DataFrame({"unique_id": "a", "ds": ["2024-01-01", "2024-02-01"], "y": [1, 3]}), "M"
    ).panel
    y = np.array([[4.0, np.nan]])
    quantiles = np.linspace(0, 10, len(QUANTILES)) * np.ones((1, 2, 1))
    table = evaluate.measure(panel, y, {"model": (np.array([[6.0, 6.0]]), quantiles)})
    row = table.loc["model"]
    assert row["wape"] == pytest.approx(abs(4 - 5) / 4)
    assert row["mase"] == pytest.approx(abs(4 - 5) / 2)
    assert row["bias"] == pytest.approx(6 / 4 - 1)
    assert row["coverage80"] == 1


def test_days_are_summed_to_whole_weeks():
    days = pd.DataFrame(
        {"unique_id": "a", "ds": pd.date_range("2024-01-03", "2024-01-17"), "y": 1.0, "kind": "x"}
    )
    weeks = aggregated(days, "W")
    assert weeks["ds"].tolist() == [pd.Timestamp("2024-01-08")]
    assert weeks["y"].tolist() == [7]
    assert weeks["kind"].tolist() == ["x"]


def test_the_digest_names_the_rows_not_their_order():
    frame = generated(3, 10, "W")
    assert digest(frame) == digest(frame[::-1])
    assert digest(frame) != digest(frame.assign(y=frame["y"] + 1))


def test_generated_series_are_the_same_for_a_seed():
    pd.testing.assert_frame_equal(generated(4, 30, "D"), generated(4, 30, "D"))


@pytest.mark.shared_data
def test_the_ledger_is_read_whole(shared_data):
    frame = lmis.series(shared_data)
    assert len(frame) == 29_579
    assert frame["unique_id"].nunique() == 1_235


@pytest.mark.shared_data
def test_on_the_ledger_the_loss_is_below_both_baselines(shared_data):
    settings = TrainSettings(build=BuildSettings(most_steps=250))
    loss = fit(lmis.series(shared_data), "M", settings).table["wql"]
    assert loss["model"] < 0.96 * loss[["seasonal_naive", "ets", "croston"]].min()
