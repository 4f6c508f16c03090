"""What a demand forecast must do whatever it was trained on, and what it must never do."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from models.demand.build import BuildSettings, build
from models.demand.features import look
from models.demand.panel import Panel
from models.demand.predictor import DemandPredictor
from models.demand.quantiles import MEDIAN, QUANTILES

HORIZONS = (1, 6, 17)  # the network was fitted for 6: 17 is from its own forecast


def panel_of(*series, freq="W"):
    return Panel.of(freq, [(str(i), 2800, np.array(y, float)) for i, y in enumerate(series)])


@pytest.fixture(scope="module")
def odd():
    """Everything that is awkward: short, empty, rare, huge, unknown, constant."""
    rng = np.random.default_rng(5)
    return panel_of(
        [3],
        [0, 4],
        [1, 2, 3],
        [np.nan, np.nan],
        np.zeros(90),
        np.r_[np.zeros(100), 6],
        rng.poisson(0.1, 80),
        rng.poisson(5, 80) * 1e7,
        np.where(rng.random(80) < 0.5, np.nan, rng.poisson(9, 80)),
        np.full(60, 12.0),
        np.r_[np.arange(50), np.full(40, np.nan)],
    )


@pytest.mark.parametrize("horizon", HORIZONS)
@pytest.mark.parametrize("freq", ["D", "W", "M"])
def test_quantiles_never_cross_nor_fall_below_zero(demand_predictor, odd, horizon, freq):
    made = demand_predictor.predict(replace(odd, freq=freq), horizon)
    assert made.quantiles.shape == (len(odd), horizon, len(QUANTILES))
    assert np.isfinite(made.quantiles).all()
    assert np.isfinite(made.mean).all()
    assert (made.quantiles >= 0).all()
    assert (made.mean >= 0).all()
    assert (np.diff(made.quantiles, axis=-1) >= 0).all()
    assert (np.diff(made.ordinal, axis=1) == 1).all()
    assert (made.ordinal[:, 0] == odd.end + 1).all()


def test_the_network_alone_never_crosses_either(demand_predictor, odd):
    _, quantiles = demand_predictor.member("network", odd, 17)
    assert (np.diff(quantiles, axis=-1) >= 0).all()


@pytest.mark.parametrize("horizon", HORIZONS)
@pytest.mark.parametrize("factor", [0.001, 12, 1e6])
def test_counting_in_another_unit_changes_the_unit_alone(
    demand_predictor, demand_panel, factor, horizon
):
    one = demand_predictor.predict(demand_panel, horizon)
    other = demand_predictor.predict(
        replace(demand_panel, values=demand_panel.values * factor), horizon
    )
    np.testing.assert_allclose(
        other.quantiles, one.quantiles * factor, rtol=1e-3, atol=1e-3 * factor
    )
    np.testing.assert_allclose(other.mean, one.mean * factor, rtol=1e-3, atol=1e-3 * factor)


def test_what_was_never_used_is_forecast_as_zero(demand_predictor):
    for freq in "DWM":
        made = demand_predictor.predict(panel_of(np.zeros(100), [0, 0], [0], freq=freq), 5)
        assert made.quantiles.max() == 0
        assert made.mean.max() == 0


def test_more_use_means_a_higher_forecast(demand_predictor, demand_panel):
    smooth = demand_panel.take(np.nonzero((demand_panel.values > 0).mean(axis=1) > 0.9)[0])
    more = smooth.values.copy()
    more[:, -26:] *= 2
    before = demand_predictor.predict(smooth, 4)
    after = demand_predictor.predict(replace(smooth, values=more), 4)
    assert (after.mean.sum(axis=1) > before.mean.sum(axis=1)).mean() > 0.95


def test_the_same_question_has_the_same_answer(demand_predictor, demand_panel):
    one = demand_predictor.predict(demand_panel, 6)
    two = demand_predictor.predict(demand_panel, 6)
    np.testing.assert_array_equal(one.quantiles, two.quantiles)


def test_a_series_is_forecast_the_same_in_any_company(demand_predictor, demand_panel):
    together = demand_predictor.predict(demand_panel, 6)
    rows = np.array([7, 3])
    apart = demand_predictor.predict(demand_panel.take(rows), 6)
    np.testing.assert_allclose(apart.quantiles, together.quantiles[rows], rtol=1e-4, atol=1e-5)


def test_fitting_twice_gives_the_same_network(demand_panel):
    quick = BuildSettings(fewest_steps=8, most_steps=8)
    torch.manual_seed(1)
    one = build(demand_panel, 4, quick)
    torch.manual_seed(2)  # what others draw does not matter
    two = build(demand_panel, 4, quick)
    for a, b in zip(one.network.parameters(), two.network.parameters(), strict=True):
        assert torch.equal(a, b)
    assert one.weights == two.weights


def test_saved_and_loaded_it_answers_the_same(demand_predictor, demand_panel, tmp_path):
    demand_predictor.save(tmp_path)
    loaded = DemandPredictor.load(tmp_path)
    one, two = (p.predict(demand_panel, 17) for p in (demand_predictor, loaded))
    np.testing.assert_array_equal(one.quantiles, two.quantiles)
    np.testing.assert_array_equal(one.mean, two.mean)
    (tmp_path / "predictor.json").write_text('{"capability": "diagnosis"}')
    with pytest.raises(ValueError, match="train again"):
        DemandPredictor.load(tmp_path)


def test_what_comes_later_does_not_change_what_was_said_before(demand_predictor, demand_panel):
    """Asked from an origin inside a panel whose future is nonsense: as from the past alone."""
    own = demand_predictor.fitted["W"]
    past, _ = demand_panel.cut(6)
    _, alone = own.network_forecast(past, 6)
    nonsense = demand_panel.values.copy()
    nonsense[:, -6:] = 1e6
    rows = np.arange(len(demand_panel))
    windows = look(
        replace(demand_panel, values=nonsense),
        rows,
        np.full(len(rows), past.values.shape[1] - 1),
        np.arange(1, 7) + np.zeros((len(rows), 1), dtype=np.int64),
    )
    with torch.inference_mode():
        _, quantiles = own.network(
            torch.from_numpy(windows.series),
            torch.from_numpy(windows.steps),
            torch.from_numpy(own.vocabulary.encode(demand_panel)),
        )
    inside = np.maximum(quantiles.numpy(), 0) * windows.scale[:, None, None]
    np.testing.assert_allclose(inside, alone, rtol=1e-4, atol=1e-4)


def test_farther_ahead_is_not_surer_than_what_was_forecast_directly(demand_predictor, demand_panel):
    _, quantiles = demand_predictor.member("network", demand_panel, 17)
    above = quantiles[..., -1] - quantiles[..., MEDIAN]
    assert (above[:, 6:] >= above[:, [5]] - 1e-9).all()


def test_a_short_series_is_forecast_near_what_little_is_known(demand_predictor):
    made = demand_predictor.predict(panel_of([8], [8, 8], [7, 8, 9]), 3)
    assert (made.quantiles[..., MEDIAN] > 2).all()
    assert (made.quantiles[..., MEDIAN] < 20).all()
