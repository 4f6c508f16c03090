"""Tables of series (unique_id, ds, y) to panels and back, every date kept as the sender counts it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.demand.frequency import EPOCH_MONTH, FREQS, Ints
from models.demand.panel import Panel
from models.demand.predictor import Forecast
from models.demand.quantiles import QUANTILES

KEYS = ("unique_id", "ds", "y")
COLUMNS = ("unique_id", "ds", "mean", *(f"q{100 * q:g}" for q in QUANTILES))
STOCKED_OUT = 0.5  # a period without stock for this share says nothing of demand
LEDGER_GAPS = 0.1  # see fill rule in `read`


class SeriesError(ValueError):
    """A row that cannot be used: says which, in which field, and what to do."""

    def __init__(self, name: str, reason: str, line: int | None = None) -> None:
        where = f"line {line}, " if line is not None else ""
        super().__init__(f"{where}{name}: {reason}")
        self.field, self.reason, self.line = name, reason, line


@dataclass(frozen=True)
class Reading:
    """A panel, how its sender writes dates, and what was decided on the way."""

    panel: Panel
    month_day: int  # months only: 1 first day, 31 last day, else that day
    notes: list[str] = field(default_factory=list)
    id_type: Any = object  # of the sender's unique_id, which forecasts get back


def read(frame: pd.DataFrame, freq: str) -> Reading:
    """Rows in any order. Raises SeriesError naming the line (the header is line 1) and the field.

    y below 0 (returns) counts as 0. An empty y is unknown. A missing period is unknown too, except
    where the table has gaps but not one y of 0: then it lists only periods in which something was
    used, and a missing one means nothing was.
    """
    if freq not in FREQS:
        raise SeriesError("freq", f"must be one of {', '.join(FREQS)}, not {freq!r}")
    for name in KEYS:
        if name not in frame.columns:
            raise SeriesError(
                name, f"column is missing; there are {', '.join(map(str, frame.columns))}"
            )
    if frame.empty:
        raise SeriesError("unique_id", "the table has no rows")
    notes: list[str] = []
    ids = frame["unique_id"].astype("string")
    _refuse(ids.isna() | (ids.str.strip() == ""), "unique_id", "is empty")
    days = _days(frame["ds"])
    y = _demand(frame["y"], notes)
    if "stockout" in frame.columns:
        share = pd.to_numeric(frame["stockout"], errors="coerce").fillna(0).to_numpy(float)
        y = np.where(share >= STOCKED_OUT, np.nan, y)
    codes, names = pd.factorize(ids, sort=True)
    order = np.lexsort((days, codes))
    codes, days, y = codes[order], days[order], y[order]
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    ends = np.r_[starts[1:], len(codes)] - 1
    anchor = days[ends] % 7 if freq == "W" else np.zeros(len(starts), dtype=np.int64)
    month_day = _month_day(days) if freq == "M" else 1
    ordinal = _ordinal(days, freq, anchor[codes])
    _refuse_twice(codes, ordinal, order, freq)
    span = ordinal[ends] - ordinal[starts] + 1
    gaps = int(span.sum()) - len(codes)
    zero_fill = gaps > LEDGER_GAPS * span.sum() and not (y == 0).any()
    if gaps:
        meaning = "0 (the table lists no zeros)" if zero_fill else "unknown"
        notes.append(f"{gaps} periods between rows are missing: taken as {meaning}")
    if gaps > 0.8 * span.sum():
        notes.append(f"most periods are missing: is freq {freq} right?")
    histories = []
    for row, (a, b) in enumerate(zip(starts, ends + 1, strict=True)):
        values = np.full(span[row], 0.0 if zero_fill else np.nan)
        values[ordinal[a:b] - ordinal[a]] = y[a:b]
        histories.append((str(names[row]), int(ordinal[b - 1]), values))
    static = _static(frame, codes, order, starts, notes)
    return Reading(Panel.of(freq, histories, anchor, static), month_day, notes, _id_type(frame))


def write(reading: Reading, forecast: Forecast) -> pd.DataFrame:
    """One row per series and period, dated as the input is: columns COLUMNS."""
    panel, (n, h) = reading.panel, forecast.mean.shape
    out = pd.DataFrame(
        {
            "unique_id": pd.Series(np.repeat(np.array(panel.ids, dtype=object), h)).astype(
                reading.id_type
            ),
            "ds": dates(panel, forecast.ordinal, reading.month_day).reshape(-1),
            "mean": forecast.mean.reshape(-1),
        }
    )
    for i, name in enumerate(COLUMNS[3:]):
        out[name] = forecast.quantiles.reshape(n * h, -1)[:, i]
    return out


def dates(panel: Panel, ordinal: Ints, month_day: int = 1) -> NDArray[Any]:
    """datetime64[ns] of periods [N, H]: their first day, or the day of the month given."""
    if panel.freq == "M":
        month = (ordinal - EPOCH_MONTH).astype("datetime64[M]")
        last = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(
            np.int64
        )
        day = month.astype("datetime64[D]") + np.minimum(month_day, last) - 1
        return np.asarray(day.astype("datetime64[ns]"))
    day = ordinal if panel.freq == "D" else ordinal * 7 + panel.anchor[:, None]
    return np.asarray(day.astype("datetime64[D]").astype("datetime64[ns]"))


def _id_type(frame: pd.DataFrame) -> Any:
    """Whole numbers stay whole numbers; all else is text."""
    given = frame["unique_id"].dtype
    return given if pd.api.types.is_integer_dtype(given) else object


def _refuse(bad: "pd.Series[bool]", name: str, reason: str) -> None:
    at = np.flatnonzero(bad.to_numpy())
    if len(at):
        more = f" ({len(at)} such lines)" if len(at) > 1 else ""
        raise SeriesError(name, reason + more, int(at[0]) + 2)


def _days(ds: "pd.Series[Any]") -> Ints:
    """Days since 1970-01-01. Dates are ISO 8601, or compact (20180131, 201801)."""
    if not pd.api.types.is_datetime64_any_dtype(ds):
        text = ds.astype("string").str.strip().str.removesuffix(".0")
        # the sender's own date counts, whatever the zone
        text = text.str.replace(r"([T ][\d:.]+)(Z|[+-]\d{2}:?\d{2})$", r"\1", regex=True)
        compact = text.str.fullmatch(r"\d{6}(\d{2})?").fillna(False).astype(bool)
        plain = text.mask(compact & (text.str.len() == 6), text + "01")
        parsed = pd.to_datetime(plain, format="ISO8601", errors="coerce")
        bad = parsed.isna()
        if bad.any():
            at = int(np.flatnonzero(bad.to_numpy())[0])
            raise SeriesError(
                "ds", f"{ds.iloc[at]!r} is not a date; write it as 2018-01-31", at + 2
            )
        ds = parsed
    _refuse(ds.isna(), "ds", "is empty")
    naive = ds.dt.tz_localize(None) if ds.dt.tz is not None else ds
    return np.asarray(naive.to_numpy().astype("datetime64[D]").astype(np.int64))


def _demand(column: "pd.Series[Any]", notes: list[str]) -> NDArray[Any]:
    y = pd.to_numeric(column, errors="coerce")
    text = column.astype("string").str.strip()
    _refuse(
        y.isna() & column.notna() & (text != "") & (text.str.lower() != "nan"),
        "y",
        "is not a number",
    )
    values = y.to_numpy(dtype=float, na_value=np.nan)
    _refuse(pd.Series(np.isinf(values)), "y", "is infinite")
    below = values < 0
    if below.any():
        notes.append(
            f"{int(below.sum())} values of y are below 0 (first on line {int(below.argmax()) + 2}): taken as 0"
        )
    return np.where(below, 0.0, values)


def _month_day(days: Ints) -> int:
    """The day of the month all rows are dated at: 31 for the last; else 1."""
    at = days.astype("datetime64[D]")
    day = (at - at.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1
    last = (at + 1).astype("datetime64[M]") > at.astype("datetime64[M]")
    if last.all():
        return 31
    return int(day[0]) if (day == day[0]).all() else 1


def _ordinal(days: Ints, freq: str, anchor: Ints) -> Ints:
    if freq == "M":
        return np.asarray(
            days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + EPOCH_MONTH
        )
    return days if freq == "D" else (days - anchor) // 7


def _refuse_twice(codes: Ints, ordinal: Ints, order: Ints, freq: str) -> None:
    twice = (codes[1:] == codes[:-1]) & (ordinal[1:] == ordinal[:-1])
    if twice.any():
        at = int(twice.argmax())
        first, second = sorted((int(order[at]) + 2, int(order[at + 1]) + 2))
        period = {"D": "day", "W": "week", "M": "month"}[freq]
        raise SeriesError(
            "ds",
            f"same series and {period} as line {first}: add them up, or check freq {freq}",
            second,
        )


def _static(
    frame: pd.DataFrame, codes: Ints, order: Ints, starts: Ints, notes: list[str]
) -> dict[str, list[str]]:
    """Other columns that hold one value per series; those that vary are left out and named."""
    out, vary = {}, []
    for name in frame.columns:
        if name in (*KEYS, "stockout"):
            continue
        values = frame[name].astype("string").fillna("").to_numpy()[order]
        if (values == values[starts][codes]).all():
            out[str(name)] = [str(v) for v in values[starts]]
        else:
            vary.append(str(name))
    if vary:
        notes.append(f"columns that change within a series are not used: {', '.join(vary)}")
    return out
