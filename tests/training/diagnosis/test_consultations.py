"""Recorded cases as patients."""

import numpy as np

from tests.behaviour.diagnosis.clinic import trained
from training.diagnosis import consultations, frame
from training.diagnosis.generated import generate


def test_a_wrong_answer_is_the_contrary_of_the_right_one() -> None:
    values = np.array([[True, False, True], [False, False, False]])
    said = consultations.wrongly(values, np.random.default_rng(0))
    assert said[0].tolist() == [False, False, False]
    assert said[1].sum() == 1


def test_a_share_of_answers_is_wrong_and_costs() -> None:
    model = trained().predictor
    rows, _ = generate(300, seed=9)
    cases = frame.cases_of(rows)
    known = model.design(cases)
    truth = rows["condition"].map(model.vocabulary.condition_row).to_numpy()
    nobody = [None] * len(cases)

    def right(wrong: float) -> float:
        held, asked = consultations.held(model, known, cases, nobody, 1.1, 6, wrong)
        said = held.said & held.known
        contrary = (said & (known.present.toarray() == 0)).any(axis=1)
        assert contrary.any() == (wrong > 0)
        return float((asked.probability.argmax(axis=1) == truth).mean())

    assert right(0.0) > right(0.3) + 0.1
