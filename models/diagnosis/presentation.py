"""The first complaint: one finding is known and nothing else was asked.

A patient with many complaints names each of them less often. The posterior weighs that, the
regression cannot; how far either is believed was chosen on validation cases.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.diagnosis.design import AGE_KNOTS, SEXES, Design
from models.diagnosis.posterior import Posterior

Floats = NDArray[np.float64]

_ROUNDING = 1e-6  # years; an age is put together again from its shares of two knots


@dataclass(frozen=True)
class Presentation:
    """Of the cases `rows` (n,): what complaint, age and sex say, (n, C) each, in log-odds against the
    average condition; and `baseline` (C,), which is the same for all."""

    rows: NDArray[np.int64]
    baseline: Floats
    complaint: Floats
    age: Floats
    sex: Floats

    @property
    def scores(self) -> Floats:
        return np.asarray(self.baseline + self.complaint + self.age + self.sex, dtype=np.float64)


def presenting(known: Design) -> NDArray[np.int64]:
    """(n,) rows of the cases with one present finding and neither an absent one nor a history."""
    alone = [np.diff(m.indptr) for m in (known.present, known.absent, known.prior)]
    return np.flatnonzero((alone[0] == 1) & (alone[1] == 0) & (alone[2] == 0))


def presentation(posterior: Posterior, known: Design) -> Presentation:
    """What the complaints say of those cases that are `presenting`."""
    rows = presenting(known)
    complaint = known.present.indices[known.present.indptr[rows]]
    bare = posterior.start([None], [None])[0]
    ages, sexes = ages_of(known.person[rows]), sexes_of(known.person[rows])
    nobody = [None] * len(rows)
    return Presentation(
        rows=rows,
        baseline=bare,
        complaint=_centred(posterior.log_presenting[complaint]),
        age=_centred(posterior.start(ages, nobody) - bare),
        sex=_centred(posterior.start(nobody, sexes) - bare),
    )


def ages_of(person: Floats) -> list[float | None]:
    """In years, from `Design.person`."""
    return [_age(row) for row in person]


def sexes_of(person: Floats) -> list[str | None]:
    return [_sex(row) for row in person]


def _age(person: Floats) -> float | None:
    shares = person[: len(AGE_KNOTS)]
    return float(shares @ AGE_KNOTS) + _ROUNDING if shares.any() else None


def _sex(person: Floats) -> str | None:
    told = np.flatnonzero(person[len(AGE_KNOTS) :])
    return SEXES[told[0]] if len(told) else None


def _centred(logs: Floats) -> Floats:
    return np.asarray(logs - logs.mean(axis=1, keepdims=True), dtype=np.float64)
