"""A consultation at any point: what is known of one case so far, whoever asked it and in what order.

`Consultations` is led question by question; here some findings are known and the rest is not, as in
a record. What is not known says nothing: it is not absent.
"""

from collections.abc import Set

import numpy as np
from numpy.typing import NDArray

from models.diagnosis.asking import ABSENT, PRESENT, UNKNOWN, Consultations, Second
from models.diagnosis.evidence import said, with_parents
from models.diagnosis.posterior import Floats, Posterior

Bools = NDArray[np.bool_]


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
    if len(present) == 1 and not absent and posterior.plain[[*present]].all():
        held.present([*present])
        return held
    yes, no = np.zeros((2, 1, held.said.shape[1]), dtype=np.bool_)
    yes[0, [*present]], no[0, [*absent]] = True, True
    held.scores += said(posterior, yes, no)
    there = with_parents(posterior, yes)[0]
    _close(held, there, no[0] & ~there)
    held.know({*np.flatnonzero(there).tolist()}, {*np.flatnonzero(no[0] & ~there).tolist()})
    return held


def _close(held: Consultations, there: Bools, absent: Bools) -> None:
    """What is answered is not asked again."""
    settled: set[int] = set()
    for row in held.posterior.parents_first:
        question = held.posterior.questions[row]
        columns = list(question.columns)
        if there[columns].any():
            held.closed[0, row], held.state[0, row] = True, PRESENT
        elif absent[columns].all():
            held.closed[0, row], held.state[0, row] = True, ABSENT
            unknown = held.state[0, question.parent] == UNKNOWN
            if held.posterior.has_parent(row) and unknown and question.kind != "yes_no":
                settled.add(question.parent)
    for parent in settled:  # no answer holds, so nor does what they follow, as `observe` has it
        held.closed[0, parent], held.state[0, parent] = True, ABSENT
