"""Tables of series in and out: dates keep the sender's convention, bad rows are named."""

import numpy as np
import pandas as pd
import pytest

from models.demand.frame import COLUMNS, SeriesError, read, write
from models.demand.predictor import DemandPredictor


def table(ds, y=None, ids="a"):
    ds = list(ds)
    return pd.DataFrame({"unique_id": ids, "ds": ds, "y": range(len(ds)) if y is None else y})


@pytest.mark.parametrize(
    ("freq", "given", "expected"),
    [
        ("D", ["2024-02-27", "2024-02-28"], ["2024-02-29", "2024-03-01"]),
        ("W", ["2024-01-03", "2024-01-10"], ["2024-01-17", "2024-01-24"]),  # Wednesdays
        ("W", ["2023-12-24", "2023-12-31"], ["2024-01-07", "2024-01-14"]),  # Sundays
        ("M", ["2023-12-01", "2024-01-01"], ["2024-02-01", "2024-03-01"]),
        ("M", ["2023-12-31", "2024-01-31"], ["2024-02-29", "2024-03-31"]),
        ("M", ["2023-12-15", "2024-01-15"], ["2024-02-15", "2024-03-15"]),
        ("M", ["202312", "202401"], ["2024-02-01", "2024-03-01"]),
        (
            "D",
            ["2024-02-27T00:00:00+05:30", "2024-02-28T00:00:00+05:30"],
            ["2024-02-29", "2024-03-01"],
        ),
    ],
)
def test_forecasts_go_on_as_the_input_is_dated(freq, given, expected):
    reading = read(table(given), freq)
    out = write(reading, DemandPredictor({}).predict(reading.panel, 2))
    assert list(out.columns) == list(COLUMNS)
    assert list(COLUMNS[2:]) == [
        "mean", "q2.5", "q10", "q20", "q30", "q40", "q50", "q60", "q70", "q80", "q90", "q97.5",
    ]  # fmt: skip
    assert [f"{d:%Y-%m-%d}" for d in out["ds"]] == expected


def test_each_series_goes_on_from_its_own_end_and_its_own_weekday():
    both = pd.concat(
        [table(["2024-01-01", "2024-01-08"], ids="mon"), table(["2024-03-05"], ids="tue")]
    )
    reading = read(both, "W")
    out = write(reading, DemandPredictor({}).predict(reading.panel, 1))
    assert dict(zip(out["unique_id"], out["ds"].dt.strftime("%m-%d"), strict=True)) == {
        "mon": "01-15",
        "tue": "03-12",
    }


def test_rows_may_come_in_any_order():
    rows = table(["2024-01-01", "2024-01-02", "2024-01-03"], [1, 2, 3])
    np.testing.assert_array_equal(read(rows[::-1], "D").panel.values, [[1, 2, 3]])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (table(["2024-01-01", "01.02.2024"]), "line 3, ds: '01.02.2024' is not a date"),
        (table(["2024-01-01", None]), "line 3, ds"),
        (table(["2024-01-01", "2024-01-01"]), "line 3, ds: same series and day as line 2"),
        (table(["2024-01-01"], ["many"]), "line 2, y: is not a number"),
        (table(["2024-01-01"], [np.inf]), "line 2, y: is infinite"),
        (table(["2024-01-01"], ids=[None]), "line 2, unique_id: is empty"),
        (table(["2024-01-01"]).drop(columns="y"), "y: column is missing"),
        (table([]), "unique_id: the table has no rows"),
    ],
)
def test_a_bad_row_is_named(rows, message):
    with pytest.raises(SeriesError, match="^" + message.replace("(", r"\(").replace(".", r"\.")):
        read(rows, "D")


def test_two_rows_of_a_month_ask_whether_the_frequency_is_right():
    with pytest.raises(SeriesError, match="check freq M"):
        read(table(["2024-01-01", "2024-01-02"]), "M")


def test_a_missing_period_is_unknown_where_the_table_lists_zeros():
    reading = read(table(["2024-01-01", "2024-01-03", "2024-01-04"], [2, 0, 1]), "D")
    np.testing.assert_array_equal(reading.panel.values, [[2, np.nan, 0, 1]])
    assert "unknown" in reading.notes[0]


def test_a_missing_period_is_zero_where_only_use_is_listed():
    reading = read(table(["2024-01-01", "2024-01-03", "2024-01-04"], [2, 5, 1]), "D")
    np.testing.assert_array_equal(reading.panel.values, [[2, 0, 5, 1]])
    assert "lists no zeros" in reading.notes[0]


def test_returns_count_as_nothing_used_and_are_reported():
    reading = read(table(["2024-01-01", "2024-01-02"], [3, -2]), "D")
    np.testing.assert_array_equal(reading.panel.values, [[3, 0]])
    assert "line 3" in reading.notes[0]


def test_an_empty_y_and_a_period_without_stock_are_unknown():
    rows = table(["2024-01-01", "2024-01-02", "2024-01-03"], [3, None, 0])
    rows["stockout"] = [0, 0, 0.9]
    np.testing.assert_array_equal(read(rows, "D").panel.values, [[3, np.nan, np.nan]])


def test_static_columns_are_kept_and_varying_ones_named():
    rows = table(["2024-01-01", "2024-01-02"]).assign(item="x", price=[1, 2])
    reading = read(rows, "D")
    assert reading.panel.static == {"item": ["x"]}
    assert any("price" in note for note in reading.notes)


def test_ids_come_back_as_they_were_written():
    numbers = pd.concat([table(["2024-01-01"], ids=7), table(["2024-01-01"], ids=12)])
    for rows, expected in [(numbers, [7, 12]), (numbers.astype({"unique_id": str}), ["12", "7"])]:
        reading = read(rows, "D")
        out = write(reading, DemandPredictor({}).predict(reading.panel, 1))
        assert sorted(out["unique_id"]) == expected
