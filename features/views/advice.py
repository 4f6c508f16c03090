"""What the models answered of late, what became of it, and what it was: for drift, never to learn from."""

from datetime import datetime

import duckdb
import pandas as pd

from features.views.diagnosis import LABELS, listed

# One row an answer. The truth of a visit is its label, as at training; of a draft nobody knows it.
KEPT = f"""
WITH truth AS (SELECT encounter_id, condition, event_timestamp FROM ({LABELS})),
shadowed AS (
    SELECT * FROM shadow_answers
    QUALIFY row_number() OVER (
        PARTITION BY inputs_digest ORDER BY length(model_version) DESC, model_version DESC) = 1
)
SELECT a.id AS advice_id, a.subject_id, a.model_version, a.asked_at, a.age, a.sex, a.district,
    a.present, a.absent, a.ranked, a.probability, a.prediction_set, a.abstained,
    a.decision, a.reason_kind, e.facility_id, t.condition, t.event_timestamp AS confirmed_at,
    s.model_version AS shadow_version, s.ranked AS shadow_ranked,
    s.probability AS shadow_probability, s.prediction_set AS shadow_set
FROM advice a
LEFT JOIN encounters e ON e.id = a.subject_id
LEFT JOIN truth t ON t.encounter_id = a.subject_id
LEFT JOIN shadowed s ON s.inputs_digest = a.inputs_digest AND s.model_version <> a.model_version
WHERE a.asked_at >= $since AND a.asked_at < $until
ORDER BY a.asked_at, a.id
"""  # noqa: S608

_LISTS = ("present", "absent", "ranked", "probability", "prediction_set")
_SHADOWS = ("shadow_ranked", "shadow_probability", "shadow_set")
_WORDS = ("sex", "district", "decision", "reason_kind", "facility_id", "condition")


def kept(connection: duckdb.DuckDBPyConnection, since: datetime, until: datetime) -> pd.DataFrame:
    """Answers of models asked from `since` until before `until`, oldest first. The shadow is the
    newest challenger's, where one answered the same question."""
    rows: pd.DataFrame = connection.execute(KEPT, {"since": since, "until": until}).df()
    for name in (*_LISTS, *_SHADOWS):
        rows[name] = [listed(value) for value in rows[name]]
    for name in (*_WORDS, "shadow_version"):
        rows[name] = rows[name].astype(object).where(rows[name].notna(), None)
    rows["abstained"] = rows["abstained"].fillna(False).astype(bool)
    return rows
