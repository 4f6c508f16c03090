"""Demand: what was asked for at each shelf in each period, and what the calendar says.

Supplies to patients ('once') add up to days of the facility's zone; ledgers that keep totals stay
days, weeks or months. Asked is counted, not given: what stock did not meet is demand too.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from types import FunctionType
from typing import Any, cast

import duckdb
import pandas as pd

from features.views import Retrieve, View

# Periods that the online history keeps: four years of days, ten of weeks, twenty of months.
LENGTH = {"D": 1461, "W": 520, "M": 240}

# Each row is a version: what the record showed of a period from `created_timestamp` on. A supply
# that is recorded after its period has ended makes a new version, and the old one stays.
USE = """
WITH shelves AS (
    -- A number for each shelf: what follows sorts and joins a million rows by it.
    SELECT unique_id, facility_id, item_id, f.zone, f.kind AS facility_kind, f.district, i.atc,
        row_number() OVER (ORDER BY unique_id) AS shelf
    FROM (SELECT DISTINCT unique_id, facility_id, item_id FROM dispenses) d
    JOIN facilities f ON f.id = d.facility_id
    JOIN items i ON i.id = d.item_id
), asked AS (
    SELECT s.shelf, s.facility_id, s.zone, d.requested, d.supplied, d.recorded_at,
        CASE d.period WHEN 'once' THEN 'D' ELSE d.period END AS freq,
        (d.happened_at AT TIME ZONE s.zone)::DATE AS day
    FROM dispenses d JOIN shelves s USING (unique_id)
), placed AS (
    SELECT *,
        CASE freq WHEN 'M' THEN date_trunc('month', day)::DATE WHEN 'W' THEN day - 6
             ELSE day END AS ds,
        (CASE freq WHEN 'M' THEN date_trunc('month', day) + INTERVAL 1 MONTH
              ELSE day + INTERVAL 1 DAY END)::TIMESTAMP AT TIME ZONE zone AS ends
    FROM asked
), timed AS MATERIALIZED (
    SELECT *, greatest(recorded_at, ends) AS known FROM placed
    WHERE ends <= getvariable('now')
), versions AS MATERIALIZED (
    SELECT shelf, freq, ds, ends, known,
        sum(sum(requested)) OVER w AS requested, sum(sum(supplied)) OVER w AS supplied
    FROM timed
    GROUP BY shelf, freq, ds, ends, known
    WINDOW w AS (PARTITION BY shelf, freq, ds ORDER BY known)
), firsts AS (
    -- Since when it is known that the shelf was in use by this day …
    SELECT shelf, ds, any_value(facility_id) AS facility_id, any_value(zone) AS zone,
        min(known) AS soonest,
        min(min(known)) OVER (PARTITION BY shelf ORDER BY ds) AS begun,
        lead(ds) OVER (PARTITION BY shelf ORDER BY ds) AS next
    FROM timed WHERE freq = 'D'
    GROUP BY shelf, ds
), reports AS (
    -- … and that the facility still reported on or after it.
    SELECT facility_id, ds,
        min(min(known)) OVER (PARTITION BY facility_id ORDER BY ds DESC) AS reported
    FROM timed WHERE freq = 'D'
    GROUP BY facility_id, ds
), lasts AS (
    SELECT facility_id, max(ds) AS last FROM reports GROUP BY facility_id
), days AS (
    -- Every day from the first use to the facility's last report: without a supply it is a zero.
    SELECT f.shelf, f.facility_id, f.begun, f.zone, f.ds AS used, f.soonest,
        unnest(generate_series(f.ds, coalesce(f.next - 1, l.last), INTERVAL 1 DAY))::DATE AS ds
    FROM firsts f JOIN lasts l USING (facility_id)
), zeros AS (
    SELECT d.shelf, d.ds, d.used, d.soonest,
        (d.ds + INTERVAL 1 DAY)::TIMESTAMP AT TIME ZONE d.zone AS ends,
        greatest((d.ds + INTERVAL 1 DAY)::TIMESTAMP AT TIME ZONE d.zone, d.begun, o.reported)
            AS known
    FROM days d
    ASOF JOIN reports o ON o.facility_id = d.facility_id AND o.ds >= d.ds
), series AS (
    SELECT shelf, freq, ds, ends, known, requested, supplied FROM versions
    UNION ALL
    -- Before anything of a day was recorded the record showed a zero.
    SELECT shelf, 'D', ds, ends, known, 0, 0 FROM zeros WHERE ds <> used OR known < soonest
), stock AS (
    -- Stock as the record showed it: a movement counts from when it was recorded.
    SELECT s.shelf, greatest(m.happened_at, m.recorded_at) AS since,
        sum(sum(m.quantity)) OVER w AS on_hand,
        lead(greatest(m.happened_at, m.recorded_at), 1, getvariable('now')) OVER w AS until
    FROM movements m JOIN shelves s USING (unique_id)
    GROUP BY s.shelf, since
    WINDOW w AS (PARTITION BY s.shelf ORDER BY greatest(m.happened_at, m.recorded_at))
), bare AS (
    SELECT shelf, since, until FROM stock WHERE on_hand <= 0 AND since < until
), gaps AS (
    SELECT p.shelf, p.freq, p.ds,
        sum(epoch(least(b.until, p.ends)) - epoch(greatest(b.since, p.begins)))
            / any_value(epoch(p.ends) - epoch(p.begins)) AS share
    FROM (
        SELECT DISTINCT shelf, freq, ds, ds::TIMESTAMP AT TIME ZONE zone AS begins, ends
        FROM series JOIN shelves USING (shelf)
    ) p
    JOIN bare b ON b.shelf = p.shelf AND b.since < p.ends AND p.begins < b.until
    GROUP BY p.shelf, p.freq, p.ds
)
SELECT s.unique_id, r.freq || r.ds::VARCHAR AS period, s.facility_id, s.item_id, r.freq,
    r.ds::VARCHAR AS ds,
    r.requested::DOUBLE / 1000 AS y,
    least(1.0, greatest(coalesce(g.share, 0.0),
        CASE WHEN r.requested > 0 THEN 1 - r.supplied::DOUBLE / r.requested::DOUBLE
             ELSE 0.0 END)) AS stockout,
    s.atc, s.facility_kind, s.district,
    r.ends AS event_timestamp, r.known AS created_timestamp
FROM series r
JOIN shelves s ON s.shelf = r.shelf
LEFT JOIN gaps g ON g.shelf = r.shelf AND g.freq = r.freq AND g.ds = r.ds
ORDER BY r.shelf, r.freq, r.ds, r.known
"""

# What is online: the series as it is known now, up to the last period that has ended. A month or
# week without a report is unknown (NaN), not nothing used.
HISTORY = f"""
WITH known AS (
    SELECT *, ds::DATE AS day FROM demand_use WHERE created_timestamp <= getvariable('now')
), newest AS (
    SELECT unique_id, arg_max(freq, (event_timestamp, freq)) AS freq FROM known GROUP BY unique_id
), kept AS (
    SELECT unique_id, day, any_value(freq) AS freq, arg_max(y, created_timestamp) AS y,
        any_value(atc) AS atc, any_value(facility_kind) AS facility_kind,
        any_value(district) AS district, any_value(event_timestamp) AS event_timestamp,
        max(created_timestamp) AS created_timestamp
    FROM known SEMI JOIN newest USING (unique_id, freq)
    GROUP BY unique_id, day
), gaps AS (
    SELECT unique_id, unnest(generate_series(min(day)::TIMESTAMP, max(day)::TIMESTAMP,
        CASE freq WHEN 'W' THEN INTERVAL 7 DAY ELSE INTERVAL 1 MONTH END))::DATE AS day
    FROM kept WHERE freq <> 'D' GROUP BY unique_id, freq
), listed AS (
    SELECT unique_id, list(y ORDER BY day) AS history
    FROM (
        SELECT unique_id, day, y FROM kept
        UNION ALL
        SELECT unique_id, day, 'nan'::DOUBLE FROM gaps ANTI JOIN kept USING (unique_id, day)
    )
    GROUP BY unique_id
)
SELECT unique_id, any_value(freq) AS freq, max(day)::VARCHAR AS until,
    list_slice(any_value(history), CASE any_value(freq) WHEN 'D' THEN -{LENGTH["D"]}
        WHEN 'W' THEN -{LENGTH["W"]} ELSE -{LENGTH["M"]} END, -1) AS history,
    any_value(atc) AS atc, any_value(facility_kind) AS facility_kind,
    any_value(district) AS district, max(event_timestamp) AS event_timestamp,
    max(created_timestamp) AS created_timestamp
FROM kept JOIN listed USING (unique_id)
GROUP BY unique_id
ORDER BY unique_id
"""  # noqa: S608

_STATIC = {"atc": "text", "facility_kind": "text", "district": "text"}
_SOURCES = ("dispenses", "movements", "facilities", "items")

# Rows of days that have ended: a supply of today is no reason to make a million rows anew.
SETTLED = """
SELECT 'dispenses', count(*), sum(hash(d)::HUGEINT) FROM dispenses d JOIN facilities f
    ON f.id = d.facility_id
WHERE (d.happened_at AT TIME ZONE f.zone)::DATE < (getvariable('now') AT TIME ZONE f.zone)::DATE
UNION ALL
SELECT 'movements', count(*), sum(hash(m)::HUGEINT) FROM movements m JOIN facilities f
    ON f.id = split_part(m.unique_id, '|', 1)
WHERE (greatest(m.happened_at, m.recorded_at) AT TIME ZONE f.zone)::DATE
    < (getvariable('now') AT TIME ZONE f.zone)::DATE
UNION ALL SELECT 'items', count(*), sum(hash(i)::HUGEINT) FROM items i
UNION ALL SELECT 'facilities', count(*), sum(hash(f)::HUGEINT) FROM facilities f
"""

VIEWS = [
    View(
        "demand_use",
        ("unique_id", "period"),
        ("facility_item", "period"),
        USE,
        {
            "facility_id": "text",
            "item_id": "text",
            "freq": "text",
            "ds": "text",
            "y": "number",
            "stockout": "number",
            **_STATIC,
        },
        _SOURCES,
        "quantity asked for in one period, and the share of it without stock",
        moving=True,
        online=False,
        settled=SETTLED,
    ),
    View(
        "demand_history",
        ("unique_id",),
        ("facility_item",),
        HISTORY,
        {"freq": "text", "until": "text", "history": "numbers", **_STATIC},
        _SOURCES,
        "the series of one shelf up to the last period that has ended",
        moving=True,
        settled=SETTLED,
    ),
]

COLUMNS = [
    "facility_id",
    "item_id",
    "unique_id",
    "ds",
    "y",
    "stockout",
    "freq",
    "atc",
    "facility_kind",
    "district",
    "event_timestamp",
]

_ASKED = [name for name in COLUMNS if name not in ("unique_id", "event_timestamp")]
ROWS = 100_000  # asked for at a time: bounds the memory of the join


def training(
    retrieve: Retrieve, connection: duckdb.DuckDBPyConnection, now: datetime
) -> pd.DataFrame:
    """One row a shelf and period that had ended by `now`, as the record knew it then.

    `ds` is the period's first day in the facility's zone; `event_timestamp` is its end.
    """
    keys = connection.execute(
        "SELECT DISTINCT unique_id, period, event_timestamp AS ends FROM demand_use"
        " WHERE created_timestamp <= getvariable('now') ORDER BY unique_id, period",
    ).df()
    if keys.empty:
        return pd.DataFrame(columns=COLUMNS)
    keys["event_timestamp"] = pd.Timestamp(now)
    parts = []
    for start in range(0, len(keys), ROWS):
        part = retrieve(keys.iloc[start : start + ROWS], [f"demand_use:{name}" for name in _ASKED])
        for name in _ASKED:
            if part[name].dtype == object:  # one text for all rows that say the same
                text = part[name].astype("category").astype(object)
                part[name] = text.where(text.notna(), None)
        parts.append(part.sort_values(["unique_id", "period"]))  # Feast keeps no order
    rows = pd.concat(parts, ignore_index=True)
    rows["event_timestamp"] = rows.pop("ends")
    rows["ds"] = pd.to_datetime(rows["ds"])
    return rows[COLUMNS]


@lru_cache
def _holidays(year: int) -> Mapping[date, str]:
    import holidays

    return dict(holidays.country_holidays("IN", subdiv="DL", years=year, language="en_US"))


@lru_cache(maxsize=20_000)
def calendar(day: date) -> dict[str, Any]:
    """Weekday (Monday 0), month and public holiday in Delhi."""
    name = _holidays(day.year).get(day)
    return {
        "weekday": day.weekday(),
        "month": day.month,
        "holiday": name is not None,
        "holiday_name": name or "",
    }


def calendar_columns(inputs: Mapping[str, Iterable[datetime]]) -> dict[str, list[Any]]:
    """The calendar as Feast asks for it: columns in, columns out. `day` is a midnight in UTC."""
    rows = [calendar(pd.Timestamp(day).date()) for day in inputs["day"]]
    names = ("weekday", "month", "holiday", "holiday_name")
    return {name: [row[name] for row in rows] for name in names}


def on_demand() -> Any:
    """The calendar as an on-demand view, computed from `day` and stored nowhere."""
    from feast import Field, RequestSource
    from feast.on_demand_feature_view import OnDemandFeatureView
    from feast.transformation.python_transformation import PythonTransformation
    from feast.types import Bool, Int64, String, UnixTimestamp

    return OnDemandFeatureView(
        name="calendar",
        sources=[
            RequestSource(name="calendar_day", schema=[Field(name="day", dtype=UnixTimestamp)])
        ],
        schema=[
            Field(name="weekday", dtype=Int64),
            Field(name="month", dtype=Int64),
            Field(name="holiday", dtype=Bool),
            Field(name="holiday_name", dtype=String),
        ],
        feature_transformation=PythonTransformation(
            udf=cast(FunctionType, calendar_columns),
            udf_string="features.views.demand.calendar_columns",
        ),
        mode="python",
        description="weekday, month and public holidays of Delhi",
    )
