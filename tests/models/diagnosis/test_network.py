"""The masked network and the pool: unknown is not absent, order and size of a batch change nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from models.diagnosis import DiagnosisPredictor, ModelFolderError
from models.diagnosis.blend import Blend, fit_blend
from models.diagnosis.calibration import class_thresholds
from models.diagnosis.cases import Case
from models.diagnosis.explanation import explain
from models.diagnosis.network import considered
from tests.behaviour.diagnosis.clinic import taught, trained


def predictor() -> DiagnosisPredictor:
    return trained().predictor


def test_what_is_absent_differs_from_what_is_unknown() -> None:
    model = predictor()
    assert model.network is not None
    first, other = model.vocabulary.findings[:2]
    known = model.design([Case(present=[first]), Case(present=[first], absent=[other])])
    log, _ = model.network.of_design(known)

    assert np.abs(log[0] - log[1]).max() > 1e-3
    np.testing.assert_allclose(np.exp(log).sum(axis=1), 1, rtol=1e-5)


def test_a_case_is_answered_alike_alone_and_among_others() -> None:
    model = predictor()
    assert model.network is not None
    cases = [Case(present=[finding], age=30.0) for finding in model.vocabulary.findings[:5]]
    together, _ = model.network.of_design(model.design(cases))
    alone = [model.network.of_design(model.design([case]))[0][0] for case in cases]

    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-5)


def test_it_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    model = predictor()
    model.save(tmp_path)
    again = DiagnosisPredictor.load(tmp_path)
    known = model.design([Case(present=model.vocabulary.findings[:2], age=50.0, sex="F")])

    np.testing.assert_array_equal(model.scores(known), again.scores(known))
    assert (again.blend, again.asking_blend) == (model.blend, model.asking_blend)


def test_a_model_without_a_network_still_answers(tmp_path: Path) -> None:
    replace(predictor(), network=None, blend=None, asking_blend=None).save(tmp_path)
    older = DiagnosisPredictor.load(tmp_path)

    assert older.network is None
    assert older.predict([Case(present=older.vocabulary.findings[:1])])[0].ranked


def test_a_damaged_network_is_named(tmp_path: Path) -> None:
    predictor().save(tmp_path)
    (tmp_path / "network.npz").write_bytes(b"half a file")
    with pytest.raises(ModelFolderError, match="network of the diagnosis model"):
        DiagnosisPredictor.load(tmp_path)


def test_what_is_explained_adds_up_with_what_the_network_says() -> None:
    model = predictor()
    case = Case(present=model.vocabulary.findings[:3], age=40.0, sex="M")
    baseline, names, contributions = explain(model, case)

    assert ("together", True) in names
    expected = softmax(model.scores(model.design([case])), axis=1)[0]
    np.testing.assert_allclose(softmax(baseline + contributions.sum(axis=0)), expected, atol=1e-9)


def test_a_pool_believes_who_is_right() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 4, 800)
    right = log_softmax(2.0 * np.eye(4)[truth] + rng.normal(size=(800, 4)), axis=1)
    noise = log_softmax(rng.normal(size=(800, 4)), axis=1)
    count = rng.integers(0, 10, 800)
    pool = fit_blend(noise, right, count, truth, (0, 3, 8))

    assert max(pool.first) < 0.2 < min(pool.second)


def test_between_knots_a_pool_is_a_line_and_outside_it_is_level() -> None:
    pool = Blend((1, 3), (1.0, 0.0), (0.0, 1.0))
    first, second = np.array([[1.0, 0.0]] * 4), np.array([[0.0, 1.0]] * 4)
    scores = pool.scores(first, second, np.array([0, 1, 3, 90]))

    assert scores.tolist() == [[1, 0], [1, 0], [0, 1], [0, 1]]


def test_the_differential_is_never_empty_and_holds_the_likeliest() -> None:
    chosen = considered(np.array([[0.9, 0.8, 0.1], [0.01, 0.02, 0.0], [1.0, 1.0, 1.0]]))

    assert chosen.tolist() == [[True, True, False], [False, True, False], [True, True, True]]


def test_what_belongs_into_the_differential_is_told_and_ranks_nothing() -> None:
    untaught, model = predictor(), taught()
    assert model.network is not None
    cases = [Case(present=["wheeze"], age=30.0), Case(present=["fever", "rash"], age=30.0), Case()]
    found = model.predict(cases)
    plain = untaught.predict(cases)

    _, belongs = model.network.of_design(model.design(cases))
    for one, row in zip(found, considered(belongs), strict=True):
        codes = {
            c.code for c, chosen in zip(model.vocabulary.conditions, row, strict=True) if chosen
        }
        told = [r.condition for r in one.ranked if r.condition in codes]
        assert list(one.considered or ()) == ([] if one.abstained else told)
    assert any(one.considered for one in found)
    assert found[2].abstained
    assert [one.considered for one in plain] == [None] * 3, "it has not learned which do"
    assert [replace(one, considered=None) for one in found] == plain


def test_each_condition_and_what_cannot_wait_are_covered_as_promised() -> None:
    """Condition 1 is hard, condition 2 cannot wait: one threshold for all would miss both."""
    rng = np.random.default_rng(1)

    def cases(n: int) -> tuple[np.ndarray, np.ndarray]:
        truth = rng.choice(3, n, p=[0.8, 0.1, 0.1])
        return rng.beta(np.array([5.0, 1.0, 1.5])[truth], 2.0), truth

    reached, truth = cases(4000)
    urgent = np.array([False, False, True])
    lowest = np.array(class_thresholds(reached, truth, urgent, 0.95, 0.92, 0.99))
    reached, truth = cases(20_000)
    inside = reached >= lowest[truth]

    assert inside.mean() == pytest.approx(0.95, abs=0.012)
    assert inside[truth == 1].mean() > 0.90
    assert inside[truth == 2].mean() > 0.98


def test_too_few_cases_say_nothing_of_a_condition() -> None:
    reached, truth = np.array([0.9] * 30 + [0.001]), np.array([0] * 30 + [1])
    lowest = class_thresholds(reached, truth, np.array([False, False]), 0.9, 0.9, 0.99)

    assert lowest == (0.9, 0.9)
