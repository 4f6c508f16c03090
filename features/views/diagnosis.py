"""Diagnosis: who the patient is, what they had, what was found, and what goes round."""

from datetime import datetime
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from features.views import Retrieve, View, measured

DAYS = 28  # of local disease activity
TICK = pd.Timedelta(1, "us")

DEMOGRAPHICS = """
WITH changes AS (
    SELECT *, lag(happened_at) OVER (PARTITION BY patient_id ORDER BY happened_at, seq) AS since
    FROM patient_changes
), latest AS (
    SELECT patient_id, max(happened_at) AS changed_at FROM patient_changes GROUP BY patient_id
), versions AS (
    -- A change tells what it replaced; that was so since the change before, or from the start.
    SELECT c.patient_id, c.birth_date, c.sex, c.district, c.seq,
        coalesce(c.since, p.recorded_at) AS since
    FROM changes c JOIN patients p ON p.id = c.patient_id
    UNION ALL
    -- A change that the outbox does not tell of leaves only the present value, true since then.
    SELECT p.id, p.birth_date, p.sex, p.district, 9223372036854775807,
        CASE WHEN latest.changed_at >= p.updated_at - INTERVAL 1 SECOND THEN latest.changed_at
             ELSE greatest(p.updated_at, p.recorded_at) END
    FROM patients p LEFT JOIN latest ON latest.patient_id = p.id
)
SELECT patient_id, birth_date, sex, district,
    since AS event_timestamp, since AS created_timestamp
FROM versions
QUALIFY row_number() OVER (PARTITION BY patient_id, since ORDER BY seq DESC) = 1
ORDER BY ALL
"""

FINDINGS = """
WITH facts AS (
    SELECT encounter_id, code, status, recorded_at FROM findings
    UNION SELECT encounter_id, code, status, recorded_at FROM finding_changes
), holding AS (
    SELECT *, lead(recorded_at, 1, 'infinity') OVER (
        PARTITION BY encounter_id, code ORDER BY recorded_at, status) AS until
    FROM facts
), moments AS (
    SELECT DISTINCT encounter_id, recorded_at AS moment FROM facts
)
SELECT m.encounter_id,
    coalesce(list(h.code ORDER BY h.code) FILTER (WHERE h.status = 'present'), []) AS present,
    coalesce(list(h.code ORDER BY h.code) FILTER (WHERE h.status = 'absent'), []) AS absent,
    any_value(e.started_at) AS event_timestamp,
    m.moment AS created_timestamp
FROM moments m
JOIN holding h
    ON h.encounter_id = m.encounter_id AND h.recorded_at <= m.moment AND m.moment < h.until
JOIN encounters e ON e.id = m.encounter_id
GROUP BY m.encounter_id, m.moment
ORDER BY ALL
"""

# The newest decision on a condition holds. Each row is a span in which the record, as known then,
# held a condition for confirmed: a decision counts from when it was both made and recorded.
CONFIRMED = f"""
CREATE OR REPLACE TEMP VIEW decisions AS
SELECT d.*, e.patient_id, e.facility_id, greatest(d.decided_at, d.recorded_at) AS since
FROM diagnoses d JOIN encounters e ON e.id = d.encounter_id;

CREATE OR REPLACE TEMP VIEW confirmed AS
WITH spans AS (
    SELECT encounter_id, patient_id, facility_id, condition, since,
        arg_max(status, (decided_at, recorded_at, id)) OVER w AS state,
        max(decided_at) OVER w AS decided_at,
        lead(since, 1, 'infinity') OVER w AS until
    FROM decisions
    WINDOW w AS (PARTITION BY encounter_id, condition
                 ORDER BY since, decided_at, recorded_at, id ROWS UNBOUNDED PRECEDING)
)
SELECT * FROM spans WHERE state = 'confirmed' AND since < until;

CREATE OR REPLACE TEMP VIEW demographics_now AS {DEMOGRAPHICS};
"""  # noqa: S608

HISTORY = """
WITH moments AS (SELECT DISTINCT patient_id, since AS moment FROM decisions)
SELECT m.patient_id,
    coalesce(list(DISTINCT c.condition ORDER BY c.condition)
        FILTER (WHERE c.condition IS NOT NULL), []) AS prior_conditions,
    m.moment AS event_timestamp, m.moment AS created_timestamp
FROM moments m
LEFT JOIN confirmed c
    ON c.patient_id = m.patient_id AND c.since <= m.moment AND m.moment < c.until
GROUP BY m.patient_id, m.moment
ORDER BY ALL
"""

# Taken at each week's first moment, from what was recorded before it: an answer, once given, is
# never changed by what is recorded later.
ACTIVITY = f"""
WITH placed AS (
    SELECT c.condition, c.since, c.until, c.decided_at,
        coalesce(d.district, f.district) AS district
    FROM confirmed c
    ASOF LEFT JOIN demographics_now d
        ON d.patient_id = c.patient_id AND d.event_timestamp <= c.since
    LEFT JOIN facilities f ON f.id = c.facility_id
), weeks AS (
    SELECT unnest(generate_series(
        date_trunc('week', (SELECT min(since) FROM placed) AT TIME ZONE getvariable('zone')),
        getvariable('now') AT TIME ZONE getvariable('zone'), INTERVAL 7 DAY)) AT TIME ZONE getvariable('zone') AS moment
), cases AS (
    SELECT p.district, w.moment, p.condition, count(*) AS n
    FROM placed p JOIN weeks w
        ON p.since < w.moment AND w.moment <= p.until AND w.moment <= p.decided_at + INTERVAL {DAYS} DAY
    WHERE p.district IS NOT NULL
    GROUP BY ALL
), shares AS (
    SELECT district, moment, sum(n)::BIGINT AS cases,
        list(condition ORDER BY n DESC, condition) AS local_conditions,
        list(n ORDER BY n DESC, condition) AS counts
    FROM cases GROUP BY district, moment
), quiet AS (
    -- After a week with cases one without: else the last cases would hold for ever.
    SELECT DISTINCT s.district, w.moment
    FROM shares s JOIN weeks w ON w.moment > s.moment AND w.moment <= s.moment + INTERVAL 8 DAY
    ANTI JOIN shares o ON o.district = s.district AND o.moment = w.moment
)
SELECT district, local_conditions,
    list_transform(counts, lambda n: n::DOUBLE / cases::DOUBLE) AS local_shares, cases,
    moment AS event_timestamp, moment AS created_timestamp
FROM shares
UNION ALL
SELECT district, []::VARCHAR[], []::DOUBLE[], 0, moment, moment FROM quiet
ORDER BY ALL
"""  # noqa: S608

_DECISIONS = ("diagnoses", "encounters", "patients", "patient_changes")

VIEWS = [
    View(
        "demographics",
        ("patient_id",),
        ("patient",),
        DEMOGRAPHICS,
        {"birth_date": "text", "sex": "text", "district": "text"},
        ("patients", "patient_changes"),
        "birth date (ISO), administrative sex, district of residence",
    ),
    View(
        "encounter_findings",
        ("encounter_id",),
        ("encounter",),
        FINDINGS,
        {"present": "texts", "absent": "texts"},
        ("findings", "finding_changes", "encounters"),
        "findings of one visit; the desk sends these with its question, so they are not online",
        online=False,
    ),
    View(
        "patient_history",
        ("patient_id",),
        ("patient",),
        HISTORY,
        {"prior_conditions": "texts"},
        _DECISIONS,
        "conditions confirmed so far",
    ),
    View(
        "local_activity",
        ("district",),
        ("district",),
        ACTIVITY,
        {"local_conditions": "texts", "local_shares": "numbers", "cases": "count"},
        (*_DECISIONS, "facilities"),
        f"confirmed diagnoses of a district in {DAYS} days, most frequent first, by week",
        moving=True,
    ),
]

# One row an encounter: its first confirmation is when a doctor had to know, its newest confirmed
# condition is what it was.
LABELS = """
WITH known AS (
    SELECT * FROM decisions WHERE since <= getvariable('now')
), newest AS (
    SELECT encounter_id, condition, max(decided_at) AS decided_at,
        arg_max(status, (decided_at, recorded_at, id)) AS status
    FROM known GROUP BY encounter_id, condition
), firsts AS (
    SELECT encounter_id, any_value(patient_id) AS patient_id, any_value(facility_id) AS facility_id,
        min(since) AS moment
    FROM known WHERE status = 'confirmed' GROUP BY encounter_id
)
SELECT firsts.encounter_id, firsts.patient_id, firsts.moment AS event_timestamp,
    date_trunc('week', (firsts.moment - INTERVAL 1 MICROSECOND) AT TIME ZONE getvariable('zone'))
        AT TIME ZONE getvariable('zone') AS week,
    f.district AS facility_district,
    arg_max(newest.condition, (newest.decided_at, newest.condition)) AS condition
FROM firsts
JOIN newest ON newest.encounter_id = firsts.encounter_id AND newest.status = 'confirmed'
LEFT JOIN facilities f ON f.id = firsts.facility_id
GROUP BY ALL
ORDER BY event_timestamp, firsts.encounter_id
"""

# What the models had told the doctor by then, the last answer alone, and what was decided on it. For
# measuring, never to learn from: who reads a suggestion is led by it, and a list that was rejected
# does not say of any one condition in it that it was absent.
SAID = f"""
SELECT l.encounter_id, a.ranked AS said, a.probability AS said_probability,
    a.model_version AS said_by,
    CASE WHEN a.decided_at <= getvariable('now') THEN a.decision END AS decision
FROM ({LABELS}) l
JOIN advice a ON a.subject_id = l.encounter_id AND a.asked_at <= l.event_timestamp
QUALIFY row_number() OVER (PARTITION BY l.encounter_id ORDER BY a.asked_at DESC, a.id DESC) = 1
"""  # noqa: S608

COLUMNS = [
    "encounter_id",
    "patient_id",
    "event_timestamp",
    "age",
    "sex",
    "present",
    "absent",
    "district",
    "local_conditions",
    "local_shares",
    "prior_conditions",
    "condition",
    "said",
    "said_probability",
    "said_by",
    "decision",
]
_LISTS = ("present", "absent", "prior_conditions", "local_conditions", "local_shares")


def training(
    retrieve: Retrieve, connection: duckdb.DuckDBPyConnection, _now: datetime
) -> pd.DataFrame:
    """One row an encounter with a confirmed diagnosis, as the record knows it at `now`.

    Findings (those that measurements stand for among them) and particulars are those at the
    confirmation. History and local activity are those just before it: with it they would tell the
    answer.
    """
    rows = connection.execute(LABELS).df()
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    own = retrieve(
        rows[["encounter_id", "patient_id", "event_timestamp"]],
        [
            "demographics:birth_date",
            "demographics:sex",
            "demographics:district",
            "encounter_findings:present",
            "encounter_findings:absent",
        ],
    ).set_index("encounter_id")
    own = own.loc[rows["encounter_id"]].reset_index()
    for name in ("birth_date", "sex", "present", "absent"):
        rows[name] = own[name]
    home = own["district"].astype(object).where(own["district"].notna(), rows["facility_district"])
    rows["district"] = home.where(home.notna(), None)

    before = rows[["encounter_id", "patient_id"]].copy()
    before["event_timestamp"] = rows["event_timestamp"] - TICK
    history = retrieve(before, ["patient_history:prior_conditions"]).set_index("encounter_id")
    rows["prior_conditions"] = history["prior_conditions"].loc[rows["encounter_id"]].to_numpy()

    # Activity is taken once a week: few questions answer for all encounters.
    weeks = rows[["district", "week"]].dropna().drop_duplicates()
    weeks = weeks.rename(columns={"week": "event_timestamp"})
    local = ["local_conditions", "local_shares"]
    if weeks.empty:
        rows[local] = None
    else:
        answers = retrieve(weeks, [f"local_activity:{name}" for name in local])
        answers = answers.rename(columns={"event_timestamp": "week"})
        rows = rows.merge(answers, how="left", on=["district", "week"])
    rows = rows.merge(connection.execute(SAID).df(), how="left", on="encounter_id")
    for name in (*_LISTS, "said", "said_probability"):
        rows[name] = rows[name].map(listed)
    rows = measured.counted(connection, rows)
    for name in ("said_by", "decision"):
        rows[name] = rows[name].astype(object).where(rows[name].notna(), None)
    rows["age"] = [
        age(born, at) for born, at in zip(rows["birth_date"], rows["event_timestamp"], strict=True)
    ]
    rows["age"] = rows["age"].astype("float64")
    rows["sex"] = rows["sex"].map(sex)
    return rows[COLUMNS]


def online(answers: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The same features as in training, from what Feast answers online."""
    return {
        "age": age(answers.get("birth_date"), at),
        "sex": sex(answers.get("sex")),
        "district": answers.get("district"),
        **{
            name: listed(answers.get(name))
            for name in ("prior_conditions", "local_conditions", "local_shares")
        },
    }


def age(birth_date: str | None, at: datetime) -> float | None:
    """Years, with the part of the year that has passed; None when the birth date is unknown."""
    if not isinstance(birth_date, str):
        return None
    return (at.date() - datetime.fromisoformat(birth_date).date()).days / 365.25


def sex(recorded: Any) -> str | None:
    """F, M or other; None when it is unknown."""
    return recorded if recorded in ("F", "M", "other") else None


def listed(value: Any) -> list[Any]:
    """A list, empty when there was no row: nothing recorded is nothing known."""
    if value is None or value is pd.NA or isinstance(value, float):
        return []
    return value.tolist() if isinstance(value, np.ndarray) else list(value)
