"""All answers that questions may get, and what they are expected to tell of the condition."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Outcomes:
    """All possible answers below each other: likelihood (outcomes, C); the question of each (outcomes,)
    and the first row of each question (questions,); findings that hold (outcomes, F), and that the
    answer decides (questions, F); entropy of the answer given the condition (questions, C) in nats."""

    likelihood: Floats
    question: Ints
    first: Ints
    said: Bools
    decides: Bools
    entropy: Floats

    @classmethod
    def of(
        cls,
        tables: Sequence[Floats],
        answers: Sequence[Bools],
        columns: Sequence[tuple[int, ...]],
    ) -> "Outcomes":
        """Of each question: (outcomes, C) likelihood, (outcomes, values) what holds, and its columns."""
        likelihood = np.vstack(tables)
        sizes = [len(table) for table in tables]
        first = np.cumsum([0, *sizes[:-1]])
        findings = 1 + max((max(named) for named in columns), default=-1)
        said = np.zeros((len(likelihood), findings), dtype=np.bool_)
        decides = np.zeros((len(tables), findings), dtype=np.bool_)
        for row, named in enumerate(columns):
            said[first[row] : first[row] + sizes[row], list(named)] = answers[row]
            decides[row, list(named)] = True
        question = np.repeat(np.arange(len(tables)), sizes)
        entropy = np.add.reduceat(_surprise(likelihood), first, axis=0)
        return cls(likelihood, question, first, said, decides, entropy)

    def uncertainty(self, probability: Floats) -> Floats:
        """(N, questions) entropy of each answer in nats. probability: (N, C)."""
        answer = _surprise(probability @ self.likelihood.T)
        return np.asarray(np.add.reduceat(answer, self.first, axis=1))

    def gain(self, probability: Floats) -> Floats:
        """(N, questions) nats that each answer is expected to tell of the condition: the entropy of
        the answer, less what of it the condition leaves open. probability: (N, C)."""
        return self.uncertainty(probability) - probability @ self.entropy.T

    def gain_of(self, group: Bools, probability: Floats) -> Floats:
        """(N, questions) nats that each answer is expected to tell of whether the condition is in
        `group` (C,)."""
        inside = probability * group
        share = inside.sum(axis=1, keepdims=True)
        here, all_of = inside @ self.likelihood.T, probability @ self.likelihood.T
        left = _surprise(here) + _surprise(np.maximum(all_of - here, 0)) - _surprise(all_of)
        before = _surprise(share) + _surprise(1 - share)
        return np.asarray(before - np.add.reduceat(left, self.first, axis=1))


def _surprise(p: Floats) -> Floats:
    """-p log p, 0 at 0."""
    return np.asarray(-p * np.log(np.maximum(p, 1e-300)), dtype=np.float64)
