"""What the masked network is shown in training, and what comes of it."""

from dataclasses import replace

import numpy as np
import pytest

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
    findings = len(model.vocabulary.findings)
    past = np.zeros(findings, dtype=bool)
    complaints = posterior.complaints_of(model.posterior.questions, past)
    told = network._Findings.of(model.posterior.questions, complaints, findings)
    truth = np.zeros(len(cases), dtype=np.int64)
    return network.cases_of(known, truth, nobody[:, None], nobody, None, False), told


def test_no_view_tells_a_value_that_it_does_not_know() -> None:
    cases, told = shown()
    rng = np.random.default_rng(0)
    rows = np.arange(len(cases.truth))
    said, known = network._view(cases, rows, told, rng)
    x = network._seen(cases, rows, said, known, rng)
    findings = cases.value.shape[1]
    value, answered = x[:, :findings] > 0, x[:, findings : 2 * findings] > 0

    assert not (value & ~answered).any()
    guessed = (answered & ~cases.known).any(axis=1)  # who is asked says no to what is not listed
    assert 0 < guessed.mean() < network.RANDOM - network.COMPLAINT + 0.1
    assert (value == (said & answered)).all()


def test_a_share_of_the_questions_is_misheard_and_nothing_else() -> None:
    cases, told = shown()
    rng = np.random.default_rng(1)
    value = np.tile(cases.value, (20, 1))
    asked = rng.random((len(value), len(told.count))) < 0.5
    heard = network._heard(value, asked, told, rng)
    wrong = np.zeros_like(asked)
    for question in range(len(told.count)):
        columns = told.values[question][: told.count[question]]
        differs = (heard[:, columns] != value[:, columns]).any(axis=1)
        wrong[:, question] = differs
        there = value[:, columns].any(axis=1)
        assert not heard[differs & there][:, columns].any()  # a yes is heard as a no
        assert (heard[differs & ~there][:, columns].sum(axis=1) == 1).all()
    assert not (wrong & ~asked).any()
    assert wrong[asked].mean() == pytest.approx(network.MISHEARD, rel=0.3)


def test_what_a_patient_comes_with_is_never_misheard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "MISHEARD", 1.0)
    cases, told = shown()
    came_with = np.where(cases.value & told.complaint, 1, 0).argmax(axis=1)
    cases = replace(cases, first=np.where(cases.value.any(axis=1), came_with, -1))
    rng = np.random.default_rng(2)
    rows = np.flatnonzero((cases.value & told.complaint).any(axis=1))
    said, known = network._view(cases, rows, told, rng)
    assert (said & known & cases.value[rows]).any(axis=1).all()


def test_views_reach_from_one_complaint_to_all_that_is_known() -> None:
    cases, told = shown()
    rng = np.random.default_rng(0)
    rows = np.flatnonzero((cases.value & told.complaint).any(axis=1))
    counts = np.concatenate(
        [network._view(cases, rows, told, rng)[1].sum(axis=1) for _ in range(20)]
    )

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
