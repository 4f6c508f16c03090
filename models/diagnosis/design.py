"""From cases to the design matrix. Every column is a thing a person can point at.

Columns: present findings | earlier conditions | age (piecewise linear) | sex (F, M).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.diagnosis.cases import Case
from models.diagnosis.vocabulary import Vocabulary

Floats = NDArray[np.float64]

AGE_KNOTS = np.array([0.0, 1, 3, 6, 12, 18, 25, 35, 45, 55, 65, 75, 90])
SEXES = ("F", "M")
LOCAL_SMOOTHING = 0.2  # share of the usual prevalence mixed into a district's own shares


@dataclass(frozen=True)
class Design:
    """N cases. present, absent: (N, findings) 0/1; prior: (N, earlier conditions) 0/1;
    person: (N, age knots + sexes); local: (N, conditions) log of local over usual prevalence."""

    present: sparse.csr_matrix
    absent: sparse.csr_matrix
    prior: sparse.csr_matrix
    person: Floats
    local: Floats

    @property
    def evidence(self) -> NDArray[np.int64]:
        """(N,) how many known findings are present. What is absent is so cheap to record, and says
        so little each, that counting it would make cases look better known than they are."""
        return np.asarray(np.diff(self.present.indptr), dtype=np.int64)

    def matrix(self) -> sparse.csr_matrix:
        """(N, findings + earlier conditions + age + sex): what the linear model reads."""
        return sparse.hstack([self.present, self.prior, sparse.csr_matrix(self.person)], "csr")


def design(cases: Sequence[Case], vocabulary: Vocabulary, prevalence: Floats) -> Design:
    """prevalence: (conditions,) share of each condition in training. Of those learned it sums to 1; of
    those that no record has shown it is what is expected."""
    column, prior_column = vocabulary.finding_column, vocabulary.prior_column
    present: list[list[int]] = []
    absent: list[list[int]] = []
    prior: list[list[int]] = []
    for case in cases:
        seen = {column[f] for f in case.present if f in column}
        present.append(sorted(seen))
        absent.append(
            sorted({column[f] for f in case.absent if f in column} - seen)
            if len(case.absent)
            else []
        )
        prior.append(sorted({prior_column[c] for c in case.prior_conditions if c in prior_column}))
    return Design(
        present=_indicator(present, len(vocabulary.findings)),
        absent=_indicator(absent, len(vocabulary.findings)),
        prior=_indicator(prior, len(vocabulary.priors)),
        person=_person(cases),
        local=_local(cases, vocabulary, prevalence),
    )


def narrow(known: Design, findings: int, conditions: int) -> Design:
    """The first findings and conditions alone."""
    return Design(
        known.present[:, :findings],
        known.absent[:, :findings],
        known.prior,
        known.person,
        known.local[:, :conditions],
    )


def take(known: Design, rows: NDArray[np.int64]) -> Design:
    """Those cases, in that order; `known` itself where they are all of it."""
    if np.array_equal(rows, np.arange(len(known.person))):
        return known  # to cut sparse matrices was a third of the time of a single case
    return Design(
        known.present[rows],
        known.absent[rows],
        known.prior[rows],
        known.person[rows],
        known.local[rows],
    )


def _indicator(rows: list[list[int]], width: int) -> sparse.csr_matrix:
    """(len(rows), width) with ones at the given columns."""
    indptr = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=indptr[1:])
    indices = np.array([column for row in rows for column in row], dtype=np.int64)
    return sparse.csr_matrix((np.ones(len(indices)), indices, indptr), shape=(len(rows), width))


def _person(cases: Sequence[Case]) -> Floats:
    """(N, knots + 2). Unknown age or sex is a row of zeros there: neither for nor against."""
    out = np.zeros((len(cases), len(AGE_KNOTS) + len(SEXES)))
    ages = np.array([np.nan if case.age is None else case.age for case in cases], dtype=float)
    known = np.flatnonzero(np.isfinite(ages))
    clipped = np.clip(ages[known], AGE_KNOTS[0], AGE_KNOTS[-1])
    left = np.minimum(np.searchsorted(AGE_KNOTS, clipped, "right") - 1, len(AGE_KNOTS) - 2)
    right_share = (clipped - AGE_KNOTS[left]) / (AGE_KNOTS[left + 1] - AGE_KNOTS[left])
    out[known, left] = 1 - right_share
    out[known, left + 1] = right_share
    for i, sex in enumerate(SEXES):
        out[:, len(AGE_KNOTS) + i] = [case.sex == sex for case in cases]
    return out


def _local(cases: Sequence[Case], vocabulary: Vocabulary, prevalence: Floats) -> Floats:
    """(N, conditions) log of the smoothed local share over the usual share; 0 where unknown."""
    out = np.zeros((len(cases), len(vocabulary.conditions)))
    for i, case in enumerate(cases):
        if not len(case.local_conditions):
            continue
        shares = np.zeros(len(prevalence))
        for code, share in zip(case.local_conditions, case.local_shares, strict=True):
            row = vocabulary.condition_row.get(code)
            if row is not None and share > 0:
                shares[row] += share
        if shares.sum() > 0:
            told = shares[: vocabulary.learned_conditions].sum()
            usual = LOCAL_SMOOTHING + max(0.0, 1 - told) * (1 - LOCAL_SMOOTHING)
            mixed = (1 - LOCAL_SMOOTHING) * shares + usual * prevalence
            out[i] = np.log(mixed / prevalence)
    return out
