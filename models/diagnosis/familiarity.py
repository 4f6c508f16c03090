"""Do the findings go together in a condition that the model knows?

Findings of one illness come together: they are likelier under the conditions known than if each came
by itself. Where they are not, by the measure of patients seen, it may be two illnesses at once, one
that the model has never met, or answers in the wrong row; a ranking would only look sure.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from models.diagnosis.design import Design
from models.diagnosis.logs import total
from models.diagnosis.posterior import Posterior

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEVER = -1e9  # nats that no case falls short of
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Familiarity:
    """log_prior: (C,); given: (findings, C) log probability that each is there, what it follows being
    there; usual: (findings,) the same whatever the condition; behind: (findings,) the column of what
    each follows, or its own."""

    log_prior: Floats
    given: Floats
    usual: Floats
    behind: Ints

    @classmethod
    def of(cls, posterior: Posterior) -> "Familiarity":
        findings = len(posterior.log_presenting)
        prior = np.exp(posterior.log_prior - logsumexp(posterior.log_prior))
        given, usual = np.zeros((findings, len(prior))), np.zeros(findings)
        behind = np.arange(findings)
        for row, question in enumerate(posterior.questions):
            columns, table = list(question.columns), posterior.tables[row]
            there = table if question.kind == "any_of" else table[1:]
            share = prior
            if posterior.has_parent(row):
                share = prior * posterior.tables[question.parent][1]
                behind[columns] = posterior.questions[question.parent].columns[0]
            given[columns] = np.log(there)
            usual[columns] = np.log(there @ share / share.sum())
        return cls(np.log(prior), given, usual, behind)

    def nats(self, known: Design) -> Floats:
        """(N,) by how much the present findings are likelier together than each by itself. Who says
        where it hurts has pain."""
        present = known.present.toarray() > 0
        row, column = np.nonzero(present)
        present[row, self.behind[column]] = True
        there = present.astype(np.float64)
        together = total(self.log_prior + there @ self.given)
        return np.asarray(together - there @ self.usual, dtype=np.float64)


def least_familiar(nats: Floats, share: float) -> float:
    """What all but a `share` of exchangeable cases reach; NEVER where too few tell."""
    rank = int((len(nats) + 1) * share + _ROUNDING)
    return float(np.sort(nats)[rank - 1]) - _ROUNDING if rank >= 1 else NEVER
