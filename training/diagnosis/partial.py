"""Partial evidence: copies of full cases with findings dropped, as a consultation would know them.

A model that saw only complete cases takes what nobody asked for what is absent.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.diagnosis.design import Design, take

__all__ = [
    "absences_implied",
    "consultations",
    "first_complaint",
    "implied_absences",
    "share_of",
    "take",
    "whole",
]

Ints = NDArray[np.int64]


def keep_share(
    matrix: Any, share: NDArray[np.float64], rng: np.random.Generator
) -> sparse.csr_matrix:
    """Of each row keep a random `share` (N,) of the entries, rounded, and one at least."""
    return _keep(matrix, share, rng.random(matrix.nnz))


def keep_families(
    matrix: Any, families: Ints, share: NDArray[np.float64], rng: np.random.Generator
) -> sparse.csr_matrix:
    """The same, but questions are kept or dropped whole. families: (columns,) question of each."""
    row_of = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    pairs = row_of * (families.max(initial=0) + 1) + families[matrix.indices]
    _, which = np.unique(pairs, return_inverse=True)
    return _keep(matrix, share, rng.random(which.max(initial=-1) + 1)[which])


def _keep(matrix: Any, share: NDArray[np.float64], key: NDArray[np.float64]) -> sparse.csr_matrix:
    counts = np.diff(matrix.indptr)
    row_of = np.repeat(np.arange(matrix.shape[0]), counts)
    rank = np.empty(matrix.nnz, dtype=np.int64)
    order = np.lexsort((key, row_of))
    rank[order] = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], counts)
    wanted = np.maximum(np.rint(share * counts), np.minimum(counts, 1))
    kept = rank < wanted[row_of]
    indptr = np.zeros(matrix.shape[0] + 1, dtype=np.int64)
    np.cumsum(np.bincount(row_of[kept], minlength=matrix.shape[0]), out=indptr[1:])
    return sparse.csr_matrix((matrix.data[kept], matrix.indices[kept], indptr), shape=matrix.shape)


def share_of(known: Design, share: float, rng: np.random.Generator) -> Design:
    """Every case with the same share of its findings; 0 leaves one present finding and no absent."""
    if share >= 1:
        return known
    shares = np.full(len(known.person), share)
    absent = keep_share(known.absent, shares, rng) if share else known.absent * 0.0
    absent.eliminate_zeros()
    return replace(known, present=keep_share(known.present, shares, rng), absent=absent)


def first_complaint(
    known: Design, complaints: Ints, rng: np.random.Generator
) -> tuple[Design, Ints]:
    """Each case as it presents: one of its complaints (columns) and nothing else but age and sex; and
    which cases those are, for some have none."""
    listed = known.present[:, complaints].tocsr()
    rows = np.flatnonzero(np.diff(listed.indptr) > 0)
    one = keep_share(listed[rows], np.zeros(len(rows)), rng)
    shape = (len(rows), known.present.shape[1])
    present = sparse.csr_matrix((one.data, complaints[one.indices], one.indptr), shape=shape)
    held = take(known, rows)
    nothing = [sparse.csr_matrix(m.shape) for m in (held.absent, held.prior)]
    return replace(held, present=present, absent=nothing[0], prior=nothing[1]), rows


def consultations(known: Design, families: Ints, rng: np.random.Generator) -> Design:
    """One partial copy of each case: half keep a random share of findings, a quarter a random share
    of questions, a quarter the first one to four findings. Age and sex, and history, go unknown in
    one case of ten each."""
    n = len(known.person)
    counts = np.maximum(np.diff(known.present.indptr), 1)
    few = rng.integers(1, 5, n) / counts
    way = rng.random(n)
    share = np.asarray(np.where(way > 0.75, np.minimum(few, 1), rng.random(n)), dtype=np.float64)
    by_question = np.asarray((way > 0.5) & (way <= 0.75), dtype=np.bool_)
    present = keep_share(known.present, np.where(by_question, 1.0, share), rng)
    present = keep_families(present, families, np.where(by_question, share, 1.0), rng)
    person = known.person * (rng.random(n) > 0.1)[:, None]
    prior = sparse.diags((rng.random(n) > 0.1).astype(float)) @ known.prior
    absent = keep_share(known.absent, share, rng)
    prior = prior.tocsr()
    prior.eliminate_zeros()
    return replace(known, present=present, absent=absent, prior=prior, person=person)


def absences_implied(known: Design) -> bool:
    """A source that never records an absence lists all that is present: what is not listed is absent."""
    return int(known.absent.nnz) == 0


def whole(known: Design) -> Design:
    """The cases with what is not listed as absent, where the source implies it; else as they are."""
    if not absences_implied(known):
        return known
    return replace(known, absent=sparse.csr_matrix(1.0 - known.present.toarray()))


def implied_absences(
    full: Design, partial: Design, count: int, rng: np.random.Generator
) -> sparse.csr_matrix:
    """For sources that list all that is present and nothing else: up to `count` findings a case that
    are not listed in `full`, the commonly present ones drawn more often. (N, findings) 0/1."""
    n, width = full.present.shape
    common = np.asarray(full.present.sum(axis=0)).ravel() + 1e-9
    drawn = rng.choice(width, size=(n, count), p=common / common.sum())
    rows = np.repeat(np.arange(n), count)
    absent = sparse.csr_matrix((np.ones(n * count), (rows, drawn.ravel())), shape=(n, width))
    absent.data[:] = 1.0
    absent = absent - absent.multiply(full.present)
    absent.eliminate_zeros()
    return sparse.csr_matrix(absent.maximum(partial.absent))
