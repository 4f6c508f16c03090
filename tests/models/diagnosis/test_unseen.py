"""A condition that no record has shown: the catalogue alone names it, and all else stays as it was."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from models.diagnosis.blend import carried
from models.diagnosis.cases import Case, Reason
from models.diagnosis.explanation import explain
from models.diagnosis.known import consultation
from models.diagnosis.predictor import DiagnosisPredictor
from serving.common import ModelRef
from serving.diagnosis.api import answer
from serving.diagnosis.schema import DiagnosisRequest
from tests.behaviour.diagnosis.catalogue import with_rabies, without
from training.diagnosis.frame import cases_of
from training.diagnosis.generated import generate

MAD = Case(present=["fear_of_water", "drooling", "fever"], age=30.0, sex="M")
PATIENTS = cases_of(generate(40, seed=9)[0])
COMPLAINTS = [Case(present=case.present[:1], age=case.age) for case in PATIENTS]


def model() -> DiagnosisPredictor:
    return with_rabies().predictor


def test_the_odds_are_carried_over() -> None:
    learned, counts = np.array([[3.0, 1.0]]), np.array([[0.2, 0.1, 0.5]])
    found = carried(learned, counts)
    odds = np.exp(found[0, 2]) / np.exp(found[0, :2]).sum()
    assert odds == pytest.approx(np.exp(0.5) / (np.exp(0.2) + np.exp(0.1)))
    assert found[0, :2].tolist() == [3.0, 1.0]


def test_what_has_been_seen_keeps_its_odds() -> None:
    before, after = without().predictor, model()
    np.testing.assert_array_equal(before.weights, after.weights)
    seen = len(before.vocabulary.conditions)
    assert after.vocabulary.conditions[:seen] == before.vocabulary.conditions
    for cases in (PATIENTS, COMPLAINTS):
        ours = log_softmax(before.scores(before.design(cases)), axis=1)
        theirs = log_softmax(after.scores(after.design(cases))[:, :seen], axis=1)
        np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_it_keeps_them_while_asking_too() -> None:
    before, after = without().predictor, model()
    seen = len(before.vocabulary.conditions)
    for predictor in (before, after):
        assert predictor.asking_blend is not None
    first = [before.vocabulary.finding_column[case.present[0]] for case in PATIENTS]
    told = [predictor.begin(PATIENTS, first) for predictor in (before, after)]
    rows = np.arange(len(PATIENTS))
    for held in told:
        held.observe(rows, 0, np.ones((len(rows), 1), dtype=np.bool_))
    ours, theirs = told[0].probability, told[1].probability[:, :seen]
    np.testing.assert_allclose(ours, theirs / theirs.sum(axis=1, keepdims=True), atol=1e-9)


def test_it_is_named_and_said_to_be_by_the_catalogue() -> None:
    [found] = model().predict([MAD], evidence=3)
    first = found.ranked[0]
    assert (first.condition, first.by_catalogue) == ("rabies", True)
    assert {weight.finding for weight in first.evidence_for} >= {"fear_of_water", "drooling"}
    assert not any(ranked.by_catalogue for ranked in found.ranked[1:])
    assert found.urgent  # severity 1
    assert found.reason is not Reason.STRANGE
    assert found.unknown_findings == ()
    [blind] = without().predictor.predict([MAD])
    assert blind.unknown_findings == ("fear_of_water", "drooling")


def test_the_model_service_passes_it_on() -> None:
    request = DiagnosisRequest(present=list(MAD.present), age=30, sex="M", limit=2)
    told = answer(model(), request, {}, ModelRef(name="diagnosis", version="1"))
    assert [row.by_catalogue for row in told.ranked] == [True, False]


def test_common_findings_do_not_make_it_likely() -> None:
    found = model().decide(model().design(PATIENTS))
    assert found.probability[:, -1].mean() < 0.01


def test_its_own_findings_are_asked_for() -> None:
    questions = model().ask_next(Case(present=["drooling"], age=30.0), 3)
    assert "fear_of_water" in [question.question for question in questions]


@pytest.mark.parametrize(
    "case",
    [
        MAD,
        Case(present=["fear_of_water"], sex="F"),
        Case(present=["fever"], age=4.0),
        Case(present=["fever", "cough"], absent=["fear_of_water", "rash"], age=70.0),
        Case(present=["pain_level_@_8", "drooling"], local_conditions=["rabies"], local_shares=[1]),
        Case(),
    ],
)
def test_the_explanation_adds_up_exactly(case: Case) -> None:
    baseline, names, contributions = explain(model(), case)
    found = softmax(baseline + contributions.sum(axis=0))
    [probability] = softmax(model().scores(model().design([case])), axis=1)
    np.testing.assert_allclose(found, probability, rtol=1e-9)
    assert len(names) == len(contributions)


def test_an_outbreak_near_by_speaks_for_it() -> None:
    near = Case(present=["fever"], local_conditions=["rabies"], local_shares=[0.5])
    here, there = (
        model().decide(model().design([case])) for case in (near, Case(present=["fever"]))
    )
    assert here.probability[0, -1] > 10 * there.probability[0, -1]


def test_a_consultation_and_the_differential_weigh_alike() -> None:
    """The posterior's odds are the same, whether answers came one by one or all at once."""
    words, posterior = model().vocabulary, model().posterior
    assert posterior is not None
    scores = posterior.start([MAD.age], [MAD.sex])
    held = consultation(posterior, scores, words.known(MAD.present).keys(), set())
    odds = held.probability[0, -1] / held.probability[0, :-1].sum()
    decided = model().decide(model().design([MAD])).probability[0]
    assert decided[-1] / decided[:-1].sum() == pytest.approx(odds)


def test_it_comes_back_from_its_folder(tmp_path: Path) -> None:
    model().save(tmp_path / "wide")
    again = DiagnosisPredictor.load(tmp_path / "wide")
    assert again.vocabulary == model().vocabulary
    assert again.predict([MAD], evidence=2) == model().predict([MAD], evidence=2)
    without().predictor.save(tmp_path / "narrow")
    assert "unseen" not in json.loads((tmp_path / "narrow" / "predictor.json").read_text())
