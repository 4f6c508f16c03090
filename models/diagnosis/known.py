"""A consultation at any point: what is known of one case so far, whoever asked it and in what order.

`Consultations` is led question by question; here some findings are known and the rest is not, as in
a record. What is not known says nothing: it is not absent.
"""

from collections.abc import Set

import numpy as np

from models.diagnosis.asking import ABSENT, UNKNOWN, Consultations, Second
from models.diagnosis.posterior import LEAST, Floats, Posterior
from models.diagnosis.questions import Question

_ONLY = np.array([0])  # the one consultation that is held


def consultation(
    posterior: Posterior,
    scores: Floats,
    present: Set[int],
    absent: Set[int],
    second: Second | None = None,
) -> Consultations:
    """One consultation in which these columns are known. scores: (1, C) before any finding.

    A single complaint is weighed as what the patient came with. A column both present and absent is
    present, and so is whatever a present follow-up stands behind.
    """
    held = Consultations(posterior, scores, second)
    absent = absent - present
    if len(present) == 1 and not absent and _is_complaint(posterior, *present):
        held.present([*present])
        return held
    there = _with_parents(posterior, present)
    # Follow-ups denied while nobody knows of the question behind them: how probable that is, if it
    # is present. All of them together, since they stand or fall with it.
    denied: dict[int, Floats] = {}
    settled: set[int] = set()
    for row in _parents_first(posterior):
        question = posterior.questions[row]
        yes = np.array([[column in there for column in question.columns]])
        no = np.array([column in absent - there for column in question.columns])
        if yes.any():
            _affirm(held, row, yes, no)
        elif no.any():
            nothing, whole = _denial(posterior, row, no), bool(no.all())
            held.closed[0, row] = whole
            if whole:
                held.state[0, row] = ABSENT
            behind = held.state[0, question.parent] if posterior.has_parent(row) else None
            if behind == ABSENT:
                continue  # nothing to follow up: its absence is no news
            if behind == UNKNOWN:
                denied[question.parent] = denied.get(question.parent, 1.0) * nothing
                if whole and question.kind != "yes_no":
                    settled.add(question.parent)
            else:
                held.scores[0] += _log(nothing)
    for parent, nothing in denied.items():
        behind_it = posterior.tables[parent][1]
        held.scores[0] += _log(behind_it * nothing + (1 - behind_it))
    for parent in settled:  # no answer holds, so nor does what they follow, as `observe` has it
        held.closed[0, parent] = True
        held.state[0, parent] = ABSENT
    held.know(there, absent - there)
    return held


def _is_complaint(posterior: Posterior, column: int) -> bool:
    """A plain finding; how often patients name it first, or have it at all, the posterior knows."""
    return any(q.kind == "yes_no" and column in q.columns for q in posterior.questions)


def _affirm(held: Consultations, row: int, yes: np.ndarray, no: np.ndarray) -> None:
    """Some value is present. Of several that can be, those nobody spoke of stay unknown."""
    before = held.scores.copy()
    held.observe(_ONLY, row, yes)
    if held.posterior.questions[row].kind == "any_of":
        table = held.posterior.tables[row]
        told = np.log(np.maximum(table[yes[0]], LEAST)).sum(axis=0)
        held.scores = before + told + np.log1p(-table[no]).sum(axis=0)


def _denial(posterior: Posterior, row: int, no: np.ndarray) -> Floats:
    """(C,) how probable it is, what is behind the question being present, that none of `no` holds."""
    table = posterior.tables[row]
    if posterior.questions[row].kind == "any_of":
        return np.asarray(np.prod(1 - table[no], axis=0), dtype=np.float64)
    if no.all():
        return np.asarray(table[0], dtype=np.float64)
    return np.asarray(1 - table[1:][no].sum(axis=0), dtype=np.float64)


def _with_parents(posterior: Posterior, present: Set[int]) -> set[int]:
    """Who says where it hurts has pain."""
    there = set(present)
    for row in reversed(_parents_first(posterior)):
        question = posterior.questions[row]
        if posterior.has_parent(row) and there.intersection(question.columns):
            there.update(posterior.questions[question.parent].columns)
    return there


def _parents_first(posterior: Posterior) -> list[int]:
    questions = posterior.questions
    return sorted(range(len(questions)), key=lambda row: _depth(questions, row))


def _depth(questions: tuple[Question, ...], row: int) -> int:
    depth = 0
    while questions[row].parent != row and depth < len(questions):
        row, depth = questions[row].parent, depth + 1
    return depth


def _log(probability: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(probability, LEAST)), dtype=np.float64)
