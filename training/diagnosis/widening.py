"""The posterior with the conditions that no record has shown: what it knew stays as it was.

What the catalogue does not name for a condition is as frequent as among patients whose condition does
not name it either: by how often all patients have it, an unknown illness would explain whatever the
known ones do not.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.diagnosis.cases import Case
from models.diagnosis.design import Design, design
from models.diagnosis.posterior import Posterior
from models.diagnosis.predictor import DiagnosisPredictor
from models.diagnosis.questions import Question, question_of, questions_of
from models.diagnosis.vocabulary import Vocabulary
from training.diagnosis import terminology, unseen
from training.diagnosis.posterior import (
    EXPECTED,
    PULL,
    complaints_of,
    each_heard,
    each_value,
    met_most,
    near_in_age,
    one_heard,
    one_outcome,
    several_of,
    sexes_of,
    told_of,
    years_of,
)
from training.diagnosis.unseen import Expected

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def with_unseen(
    predictor: DiagnosisPredictor,
    rows: pd.DataFrame,
    cases: Sequence[Case],
    truth: Ints,
    dictionary: pd.DataFrame,
) -> DiagnosisPredictor:
    """The same where the dictionary says of no other condition how often findings are met. rows,
    cases and truth are what the predictor was learned from."""
    words = unseen.widened(predictor.vocabulary, dictionary)
    if not words.unseen_conditions or predictor.posterior is None:
        return predictor
    expected = unseen.expected(words, rows, truth, dictionary)
    prevalence = np.append(predictor.prevalence, expected.cases / len(truth))
    posterior = widen(
        predictor.posterior,
        design(cases, words, prevalence),
        cases,
        truth,
        words,
        terminology.antecedents_of(words, dictionary),
        terminology.frequencies_of(words, dictionary),
        expected,
        terminology.many_of(dictionary),
    )
    return replace(predictor, vocabulary=words, posterior=posterior, prevalence=prevalence)


def widen(
    first: Posterior,
    known: Design,
    cases: Sequence[Case],
    truth: Ints,
    words: Vocabulary,
    antecedents: Bools,
    frequencies: Floats,
    expected: Expected,
    many: frozenset[str],
) -> Posterior:
    """known, cases and truth are what `first` was learned from; words, antecedents and frequencies
    hold what is new as well; many: questions that may get several answers, by the catalogue."""
    learned = words.learned_conditions
    present: Bools = known.present.toarray() > 0
    questions = questions_of(words, several_of(present, words) | _new(words, many))
    count = np.bincount(truth, minlength=learned)
    described = np.isfinite(frequencies[:, :learned]).any(axis=0)
    tables, common = [], []
    for row, question in enumerate(questions):
        columns = list(question.columns)
        behind = None if question.parent == row else questions[question.parent]
        rows = np.ones(len(present), np.bool_) if behind is None else present[:, behind.columns[0]]
        values, labels = present[rows][:, columns], truth[rows]
        told = told_of(question, behind, frequencies)
        same = row < len(first.questions) and _same(question, first.questions[row])
        table = first.tables[row] if same else _counted(question, values, labels, told[:, :learned])
        strangers: Bools = np.asarray(described & ~np.isfinite(told[:, :learned]).any(axis=0))
        rest = _expected(question, values, strangers[labels], told[:, learned:])
        tables.append(np.hstack([table, rest]))
        common.append(first.common[row] if same else _common(question, values, words))
    return replace(
        first,
        questions=questions,
        log_prior=np.append(
            first.log_prior, np.log(expected.cases / (count.sum() + 0.5 * learned))
        ),
        log_age=np.hstack([first.log_age, _by_age(expected.ages, years_of(cases))]),
        log_sex=np.hstack([first.log_sex, _by_sex(expected.sexes, sexes_of(cases))]),
        log_presenting=_presenting(
            first, present, truth, words, complaints_of(questions, antecedents), frequencies
        ),
        tables=tuple(tables),
        common=tuple(common),
        urgent=tuple(condition.urgent for condition in words.conditions),
    )


def _new(words: Vocabulary, many: frozenset[str]) -> frozenset[str]:
    """Those of `many` that no record has shown an answer to."""
    return many - {question_of(finding) for finding in words.findings[: words.learned_findings]}


def _same(one: Question, other: Question) -> bool:
    return (one.kind, one.parent, one.columns) == (other.kind, other.parent, other.columns)


def _counted(question: Question, values: Bools, labels: Ints, told: Floats) -> Floats:
    count = each_value if question.kind == "any_of" else one_outcome
    return count(values, labels, told)


def _expected(question: Question, values: Bools, strangers: Bools, told: Floats) -> Floats:
    """(answers, U) by the catalogue, told: (values, U), and where it does not name the question by
    those of its rows (n,) whose condition does not name it either."""
    many, named = question.kind == "any_of", np.isfinite(told).any(axis=0)
    if many:
        met, told = values.astype(np.float64), np.clip(np.nan_to_num(told), 0, 1)
    else:
        outcome = np.where(values.any(axis=1), values.argmax(axis=1) + 1, 0)
        met = np.eye(values.shape[1] + 1)[outcome]
        told = np.nan_to_num(told / np.maximum(told.sum(axis=0), 1.0))
        told = np.vstack([1 - told.sum(axis=0), told])
    usual = (met.sum(axis=0) + 0.1) / (len(met) + 0.1 * (2 if many else met.shape[1]))
    base = (met[strangers].sum(axis=0) + PULL * usual) / (strangers.sum() + PULL)
    mixed = (PULL * base[:, None] + EXPECTED * told) / (PULL + EXPECTED)
    heard = each_heard if many else one_heard
    return heard(np.asarray(np.where(named, mixed, base[:, None]), dtype=np.float64))


def _common(question: Question, values: Bools, words: Vocabulary) -> Bools:
    """Of a question with several answers those met most often, and each new one by itself."""
    columns = np.array(question.columns)
    if question.kind != "any_of":
        return np.zeros((0, len(columns)), dtype=np.bool_)
    new = np.eye(len(columns), dtype=np.bool_)[columns >= words.learned_findings]
    nothing = np.zeros((1, len(columns)), dtype=np.bool_)
    return np.unique(np.vstack([met_most(values), nothing, new]), axis=0)


def _by_age(shares: Floats, years: Ints) -> Floats:
    """(years, U) log shares."""
    visitors = np.bincount(years[years >= 0], minlength=len(shares)).astype(np.float64)
    return _as_cases(near_in_age(shares), near_in_age(visitors[:, None])[:, 0])


def _by_sex(shares: Floats, sexes: Ints) -> Floats:
    return _as_cases(shares, np.bincount(sexes[sexes >= 0], minlength=len(shares)).astype(float))


def _as_cases(shares: Floats, visitors: Floats) -> Floats:
    """(groups, U) log of shares that count as the catalogue's cases, and one of all visitors."""
    usual = (visitors + 1) / (visitors.sum() + len(visitors))
    return np.asarray(np.log((EXPECTED * shares + usual[:, None]) / (EXPECTED + 1)))


def _presenting(
    first: Posterior,
    present: Bools,
    truth: Ints,
    words: Vocabulary,
    complaints: Ints,
    frequencies: Floats,
) -> Floats:
    """(findings, C) as the posterior has it, of a complaint that it is named first. Of what is new:
    that it is there, divided by how many complaints there are beside it."""
    learned, had = words.learned_conditions, words.learned_findings
    named = np.isfinite(frequencies)
    cases = np.bincount(truth, minlength=learned).astype(np.float64)
    count = np.zeros((learned, present.shape[1]))
    np.add.at(count, truth, present.astype(np.float64))
    usual = (present.sum(axis=0) + 0.1) / (len(present) + 0.2)
    strangers = named[:, :learned].any(axis=0) & ~named[:, :learned]  # (findings, learned)
    base = ((count.T * strangers).sum(axis=1) + PULL * usual) / (strangers @ cases + PULL)
    told = EXPECTED * np.nan_to_num(frequencies)
    rest = (told + PULL * base[:, None]) / (EXPECTED + PULL)
    rest = np.where(named, rest, base[:, None])[:, learned:]
    rest[complaints] /= 1 + rest[complaints].sum(axis=0) - rest[complaints]
    rest[complaints] /= rest[complaints].sum(axis=0)
    new = count.T[had:] + PULL * usual[had:, None] + told[had:, :learned]
    new /= cases + PULL + EXPECTED * named[had:, :learned]
    beside = np.maximum(count[:, complaints].sum(axis=1) / cases, 1.0)
    new = np.where(np.isin(np.arange(had, len(usual)), complaints)[:, None], new / beside, new)
    return np.hstack([np.vstack([first.log_presenting, np.log(new)]), np.log(rest)])
