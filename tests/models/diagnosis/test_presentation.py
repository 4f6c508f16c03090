"""A first complaint: one finding and nothing else asked."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax

from models.diagnosis.cases import Case
from models.diagnosis.explanation import explain
from tests.behaviour.diagnosis.clinic import trained
from training.diagnosis import partial


def test_a_first_complaint_is_weighed_by_the_posterior_and_still_explained_exactly() -> None:
    predictor = replace(trained().predictor, network=None)  # what it weighs is tried elsewhere
    believed = replace(
        predictor, network=None, calibration=replace(predictor.calibration, presented=0.75)
    )
    case = Case(
        present=["fever"], age=5.0, sex="F", local_conditions=["dengue"], local_shares=[1.0]
    )
    baseline, names, contributions = explain(believed, case)
    [found] = believed.predict([case])

    assert softmax(baseline + contributions.sum(axis=0)).max() == pytest.approx(
        found.ranked[0].probability
    )
    assert [name for name, _ in names] == ["fever", "age", "sex", "local"]
    alone, none = (
        replace(predictor, calibration=replace(predictor.calibration, presented=share))
        for share in (1.0, 0.0)
    )
    assert predictor.posterior is not None
    start = predictor.posterior.start([5.0], ["F"])[0]
    column = predictor.vocabulary.finding_column["fever"]
    complaint = start + predictor.posterior.log_presenting[column]
    plain = Case(present=["fever"], age=5.0, sex="F")
    assert softmax(complaint).max() == pytest.approx(
        alone.predict([plain])[0].ranked[0].probability
    )
    for more in ({"absent": ["cough"]}, {"prior_conditions": ["asthma"]}):
        known = replace(plain, **more)
        assert alone.predict([known]) == none.predict([known])


def test_cases_present_with_one_complaint_each() -> None:
    words = trained().predictor.vocabulary
    fever, cough, wheeze = (words.finding_column[f] for f in ("fever", "cough", "wheeze"))
    cases = [Case(present=["fever", "cough"], absent=["wheeze"], age=4.0), Case(present=["wheeze"])]
    known = trained().predictor.design(cases)
    view, rows = partial.first_complaint(known, np.array([fever, cough]), np.random.default_rng(0))

    assert rows.tolist() == [0]
    assert view.present.indices.tolist() in ([fever], [cough])
    assert view.absent.nnz == view.prior.nnz == 0
    assert (view.person == known.person[[0]]).all()
    assert wheeze not in view.present.indices
