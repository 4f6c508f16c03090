"""Findings of a visit with what was measured in it, as serving counts them: by `knowledge.measured`.

Judged when a training set is made, and not at every refresh: for the visits that it has, by the limits
of today's terminology, for the birth date that was known then.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd

from knowledge.measured import Rule, Said, Taken, combined, judged, rules_of

Rules = Mapping[str, tuple[Rule, ...]]

# `visits` has encounter_id and event_timestamp. Moments come without a zone: they are all in UTC.
TAKEN = """
SELECT v.encounter_id, v.code, v.value, timezone('UTC', v.measured_at),
    timezone('UTC', v.recorded_at), v.id
FROM visits JOIN vitals v ON v.encounter_id = visits.encounter_id
WHERE greatest(v.measured_at, v.recorded_at) <= visits.event_timestamp
    AND v.code IN (SELECT unnest($codes))
"""
SAID = """
WITH facts AS (
    SELECT encounter_id, code, status, recorded_at FROM findings
    UNION ALL SELECT encounter_id, code, status, recorded_at FROM finding_changes
)
SELECT f.encounter_id, f.code, arg_max(f.status, (f.recorded_at, f.status)),
    timezone('UTC', max(f.recorded_at))
FROM visits JOIN facts f ON f.encounter_id = visits.encounter_id
WHERE f.recorded_at <= visits.event_timestamp AND f.code IN (SELECT unnest($codes))
GROUP BY f.encounter_id, f.code
"""
BEGAN = """
SELECT e.id, timezone('UTC', e.started_at)
FROM visits JOIN encounters e ON e.id = visits.encounter_id
"""
LIMITS = "SELECT code, detail FROM concepts WHERE kind = 'finding' AND detail LIKE '%\"measured\"%'"


def counted(connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` (encounter_id, event_timestamp, birth_date, and the lists `present` and `absent`) with
    what was measured in the visit and known at its moment."""
    rules = limits(connection)
    connection.register("visits", rows[["encounter_id", "event_timestamp"]])
    answers = {} if not rules else dict(_answers(connection, rules, born(rows)))
    connection.unregister("visits")
    told = [answers.get(key) for key in rows["encounter_id"]]
    for name, wanted in (("present", True), ("absent", False)):
        rows[name] = [
            codes if known is None else _with(codes, known, rules, wanted)
            for codes, known in zip(rows[name], told, strict=True)
        ]
    return rows


def limits(connection: duckdb.DuckDBPyConnection) -> Rules:
    """Of each finding that a measurement decides."""
    found = {}
    for code, detail in connection.execute(LIMITS).fetchall():
        content = json.loads(detail)
        rules = rules_of(content.get("measured") if isinstance(content, dict) else None)
        if rules:
            found[code] = rules
    return found


def born(rows: pd.DataFrame) -> dict[str, str]:
    known = rows[rows["birth_date"].notna()]
    return dict(zip(known["encounter_id"], known["birth_date"], strict=True))


def _answers(
    connection: duckdb.DuckDBPyConnection, rules: Rules, births: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, bool]]]:
    """Visits in which something was measured, with what holds of each finding that has limits."""
    codes = sorted({code for some in rules.values() for rule in some for code in rule.needed})
    taken: dict[str, list[Taken]] = defaultdict(list)
    for key, code, value, *rest in connection.execute(TAKEN, {"codes": codes}).fetchall():
        taken[key].append(Taken(code, Decimal(value) / 1000, *rest))
    said: dict[str, list[Said]] = defaultdict(list)
    for key, *word in connection.execute(SAID, {"codes": sorted(rules)}).fetchall():
        said[key].append(Said(*word))
    asked: dict[frozenset[str], Rules] = {}  # most visits measure the same few codes
    for key, began in connection.execute(BEGAN).fetchall():
        if key in taken and key in births:
            measured = frozenset(one.code for one in taken[key])
            if measured not in asked:
                asked[measured] = _deciding(rules, measured)
            found = judged(asked[measured], taken[key], age_at(births[key], began))
            yield key, {code: a.present for code, a in combined(said[key], found).items()}


def _deciding(rules: Rules, codes: frozenset[str]) -> Rules:
    """Those on which a measurement of these codes could say something."""
    return {
        finding: some for finding, some in rules.items() if any(codes & {*r.codes} for r in some)
    }


def age_at(birth_date: str, moment: datetime) -> float:
    """As the records count it when they judge: in years, to the day."""
    days = (moment.date() - datetime.fromisoformat(birth_date).date()).days
    return max(0.0, round(days / 365.25, 3))


def _with(codes: list[Any], known: Mapping[str, bool], rules: Rules, wanted: bool) -> list[Any]:
    others = (code for code in codes if code not in rules)
    return sorted([*others, *(code for code, present in known.items() if present is wanted)])
