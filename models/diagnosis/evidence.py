"""What all that is known of many cases says of each condition, by the posterior.

What is not known says nothing: it is not absent. A column both present and absent is present, and so
is whatever a present follow-up stands behind.
"""

import numpy as np
from numpy.typing import NDArray

from models.diagnosis.design import Design
from models.diagnosis.posterior import LEAST, Posterior
from models.diagnosis.presentation import ages_of, sexes_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BATCH = 2048  # cases in memory at once


def weighed(posterior: Posterior, known: Design) -> Floats:
    """(N, C) log-scores of cases by age, sex and findings. A single complaint is weighed as what the
    patient came with."""
    scores = posterior.start(ages_of(known.person), sexes_of(known.person))
    for start in range(0, len(scores), BATCH):
        rows = slice(start, start + BATCH)
        present: Bools = known.present[rows].toarray() > 0
        absent: Bools = known.absent[rows].toarray() > 0
        alone = (present.sum(axis=1) == 1) & ~(absent & ~present).any(axis=1)
        complaint = present.argmax(axis=1)
        alone &= posterior.plain[complaint]
        scores[rows][alone] += posterior.log_presenting[complaint[alone]]
        scores[rows][~alone] += said(posterior, present[~alone], absent[~alone])
    return scores


def said(posterior: Posterior, present: Bools, absent: Bools) -> Floats:
    """(N, C) log-likelihood of what is present and absent, (N, findings) each."""
    there = with_parents(posterior, present)
    absent = absent & ~there
    log = np.zeros((len(there), len(posterior.log_prior)))
    yes = np.zeros((len(there), len(posterior.questions)), dtype=np.bool_)
    denied = np.zeros_like(yes)
    # Follow-ups denied while nobody knows of the question behind them: how probable that is, if it
    # is present. All of them together, since they stand or fall with it.
    behind: dict[int, Floats] = {}
    for row in posterior.concerned(np.asarray((there | absent).any(axis=0))):
        question = posterior.questions[row]
        columns, parent = list(question.columns), question.parent
        values, no = there[:, columns], absent[:, columns]
        yes[:, row] = values.any(axis=1)
        denied[:, row] = ~yes[:, row] & no.all(axis=1)
        told = np.flatnonzero(yes[:, row])
        log[told] += _affirmed(posterior, row, values[told], no[told])
        told = np.flatnonzero(~yes[:, row] & no.any(axis=1))
        if not posterior.has_parent(row):
            log[told] += _log(_nothing(posterior, row, no[told]))
            continue
        told = told[~denied[told, parent]]  # nothing to follow up: its absence is no news
        after, unknown = told[yes[told, parent]], told[~yes[told, parent]]
        log[after] += _log(_nothing(posterior, row, no[after]))
        if len(unknown):
            so_far = behind.setdefault(parent, np.ones_like(log))
            so_far[unknown] *= _nothing(posterior, row, no[unknown])
    for parent, nothing in behind.items():
        rows = np.flatnonzero(nothing.min(axis=1) < 1)
        share = posterior.tables[parent][1]
        log[rows] += _log(share * nothing[rows] + (1 - share))
    return log


def _affirmed(posterior: Posterior, row: int, values: Bools, no: Bools) -> Floats:
    """(n, C) some value is present. Of several that can be, those nobody spoke of stay unknown."""
    table = posterior.tables[row]
    if posterior.questions[row].kind != "any_of":
        return _log(table[values.argmax(axis=1) + 1])
    return np.asarray(values @ _log(table) + no @ np.log1p(-table), dtype=np.float64)


def _nothing(posterior: Posterior, row: int, no: Bools) -> Floats:
    """(n, C) how probable it is, what is behind the question being present, that none of `no` holds."""
    table = posterior.tables[row]
    if posterior.questions[row].kind == "any_of":
        return np.asarray(np.exp(no @ np.log1p(-table)), dtype=np.float64)
    some = 1 - no @ table[1:]
    return np.asarray(np.where(no.all(axis=1, keepdims=True), table[0], some), dtype=np.float64)


def with_parents(posterior: Posterior, present: Bools) -> Bools:
    """Who says where it hurts has pain. (N, findings)"""
    there = present.copy()
    for row in reversed(posterior.concerned(np.asarray(present.any(axis=0)))):
        question = posterior.questions[row]
        if posterior.has_parent(row):
            above = posterior.questions[question.parent].columns[0]
            there[:, above] |= there[:, list(question.columns)].any(axis=1)
    return there


def _log(probability: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(probability, LEAST)), dtype=np.float64)
