"""`predict_file`: a table of series in, forecasts out, for series nobody ever saw."""

import numpy as np
import pandas as pd
import pytest

from models.demand.build import CHEAP, FULL, BuildSettings
from models.demand.frame import COLUMNS, SeriesError
from models.demand.panel import Panel
from sehat.predict_demand import predict_file, settings_for
from training.datasets.series import generated

QUICK = BuildSettings(members=FULL, fewest_steps=20, most_steps=20)


def run(tmp_path, rows, freq, horizon, predictor=None, name="out.parquet"):
    rows.to_csv(tmp_path / "in.csv", index=False)
    lines = []
    predict_file(
        predictor, tmp_path / "in.csv", freq, horizon, tmp_path / name, lines.append, QUICK
    )
    read = pd.read_csv if name.endswith(".csv") else pd.read_parquet
    return read(tmp_path / name), lines


@pytest.mark.parametrize("freq", ["D", "W", "M"])
def test_every_series_gets_every_period(tmp_path, freq):
    rows = generated(6, 70, freq)[["unique_id", "ds", "y", "kind"]]
    out, lines = run(tmp_path, rows, freq, 5)
    assert tuple(out.columns) == COLUMNS
    assert (out.groupby("unique_id").size() == 5).all()
    assert set(out["unique_id"]) == set(rows["unique_id"])
    assert out.notna().all().all()
    assert (np.diff(out[list(COLUMNS[3:])].to_numpy(), axis=1) >= 0).all()
    last = rows.groupby("unique_id")["ds"].max()
    assert (out.groupby("unique_id")["ds"].min() > last).all()
    assert any("network fitted anew" in line for line in lines)


def test_the_champion_is_where_the_network_starts(tmp_path, demand_predictor):
    rows = generated(12, 80, "W", seed=3)[["unique_id", "ds", "y"]]
    _, lines = run(tmp_path, rows, "W", 4, demand_predictor)
    assert any("started from the champion" in line for line in lines)
    _, lines = run(tmp_path, rows, "W", 4, None)
    assert not any("started from the champion" in line for line in lines)


def test_one_point_is_enough(tmp_path):
    rows = pd.DataFrame({"unique_id": ["a"], "ds": ["2024-01-31"], "y": [5.0]})
    out, _ = run(tmp_path, rows, "M", 3, name="out.csv")
    assert out["ds"].tolist() == ["2024-02-29", "2024-03-31", "2024-04-30"]
    assert (out["q50"] == 5).all()


def test_all_zeros_stay_zero(tmp_path):
    rows = pd.DataFrame({"unique_id": "a", "ds": pd.date_range("2024-01-01", periods=60), "y": 0.0})
    out, _ = run(tmp_path, rows, "D", 7)
    assert out[list(COLUMNS[2:])].to_numpy().max() == 0


def test_twice_the_same(tmp_path):
    rows = generated(8, 60, "M")[["unique_id", "ds", "y"]]
    one, _ = run(tmp_path, rows, "M", 3)
    two, _ = run(tmp_path, rows, "M", 3)
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"unique_id,ds\na,2024-01-01\n", "y: column is missing"),
        (b"", "cannot be read"),
        ("unique_id,ds,y\n\u0905,2024-01-01,1\n".encode("utf-16"), "UTF-8"),
        (b"unique_id,ds,y\na,yesterday,1\n", "line 2, ds"),
    ],
)
def test_bad_files_are_named_and_nothing_is_written(tmp_path, content, message):
    (tmp_path / "in.csv").write_bytes(content)
    with pytest.raises(SeriesError, match=message):
        predict_file(None, tmp_path / "in.csv", "D", 3, tmp_path / "out.parquet")
    assert [p.name for p in tmp_path.glob("out*")] == []
    with pytest.raises(SeriesError, match="does not exist"):
        predict_file(None, tmp_path / "none.csv", "D", 3, tmp_path / "out.parquet")


def test_a_truncated_parquet_file_is_named(tmp_path):
    whole = tmp_path / "whole.parquet"
    generated(4, 20, "M").to_parquet(whole)
    (tmp_path / "in.parquet").write_bytes(whole.read_bytes()[:-40])
    with pytest.raises(SeriesError, match=r"in\.parquet cannot be read"):
        predict_file(None, tmp_path / "in.parquet", "M", 3, tmp_path / "out.parquet")


def test_a_horizon_below_one_is_refused(tmp_path):
    with pytest.raises(SeriesError, match="horizon"):
        predict_file(None, tmp_path / "in.csv", "M", 0, tmp_path / "out.parquet")


def test_many_series_leave_the_slow_models_out():
    def panel(count, periods):
        return Panel.of("W", [("a", 1, np.ones(periods))] * count)

    assert settings_for(panel(50, 100)).members == FULL
    assert settings_for(panel(10_000, 104)).members == (*CHEAP, "theta")
    assert settings_for(panel(10_000, 400)).members == CHEAP
