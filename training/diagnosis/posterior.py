"""Counts of confirmed cases → the posterior that asks. Nothing is fitted but where asking ends."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.diagnosis.cases import Case
from models.diagnosis.design import Design
from models.diagnosis.posterior import SEXES, YEARS, Posterior
from models.diagnosis.questions import Question, question_of, questions_of
from models.diagnosis.vocabulary import Vocabulary

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PULL = 0.5  # cases' worth of the usual rate mixed into a condition's own
EXPECTED = 10.0  # cases' worth of what the catalogue expects of a condition
# Share of answers that are the contrary of what is so: misheard, misunderstood, ticked in the wrong row.
# More of it would make right answers look less sure than they are.
MISHEARD = 0.02
PRESENTING_PULL = 0.5
NEAR_IN_AGE = (0.5, 0.15)  # years, and share of the age: how far a case speaks for other ages
MOST_ANSWERS = 400  # different answers to one any_of question by which its gain is reckoned


def learn(
    known: Design,
    cases: Sequence[Case],
    truth: Ints,
    words: Vocabulary,
    antecedents: Bools,
    frequencies: Floats | None = None,
    stop: float = 0.9,
) -> Posterior:
    """known, cases and truth of what is learned from; antecedents: (findings,) what is asked of the
    past and is not what a patient comes with; frequencies: (findings, C) how often the catalogue
    expects each, NaN where it does not say, which counts as a few cases more.

    What a record does not list counts as absent. What is there is written down, a no only where
    somebody suspected it: shares among those of whom an answer is recorded would be far too high
    (Rotmensch et al. 2017, Scientific Reports 7:5994, learn from records in the same way).
    """
    conditions = len(words.conditions)
    if frequencies is None:
        frequencies = np.full((len(words.findings), conditions), np.nan)
    present = known.present.toarray() > 0
    questions = questions_of(words, several_of(present, words))
    everyone = np.ones(len(present), dtype=np.bool_)
    tables, common = [], []
    for question in questions:
        columns = list(question.columns)
        above = questions[question.parent]
        behind = None if above is question else above
        rows = everyone if behind is None else present[:, behind.columns[0]]
        values, labels = present[rows][:, columns], truth[rows]
        told = told_of(question, behind, frequencies)
        if question.kind == "any_of":
            tables.append(each_value(values, labels, told))
            common.append(met_most(values))
        else:
            tables.append(one_outcome(values, labels, told))
            common.append(np.zeros((0, len(columns)), dtype=np.bool_))
    count = np.bincount(truth, minlength=conditions)
    return Posterior(
        questions=questions,
        log_prior=np.log((count + 0.5) / (count.sum() + 0.5 * conditions)),
        log_age=_by_age(cases, truth, conditions),
        log_sex=_share(sexes_of(cases), len(SEXES), truth, conditions),
        log_presenting=_presenting(
            present, truth, conditions, complaints_of(questions, antecedents)
        ),
        tables=tuple(tables),
        common=tuple(common),
        urgent=tuple(condition.urgent for condition in words.conditions),
        stop=stop,
    )


def several_of(present: Bools, words: Vocabulary) -> frozenset[str]:
    """Questions of which some case lists two values."""
    names = np.array([question_of(finding) for finding in words.findings])
    return frozenset(
        str(name) for name in np.unique(names) if (present[:, names == name].sum(axis=1) > 1).any()
    )


def told_of(question: Question, behind: Question | None, frequencies: Floats) -> Floats:
    """(values, C) share by the catalogue of those who have each value among those who have what is
    behind the question; NaN where it does not say. A value that it does not name beside others of the
    same question is not met."""
    shares = frequencies[list(question.columns)]
    if behind is not None:
        above = frequencies[behind.columns[0]]
        shares = np.minimum(shares / np.where(above > 0, above, 1.0), 1.0)
    named = np.isfinite(shares).any(axis=0)
    return np.where(named, np.nan_to_num(shares), np.nan)


def one_outcome(values: Bools, labels: Ints, told: Floats) -> Floats:
    """(1 + values, C) shares of no value and of each; the first value counts where two are listed.
    told: (values, C) what the catalogue expects, or NaN."""
    conditions = told.shape[1]
    outcome = np.where(values.any(axis=1), values.argmax(axis=1) + 1, 0)
    count = np.zeros((values.shape[1] + 1, conditions))
    np.add.at(count, (outcome, labels), 1.0)
    usual = (count.sum(axis=1) + 0.1) / (count.sum() + 0.1 * len(count))
    told = told / np.maximum(told.sum(axis=0), 1.0)
    expected = np.nan_to_num(np.vstack([1 - told.sum(axis=0), told]))
    mixed = count + PULL * usual[:, None] + EXPECTED * expected
    return one_heard(mixed / mixed.sum(axis=0))


def each_value(values: Bools, labels: Ints, told: Floats) -> Floats:
    """(values, C) share of cases that list each value, never quite 0 or 1. told: the same by the
    catalogue, or NaN."""
    conditions = told.shape[1]
    count = np.zeros((conditions, values.shape[1]))
    np.add.at(count, labels, values.astype(np.float64))
    usual = (count.sum(axis=0) + 0.1) / (len(labels) + 0.2)
    count += PULL * usual + EXPECTED * np.nan_to_num(told).T
    cases = np.bincount(labels, minlength=conditions)[:, None] + PULL
    cases = cases + EXPECTED * np.isfinite(told).T
    return each_heard(((count + 1e-4) / (cases + 2e-4)).T)


def met_most(values: Bools) -> Bools:
    """(answers, values) those met most often."""
    met, times = np.unique(values, axis=0, return_counts=True)
    return np.asarray(met[np.argsort(-times, kind="stable")][:MOST_ANSWERS])


def one_heard(shares: Floats) -> Floats:
    """(1 + values, C) shares that are said, of those that are so."""
    nothing, there = shares[:1], shares[1:]
    return np.vstack([_heard(nothing, 1 - nothing, 1), _heard(there, nothing, len(there))])


def each_heard(there: Floats) -> Floats:
    """The same of (values, C) that may be several at once."""
    return _heard(there, np.prod(1 - there, axis=0), len(there))


def _heard(so: Floats, contrary: Floats, ways: int) -> Floats:
    """Shares that are said, of shares (…, C) that are so and (C,) of whom the contrary is, which may be
    misheard in so many ways."""
    return np.asarray((1 - MISHEARD) * so + MISHEARD * contrary / ways)


def _share(group: Ints, groups: int, truth: Ints, conditions: int) -> Floats:
    """(groups, C) log share of each group among a condition's cases; -1 is in none."""
    known = group >= 0
    count = np.zeros((groups, conditions))
    np.add.at(count, (group[known], truth[known]), 1.0)
    usual = (count.sum(axis=1) + 1) / (count.sum() + groups)
    mixed = count + usual[:, None]
    return np.asarray(np.log(mixed / mixed.sum(axis=0)))


def _by_age(cases: Sequence[Case], truth: Ints, conditions: int) -> Floats:
    """(years, C) log share of each year of life among a condition's cases. A case speaks for the ages
    around its own too, the farther the older it is: an infant's year is not a grandmother's."""
    years = years_of(cases)
    known = years >= 0
    count = np.zeros((len(YEARS) + 1, conditions))
    np.add.at(count, (years[known], truth[known]), 1.0)
    spread = near_in_age(count)
    usual = (spread.sum(axis=1) + 1) / (spread.sum() + len(spread))
    mixed = spread + usual[:, None]
    return np.asarray(np.log(mixed / mixed.sum(axis=0)))


def near_in_age(count: Floats) -> Floats:
    """(years, C) the same cases spread over the ages around their own."""
    year = np.arange(len(count))
    width = NEAR_IN_AGE[0] + NEAR_IN_AGE[1] * year
    near = np.exp(-0.5 * ((year[:, None] - year) / width) ** 2)
    near += np.exp(-0.5 * ((year[:, None] + year + 1) / width) ** 2)  # nobody is younger than born
    return np.asarray(near / near.sum(axis=0) @ count)


def years_of(cases: Sequence[Case]) -> Ints:
    """(N,) year of life, -1 where nobody knows."""
    ages = np.array([np.nan if case.age is None else case.age for case in cases], dtype=float)
    return np.where(np.isfinite(ages), np.digitize(ages, YEARS), -1)


def sexes_of(cases: Sequence[Case]) -> Ints:
    return np.array([SEXES.index(c.sex) if c.sex in SEXES else -1 for c in cases], dtype=np.int64)


def complaints_of(questions: Sequence[Question], antecedents: Bools) -> Ints:
    """Columns of what a patient may come with: plain findings that are not of the past."""
    plain = [q.columns[0] for q in questions if q.kind == "yes_no"]
    return np.array([column for column in plain if not antecedents[column]], dtype=np.int64)


def _presenting(present: Bools, truth: Ints, conditions: int, complaints: Ints) -> Floats:
    """(findings, C) log probability that it is this complaint a patient names first, each of those
    that the patient has being as likely. Of other findings, that it is there at all."""
    listed = present[:, complaints].astype(np.float64)
    weight = listed / np.maximum(listed.sum(axis=1, keepdims=True), 1)
    named = np.zeros((conditions, len(complaints)))
    np.add.at(named, truth, weight)
    usual = (named.sum(axis=0) + 0.1) / (named.sum() + 0.1 * max(len(complaints), 1))
    mixed = named + PRESENTING_PULL * usual
    logs = np.zeros((present.shape[1], conditions))
    logs[complaints] = np.log(mixed / mixed.sum(axis=1, keepdims=True)).T
    # What is not a complaint was told all the same: then its being there is what counts.
    others = np.setdiff1d(np.arange(present.shape[1]), complaints)
    there = np.vstack([present[truth == c][:, others].sum(axis=0) for c in range(conditions)])
    cases = np.bincount(truth, minlength=conditions)[:, None]
    usual = (there.sum(axis=0) + 0.1) / (len(truth) + 0.2)
    logs[others] = np.log((there + PULL * usual) / (cases + PULL)).T
    return logs
