"""From a request to an answer: what the model service does with a predictor."""

from dataclasses import replace

import pytest

from serving.common import ModelRef
from serving.diagnosis.api import CannotAsk, answer, case_of, next_question
from serving.diagnosis.schema import DiagnosisAnswer, DiagnosisRequest, NextQuestionAnswer
from tests.behaviour.diagnosis.clinic import taught, trained

MODEL = ModelRef(name="diagnosis", version="3")


def ask(features: dict[str, object] | None = None, **request: object) -> DiagnosisAnswer:
    return answer(trained().predictor, DiagnosisRequest(**request), features or {}, MODEL)


def test_an_answer_names_its_model_and_keeps_to_the_limit() -> None:
    found = ask(present=["wheeze", "?"], limit=2)

    assert found.model == MODEL
    assert found.ranked[0].condition == "asthma"
    assert len(found.ranked) == 2
    assert found.ranked[0].icd10 == "J45"
    assert found.ranked[0].evidence_for[0].finding == "wheeze"
    assert found.specialty == "pulmonology"
    assert found.unknown_findings == ["?"]


def test_what_belongs_into_the_differential_is_told_where_it_was_learned() -> None:
    assert ask(present=["wheeze"]).considered is None
    model, ill = taught(), ["fever", "joint_pain", "rash", "eye_pain"]
    found = answer(model, DiagnosisRequest(present=ill), {}, MODEL)

    assert found.considered
    assert set(found.considered) <= {condition.code for condition in model.vocabulary.conditions}


def test_an_empty_request_abstains_in_words() -> None:
    found = ask()

    assert found.abstained
    assert found.reason == "No known finding yet. Record at least one."


def test_local_activity_and_history_come_from_the_features() -> None:
    features = {
        "local_conditions": ["dengue"],
        "local_shares": [1.0],
        "prior_conditions": ["asthma"],
        "age": 34.0,
    }
    known = ask(features, present=["fever"])
    unknown = ask(present=["fever"])
    dengue = [next(r for r in a.ranked if r.condition == "dengue") for a in (known, unknown)]

    assert dengue[0].probability > dengue[1].probability
    assert "local" in {e.finding for e in dengue[0].evidence_for}


def test_what_the_request_says_goes_before_the_features() -> None:
    case = case_of(DiagnosisRequest(age=5), {"age": 50.0, "sex": "F", "prior_conditions": None})

    assert (case.age, case.sex, list(case.prior_conditions)) == (5, "F", [])


def test_earlier_conditions_of_the_request_add_to_those_of_the_features() -> None:
    features = {"prior_conditions": ["dengue", "asthma"]}
    case = case_of(DiagnosisRequest(prior=["asthma", "cold"]), features)

    assert list(case.prior_conditions) == ["asthma", "cold", "dengue"]


@pytest.mark.parametrize("shares", [[], [0.5], None])
def test_half_written_local_activity_is_left_out(shares: list[float] | None) -> None:
    case = case_of(DiagnosisRequest(), {"local_conditions": ["a", "b"], "local_shares": shares})

    assert list(case.local_conditions) == []


def test_the_next_questions_name_their_model_and_keep_to_the_limit() -> None:
    request = DiagnosisRequest(present=["fever"], age=34, limit=2)
    found = next_question(trained().predictor, request, {"sex": "F"}, MODEL)

    assert found.model == MODEL
    assert len(found.questions) == 2
    assert found.questions[0].gain >= found.questions[1].gain > 0
    assert found.questions[0].findings
    assert NextQuestionAnswer.model_validate_json(found.model_dump_json()) == found


def test_a_model_that_cannot_ask_says_what_to_do() -> None:
    before = replace(trained().predictor, posterior=None)

    with pytest.raises(CannotAsk, match="sehat train diagnosis"):
        next_question(before, DiagnosisRequest(), {}, MODEL)
