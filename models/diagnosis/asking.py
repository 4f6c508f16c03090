"""Which question next: the one whose answer is expected to tell most, what cannot wait above all.

Many consultations go in step, since choosing is a matrix product for all of them at once.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from models.diagnosis import ahead
from models.diagnosis.ahead import Seen
from models.diagnosis.blend import Blend, carried
from models.diagnosis.network import Network
from models.diagnosis.posterior import Posterior

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
# Values (n, values of the question) that hold for consultations (n,); None of them: the answer is no.
Answer = Callable[[Ints, int], Bools]

SEVERITY = 0.25  # weight of a nat about "can it wait?" beside a nat about the condition
WORTH_ASKING = 1e-6  # nats; what tells less than this would only take the patient's time
UNKNOWN, PRESENT, ABSENT = 0, 1, 2  # what is known of a question's answer
SETTLED = 0.01  # nats; when no answer tells more of the condition, ask what tells the differential


@dataclass(frozen=True)
class Second:
    """A second opinion on consultations: the network, pooled with the posterior by the number of
    answers. person: (N, columns) of the design matrix."""

    network: Network
    blend: Blend
    person: Floats

    def of(
        self, first: Floats, present: Bools, known: Bools, answers: Ints, person: Floats
    ) -> tuple[Floats, Floats]:
        """(n, C) pooled probability, and of the conditions that the network has learned what belongs
        into the differential; first: (n, C) log-scores of the posterior; all of n of the consultations."""
        history = np.zeros((len(first), self.network.config.priors))
        log, belongs = self.network.of(present, known, history, person)
        own = log_softmax(first[:, : self.network.config.conditions], axis=1)
        pooled = carried(self.blend.scores(own, log, answers), first)
        return np.asarray(softmax(pooled, axis=1), dtype=np.float64), belongs


@dataclass(frozen=True)
class Asked:
    """Of N consultations: questions asked in order, first condition after each, how probable the
    first was before each and at the end (one more), and where it ended, (N, C)."""

    questions: list[list[int]]
    first_after: list[list[int]]
    sure: list[list[float]]
    probability: Floats


class Consultations:
    """N consultations at the point where `scores` (N, C), from age and sex, is all that is known."""

    def __init__(self, posterior: Posterior, scores: Floats, second: Second | None = None) -> None:
        self.posterior, self.scores, self.second = posterior, scores.copy(), second
        findings = 1 + max((max(q.columns) for q in posterior.questions), default=-1)
        self.said = np.zeros((len(scores), findings), dtype=np.bool_)  # present
        self.known = np.zeros((len(scores), findings), dtype=np.bool_)
        self.answers = np.zeros(len(scores), dtype=np.int64)
        self._pooled = np.zeros_like(self.scores)
        learned = scores.shape[1] if second is None else second.network.config.conditions
        self._belongs = np.zeros((len(scores), learned))
        self._changed = np.ones(len(scores), dtype=np.bool_)  # since the network was asked
        n, questions = len(scores), len(posterior.questions)
        self.closed = np.zeros((n, questions), dtype=np.bool_)  # asked, or answered by another
        self.state = np.full((n, questions), UNKNOWN, dtype=np.int8)
        self._parent = np.array([question.parent for question in posterior.questions])
        self._child = self._parent != np.arange(questions)
        self._urgent = np.array(posterior.urgent, dtype=np.bool_)
        self._place = {
            column: (row, value)
            for row, question in enumerate(posterior.questions)
            for value, column in enumerate(question.columns)
        }

    @property
    def probability(self) -> Floats:
        if self.second is None:
            return np.asarray(softmax(self.scores, axis=1), dtype=np.float64)
        return self._opinions(self.second)[0]

    @property
    def belongs(self) -> Floats | None:
        """Probability that a condition belongs into the differential, (N, those that the network has
        learned); None where nothing knows."""
        if self.second is None or not self.second.network.config.differential:
            return None
        return self._opinions(self.second)[1]

    def _opinions(self, second: Second) -> tuple[Floats, Floats]:
        rows = np.flatnonzero(self._changed)
        if len(rows):
            self._pooled[rows], self._belongs[rows] = second.of(
                self.scores[rows],
                self.said[rows],
                self.known[rows],
                self.answers[rows],
                second.person[rows],
            )
            self._changed[:] = False
        return self._pooled, self._belongs

    def present(self, findings: Sequence[int | None]) -> None:
        """The first complaint of each, as a column of the vocabulary; None when there is none."""
        for i, column in enumerate(findings):
            if column is None:
                continue
            row, value = self._place[column]
            self.said[i, column] = self.known[i, column] = True
            self._changed[i] = True
            if self.posterior.questions[row].kind != "yes_no":
                self.scores[i] += self.posterior.told(row, value)
            else:
                self.scores[i] += self.posterior.log_presenting[column]
                self.closed[i, row] = True
                self.state[i, row] = PRESENT
            if self.posterior.has_parent(row):
                self.closed[i, self._parent[row]] = True
                self.state[i, self._parent[row]] = PRESENT

    def know(self, present: Set[int], absent: Set[int]) -> None:
        """Of one consultation, all columns that are known, for the second opinion: what a patient
        came with is the first, and every other question that is answered counts as asked."""
        rows = {self._place[column][0] for column in (*present, *absent)}
        one_of = (self.posterior.questions[self._place[column][0]] for column in present)
        others = (column for q in one_of if q.kind == "one_of" for column in q.columns)
        self.said[0], self.known[0] = False, False
        self.said[0, [*present]] = True
        self.known[0, [*present, *absent, *others]] = True
        self.answers[0] = max(0, len(rows) - 1)
        self._changed[0] = True

    def gains(self, rows: Ints) -> Floats:
        """(n, questions) nats, weighted by severity, for consultations `rows` (n,); -1 for what is not
        to be asked."""
        probability = self.probability[rows]
        gains = self._gains(rows, probability)
        belongs = self.belongs
        settled = np.flatnonzero(gains.max(axis=1, initial=-1.0) < SETTLED)
        if belongs is None or self.second is None or not len(settled):
            return gains
        # The condition is settled: ask what tells most of the others in its differential.
        at = rows[settled]
        seen = Seen(self.said[at], self.known[at], self.second.person[at], belongs[at])
        after = self._child[None] & (self.state[at][:, self._parent] == PRESENT)
        network, open_ = self.second.network, gains[settled] >= 0
        told = ahead.told(network, self.posterior, seen, probability[settled], open_, after)
        gains[settled] += np.maximum(told, 0.0)
        return gains

    def _gains(self, rows: Ints, probability: Floats) -> Floats:
        alone, after = (
            outcomes.gain(probability) + SEVERITY * outcomes.gain_of(self._urgent, probability)
            for outcomes in (self.posterior.alone, self.posterior.after_parent)
        )
        behind = self.state[rows][:, self._parent]
        gains = np.where(self._child & (behind == PRESENT), after, alone)
        return np.where(self.closed[rows] | (self._child & (behind == ABSENT)), -1.0, gains)

    def observe(self, rows: Ints, question: int, values: Bools) -> None:
        """The answers (n, values) of consultations `rows` (n,) to one question."""
        parent = self._parent[question]
        there = values.any(axis=1)
        columns = np.array(self.posterior.questions[question].columns)
        self.said[rows[:, None], columns] = values
        self.known[rows[:, None], columns] = True
        self.answers[rows] += 1
        self._changed[rows] = True
        unknown = self.state[rows, parent] == UNKNOWN
        self.scores[rows] += self.posterior.answered(question, values, unknown)
        self.closed[rows, question] = True
        self.state[rows, question] = np.where(there, PRESENT, ABSENT)
        if parent != question:  # the answer has told of the question behind it
            self.closed[rows, parent] = True
            behind = self.state[rows, parent]
            self.state[rows, parent] = np.where(unknown, np.where(there, PRESENT, ABSENT), behind)


def ask(
    consultations: Consultations,
    answer: Answer,
    stop: float,
    most: int,
    least: float = WORTH_ASKING,
) -> Asked:
    """Ask until the first condition reaches probability `stop`, `most` questions were asked, or no
    answer would tell anything."""
    n = len(consultations.scores)
    questions: list[list[int]] = [[] for _ in range(n)]
    first_after: list[list[int]] = [[] for _ in range(n)]
    probability = consultations.probability
    sure = [[float(p)] for p in probability.max(axis=1)]
    going = np.arange(n)
    for _ in range(most):
        going = going[probability[going].max(axis=1) < stop]
        gains = consultations.gains(going)
        told = gains.max(axis=1, initial=-1.0) > least
        going, best = going[told], gains[told].argmax(axis=1)
        if not len(going):
            break
        for question in np.unique(best):
            rows = going[best == question]
            consultations.observe(rows, int(question), answer(rows, int(question)))
        probability = consultations.probability
        for i, question in zip(going, best, strict=True):
            questions[i].append(int(question))
            first_after[i].append(int(probability[i].argmax()))
            sure[i].append(float(probability[i].max()))
    return Asked(questions, first_after, sure, probability)
