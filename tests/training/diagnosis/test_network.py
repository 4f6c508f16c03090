"""What the masked network is shown in training, and what comes of it."""

from dataclasses import replace

import numpy as np

from models.diagnosis.design import design
from models.diagnosis.network import considered
from tests.behaviour.diagnosis.clinic import trained
from training.diagnosis import frame, network, posterior
from training.diagnosis.generated import generate
from training.diagnosis.run import QUICK
from training.diagnosis.train import fit


def shown() -> tuple[network.Cases, network._Findings]:
    model = trained().predictor
    assert model.posterior is not None
    rows, _ = generate(200)
    cases = frame.cases_of(rows)
    known = design(cases, model.vocabulary, model.prevalence)
    nobody = np.full(len(cases), -1)
    told = network._Findings(
        np.array([q for q, _ in enumerate(model.posterior.questions) for _ in _.columns]),
        np.isin(
            np.arange(len(model.vocabulary.findings)),
            posterior.complaints_of(
                model.posterior.questions, np.zeros(len(model.vocabulary.findings), dtype=bool)
            ),
        ),
    )
    truth = np.zeros(len(cases), dtype=np.int64)
    return network.cases_of(known, truth, nobody[:, None], nobody, None, False), told


def test_no_view_tells_a_value_that_it_does_not_know() -> None:
    cases, told = shown()
    rng = np.random.default_rng(0)
    rows = np.arange(len(cases.truth))
    known = network._mask(cases, rows, told, rng)
    x = network._seen(cases, rows, cases.value, known, rng)
    findings = cases.value.shape[1]
    value, answered = x[:, :findings] > 0, x[:, findings : 2 * findings] > 0

    assert not (value & ~answered).any()
    guessed = (answered & ~cases.known).any(axis=1)  # who is asked says no to what is not listed
    assert 0 < guessed.mean() < network.RANDOM - network.COMPLAINT + 0.1
    assert (value == (cases.value & answered)).all()


def test_views_reach_from_one_complaint_to_all_that_is_known() -> None:
    cases, told = shown()
    rng = np.random.default_rng(0)
    rows = np.flatnonzero((cases.value & told.complaint).any(axis=1))
    counts = np.concatenate([network._mask(cases, rows, told, rng).sum(axis=1) for _ in range(20)])

    assert (counts == 1).mean() > network.COMPLAINT
    assert (counts == np.tile(cases.known[rows].sum(axis=1), 20)).mean() > 1 - network.LISTED


def test_where_training_has_differentials_the_second_head_learns_them() -> None:
    rows, dictionary = generate(800)
    others = {"dengue": ["dengue", "typhoid"], "cold": ["cold", "pneumonia"]}
    rows["differential"] = [others.get(name, [name]) for name in rows["condition"]]
    found = fit(rows, dictionary, replace(QUICK, copies=1, epochs=60))

    assert found.metrics["differential_f1"] > 0.8
    assert "differential_f1" not in trained().metrics
    model = found.predictor
    assert model.network is not None
    _, belongs = model.network.of_design(model.design(frame.cases_of(rows.head(50))))
    assert considered(belongs).any(axis=1).all()
    dengue = model.predict(frame.cases_of(rows[rows["condition"] == "dengue"].head(20)))
    told = [set(one.considered or ()) for one in dengue if not one.abstained]
    assert told.count({"dengue", "typhoid"}) > len(told) / 2 > 0
