"""Quantiles, calendar, panels, features, blending, statistical members."""

import numpy as np
import pytest

from models.demand.blend import choose, group_of, mix
from models.demand.build import vocabulary_of
from models.demand.empirical import empirical, weighted_quantiles
from models.demand.features import look, targets
from models.demand.frequency import calendar
from models.demand.panel import Panel
from models.demand.quantiles import MEDIAN, QUANTILES, mean_of, weighted_quantile_loss
from models.demand.statistical import NAMES, filled, statistical
from serving.demand import schema


def panel(*series, freq="W", end=2700):
    return Panel.of(freq, [(str(i), end, np.array(y, float)) for i, y in enumerate(series)])


def test_quantiles_are_those_of_the_message():
    assert schema.QUANTILES == QUANTILES


def test_weighted_quantile_loss_by_hand():
    y = np.array([[4.0, np.nan]])
    quantiles = np.full(
        (1, 2, len(QUANTILES)), 2.0
    )  # 2 too low everywhere; the unknown is left out
    assert weighted_quantile_loss(y, quantiles) == pytest.approx(2 * 2 * np.mean(QUANTILES) / 4)
    assert weighted_quantile_loss(y, quantiles + 2) == 0


def test_mean_of_quantiles_of_a_known_distribution():
    uniform = np.array(QUANTILES) * 10
    assert mean_of(uniform) == pytest.approx(5, rel=0.01)


def test_weighted_quantiles_follow_the_weights():
    x = np.array([[1.0, 2.0, 3.0, 99.0]])
    weight = np.array([[1.0, 1.0, 1.0, 0.0]])
    assert weighted_quantiles(x, weight, [0.5])[0, 0] == 2
    assert weighted_quantiles(x, weight, [0.0, 1.0]).tolist() == [[1, 3]]
    assert weighted_quantiles(x, 0 * weight, [0.5])[0, 0] == 0


def test_the_calendar_knows_weekdays_and_months():
    friday = np.array([(np.datetime64("2024-03-01") - np.datetime64("1970-01-01")).astype(int)])
    assert calendar("D", friday)[0, :7].tolist() == [0, 0, 0, 0, 1, 0, 0]
    january, july = np.array([1970 * 12]), np.array([1970 * 12 + 6])
    assert calendar("M", january)[0, 8] > 0.9
    assert calendar("M", july)[0, 8] < -0.9


def test_panels_align_on_the_last_period_of_any():
    both = Panel.of("D", [("a", 10, np.array([1.0, 2.0])), ("b", 12, np.array([3.0]))])
    aligned = both.aligned()
    np.testing.assert_array_equal(aligned.values, [[1, 2, np.nan, np.nan], [np.nan] * 3 + [3]])
    assert aligned.end.tolist() == [12, 12]


def test_features_do_not_see_past_the_origin():
    rng = np.random.default_rng(0)
    y = rng.poisson(5, 120).astype(float)
    changed = np.r_[y[:100], y[100:] * 7 + 3]
    rows, origins = np.array([0]), np.array([99])
    for freq in "DWM":
        ahead = np.arange(1, 21)[None]
        a = look(panel(y, freq=freq), rows, origins, ahead)
        b = look(panel(changed, freq=freq), rows, origins, ahead)
        np.testing.assert_array_equal(a.series, b.series)
        np.testing.assert_array_equal(a.steps, b.steps)
        assert a.scale == b.scale
        assert (targets(panel(y), rows, origins, ahead)[0] == y[100:]).all()


def test_features_do_not_change_with_the_unit():
    y = np.random.default_rng(1).poisson(4, 90).astype(float)
    rows, origins, ahead = np.array([0]), np.array([89]), np.arange(1, 9)[None]
    one = look(panel(y), rows, origins, ahead)
    thousand = look(panel(y * 1000), rows, origins, ahead)
    np.testing.assert_allclose(thousand.series, one.series, atol=1e-5)
    np.testing.assert_allclose(thousand.steps, one.steps, atol=1e-5)
    np.testing.assert_allclose(thousand.scale, one.scale * 1000)


def test_the_member_that_was_right_gets_the_weight_in_its_group():
    rng = np.random.default_rng(2)
    y = rng.poisson(9, (200, 4)).astype(float)
    right = np.quantile(rng.poisson(9, 5000), QUANTILES) * np.ones((200, 4, 1))
    wrong = right + 6
    smooth = np.arange(200) < 100
    members = {
        "a": np.where(smooth[:, None, None], right, wrong),
        "b": np.where(smooth[:, None, None], wrong, right),
    }
    groups = (~smooth).astype(np.int64)
    weights = choose(y, members, groups, {"a": 1.0, "b": 1.0})
    assert weights["smooth"]["a"] > 0.8
    assert weights["intermittent"]["b"] > 0.8
    assert sum(weights["smooth"].values()) == pytest.approx(1)
    blended = mix(weights, members, groups)
    assert weighted_quantile_loss(y, blended) < weighted_quantile_loss(y, members["a"])


def test_intermittent_series_are_a_group_of_their_own():
    assert group_of(panel([1, 2, 3, 4], [0, 0, 5, 0])).tolist() == [0, 1]


@pytest.mark.parametrize("name", NAMES)
def test_statistical_members_answer_everything(name):
    rng = np.random.default_rng(3)
    series = panel(
        rng.poisson(20, 60), [0] * 60, [7], [3, np.nan, 5], [4] * 30, rng.poisson(0.2, 60)
    )
    mean, quantiles = statistical(name, series, 6)
    assert mean.shape == (6, 6)
    assert quantiles.shape == (6, 6, len(QUANTILES))
    assert np.isfinite(quantiles).all()
    assert (quantiles >= 0).all()
    assert (np.diff(quantiles, axis=-1) >= 0).all()
    assert (quantiles[1] == 0).all()
    assert quantiles[0, :, MEDIAN] == pytest.approx(20, abs=12)
    assert quantiles[0, 0, -1] > quantiles[0, 0, 0]


def test_seasonal_naive_repeats_the_last_season():
    week = np.array([1.0, 2, 3, 4, 5, 6, 7])
    mean, _ = statistical("seasonal_naive", panel(np.tile(week, 4), freq="D"), 9)
    np.testing.assert_allclose(mean[0], np.r_[week, week[:2]])


def test_the_weighted_past_knows_weekdays():
    week = np.array([1.0, 1, 1, 1, 1, 9, 9])
    mean, quantiles = empirical(panel(np.tile(week, 20), freq="D"), 8)
    assert mean[0, 5] > 2 * mean[0, 0]
    assert mean[0, 7] == mean[0, 0]
    assert quantiles[0, 5, MEDIAN] == 9


def test_unknown_periods_are_filled_forward_only_for_models_that_need_it():
    assert filled(np.array([np.nan, 1, np.nan, 3])).tolist() == [1, 1, 3]


def test_only_columns_that_repeat_are_learned():
    series = panel(*[[1.0, 2.0]] * 8)
    series.static.update(kind=list("aabbaabb"), name=list("abcdefgh"), same=["x"] * 8)
    assert vocabulary_of(series).columns == {"kind": ["a", "b"]}
