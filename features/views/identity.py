"""Identity: what surrounds a face capture. Never the picture, never a template."""

from datetime import datetime

import duckdb
import pandas as pd

from features.views import Retrieve, View

# A capture changes twice at most after it was taken: the clerk decides, the resident withdraws.
CAPTURES = """
WITH enrolled AS (
    SELECT patient_id, taken_at, greatest(taken_at, recorded_at) AS known,
        coalesce(withdrawn_at, 'infinity') AS withdrawn_at
    FROM captures WHERE purpose = 'enrolment'
), ages AS (
    -- Days since the enrolment it is compared with: the newest that the record held then.
    SELECT c.id, date_diff('second', max(e.taken_at), any_value(c.taken_at)) / 86400.0 AS age
    FROM captures c JOIN enrolled e
        ON e.patient_id = c.patient_id AND e.taken_at < c.taken_at
        AND e.known <= greatest(c.taken_at, c.recorded_at)
        AND c.taken_at < e.withdrawn_at
    WHERE c.purpose = 'verification'
    GROUP BY c.id
), known AS (
    SELECT c.*, a.age, greatest(c.taken_at, c.recorded_at) AS first,
        -- A decision without its own time came with the capture.
        greatest(c.taken_at, c.recorded_at, c.decided_at) AS decided,
        greatest(c.taken_at, c.recorded_at, c.withdrawn_at) AS withdrawn
    FROM captures c LEFT JOIN ages a ON a.id = c.id
), moments AS (
    SELECT id, first AS moment, taken_at AS event_timestamp, recorded_at AS created_timestamp
    FROM known
    UNION
    SELECT id, decided, decided, decided FROM known WHERE decided > first
        AND decision IS NOT NULL
    UNION
    SELECT id, withdrawn, withdrawn, withdrawn FROM known WHERE withdrawn_at IS NOT NULL
)
SELECT k.id AS capture_id, k.patient_id, k.purpose, k.quality, k.problems, k.device,
    k.facility_id,
    (k.consented_at <= m.moment AND (k.withdrawn_at IS NULL OR m.moment < k.withdrawn)) AS consent,
    CASE WHEN k.decided <= m.moment THEN k.decision END AS decision,
    k.age AS enrolment_age_days,
    m.event_timestamp, m.created_timestamp
FROM moments m JOIN known k ON k.id = m.id
ORDER BY ALL
"""

VIEWS = [
    View(
        "face_capture",
        ("capture_id",),
        ("face_capture",),
        CAPTURES,
        {
            "patient_id": "text",
            "purpose": "text",
            "quality": "number",
            "problems": "text",
            "device": "text",
            "facility_id": "text",
            "consent": "flag",
            "decision": "text",
            "enrolment_age_days": "number",
        },
        ("captures",),
        "quality, device, site, consent, age of enrolment and the clerk's decision",
    ),
]

COLUMNS = [
    "capture_id",
    "patient_id",
    "event_timestamp",
    "quality",
    "device",
    "facility_id",
    "consent",
    "purpose",
    "decision",
]


def training(
    retrieve: Retrieve, connection: duckdb.DuckDBPyConnection, now: datetime
) -> pd.DataFrame:
    """One row a capture, as the record knows it at `now`; `event_timestamp` is when it was taken.

    A withdrawn consent shows as `consent` false: such a capture has no picture to learn from.
    """
    rows = connection.execute(
        "SELECT capture_id, min(event_timestamp) AS taken_at FROM face_capture"
        " WHERE created_timestamp <= getvariable('now') AND event_timestamp <= getvariable('now') GROUP BY capture_id",
    ).df()
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    rows["event_timestamp"] = pd.Timestamp(now)
    names = [name for name in COLUMNS if name not in ("capture_id", "event_timestamp")]
    rows = retrieve(rows, [f"face_capture:{name}" for name in names])
    rows["event_timestamp"] = rows.pop("taken_at")
    return rows.sort_values(["event_timestamp", "capture_id"], ignore_index=True)[COLUMNS]
