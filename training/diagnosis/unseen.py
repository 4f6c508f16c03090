"""Conditions that no record has shown yet, by what the dictionary says of them.

How often each is to be expected follows from whom the records show: a visitor of that age and sex, in
that month, came of one of the conditions seen, and would as often have come of another as the
catalogue's rates compare. That none came of it says that it may be rarer here.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.diagnosis.cases import Case
from models.diagnosis.posterior import SEXES, YEARS
from models.diagnosis.vocabulary import Vocabulary
from training.diagnosis import frame
from training.diagnosis.posterior import sexes_of, years_of
from training.diagnosis.terminology import detail

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HALF = 0.5  # cases that a condition counts for of which none was seen, however many were expected
LEAST = 1e-6  # cases; whom the records do not show may come all the same
_SEX = {"F": "female", "M": "male"}


@dataclass(frozen=True)
class Expected:
    """Of the conditions not seen, U of them: cases (U,) that each counts for; ages (years, U) and sexes
    (F and M, U) share of each among them."""

    cases: Floats
    ages: Floats
    sexes: Floats


def widened(words: Vocabulary, dictionary: pd.DataFrame) -> Vocabulary:
    """With the dictionary's conditions of which it says how often findings are met, and the findings
    that it names for them; the same vocabulary where it says of none."""
    rows = {str(row["code"]): row for row in dictionary.to_dict("records")}
    named = {code: _named(row) for code, row in rows.items() if code not in words.condition_row}
    conditions = sorted(code for code, findings in named.items() if findings)
    findings = sorted({f for code in conditions for f in named[code]} - words.finding_column.keys())
    return Vocabulary(
        conditions=(*words.conditions, *(frame.condition(c, rows[c]) for c in conditions)),
        findings=(*words.findings, *findings),
        families=(*words.families, *(frame.family(f, rows) for f in findings)),
        priors=words.priors,
        unseen_conditions=len(conditions),
        unseen_findings=len(findings),
    )


def _named(row: dict[Any, Any]) -> set[str]:
    findings = detail(row).get("findings") if row.get("kind") == "condition" else None
    if not isinstance(findings, dict):
        return set()
    return {f for f, share in findings.items() if isinstance(share, int | float) and share > 0}


def expected(
    words: Vocabulary, rows: pd.DataFrame, truth: Ints, dictionary: pd.DataFrame
) -> Expected:
    """rows: those learned from, truth: (N,) the condition of each. Where the dictionary has no rates,
    conditions that were seen once tell how often a new one is met (Good 1953, Biometrika 40:237)."""
    learned, unseen = words.learned_conditions, words.unseen_conditions
    cases = frame.cases_of(rows)
    rates = _rates(words, dictionary)
    count = np.bincount(truth, minlength=learned)
    new = np.full(unseen, min(HALF, max((count == 1).sum(), 1) / max(unseen, 1)))
    yearly, then = _shares(rates, cases, truth, learned, _months(rows))
    ahead, before = yearly.sum(axis=0), then.sum(axis=0)
    told = np.array([rate is not None for rate in rates[learned:]], dtype=np.bool_)
    counts_for = np.where(told & (ahead.sum() > 0), ahead * HALF / (HALF + before), new)
    return Expected(
        cases=np.maximum(counts_for, LEAST),
        ages=_among(years_of(cases), len(YEARS) + 1, yearly),
        sexes=_among(sexes_of(cases), len(SEXES), yearly),
    )


def _shares(
    rates: list[dict[str, Any] | None],
    cases: list[Case],
    truth: Ints,
    learned: int,
    months: Ints,
) -> tuple[Floats, Floats]:
    """(N, U) each: how likely a visitor would have come of each condition not seen, as compared with
    all that were seen; by the rates of the year, and by those of the visit's month. Never more
    likely than of what it was: rates that say so do not fit these records."""
    of_year = np.array([_at(rate, cases) for rate in rates]).T.reshape(len(cases), len(rates))
    by_month = np.array([[1.0] * 13 if rate is None else [1.0, *_list(rate, "months", 12)] for rate in rates])  # fmt: skip
    rated = np.array([rates[row] is not None for row in truth], dtype=np.bool_)
    found = []
    for rate in (of_year, of_year * by_month.T[months]):
        seen = rate[:, :learned].sum(axis=1, keepdims=True)
        usable = rated[:, None] & (seen > 0)
        share = np.where(usable, rate[:, learned:] / np.where(seen > 0, seen, 1.0), 0.0)
        found.append(np.minimum(share, 1.0))
    return found[0], found[1]


def _rates(words: Vocabulary, dictionary: pd.DataFrame) -> list[dict[str, Any] | None]:
    """Of each condition; None where the dictionary does not say."""
    rows = {str(row["code"]): row for row in dictionary.to_dict("records")}
    told = [detail(rows.get(c.code, {})).get("rate") for c in words.conditions]
    return [rate if isinstance(rate, dict) and rate.get("per_thousand") else None for rate in told]


def _at(rate: dict[str, Any] | None, cases: list[Case]) -> Floats:
    """(N,) visits a thousand such residents a year; of unknown age or sex, as of all."""
    if rate is None:
        return np.zeros(len(cases))
    begin = [float(age) for age in rate.get("ages_from", (0,))]
    factor = _list(rate, "ages", len(begin))
    by_age = [
        1.0 if c.age is None else factor[max(0, int(np.searchsorted(begin, c.age, "right")) - 1)]
        for c in cases
    ]
    by_sex = [float(rate.get(_SEX.get(c.sex or "", ""), 1.0)) for c in cases]
    visits = float(rate["per_thousand"]) * np.array(by_age) * np.array(by_sex)
    return np.asarray(visits, dtype=np.float64)


def _list(rate: dict[str, Any], name: str, length: int) -> list[float]:
    told = rate.get(name)
    fits = isinstance(told, list) and len(told) == length
    return [float(factor) for factor in told] if fits and told else [1.0] * length


def _months(rows: pd.DataFrame) -> Ints:
    """(N,) 1 … 12, 0 where the frame has no times."""
    if "event_timestamp" not in rows:
        return np.zeros(len(rows), dtype=np.int64)
    months = pd.to_datetime(rows["event_timestamp"], utc=True).dt.month
    return np.asarray(months.fillna(0).to_numpy(dtype=np.int64))


def _among(group: Ints, groups: int, weights: Floats) -> Floats:
    """(groups, U) share of each group by weights (N, U); even where nothing tells."""
    count = np.zeros((groups, weights.shape[1]))
    np.add.at(count, group[group >= 0], weights[group >= 0])
    whole = count.sum(axis=0)
    return np.where(whole > 0, count / np.where(whole > 0, whole, 1.0), 1.0 / groups)
