"""What a differential must always, and must never, do."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.diagnosis import Case, DiagnosisPredictor, Differential, Reason
from models.diagnosis.explanation import explain
from tests.behaviour.diagnosis.clinic import trained

PREDICTOR = trained().predictor
FINDINGS = PREDICTOR.vocabulary.findings

cases = st.builds(
    Case,
    present=st.lists(st.sampled_from([*FINDINGS, "never heard of", ""]), max_size=12),
    absent=st.lists(st.sampled_from([*FINDINGS, "never heard of"]), max_size=12),
    age=st.none() | st.floats(-5, 200),
    sex=st.sampled_from([None, "F", "M", "other"]),
    prior_conditions=st.lists(st.sampled_from(["asthma", "cold", "unheard"]), max_size=3),
)


def one(case: Case, evidence: int = 5) -> Differential:
    [answer] = PREDICTOR.predict([case], evidence=evidence)
    return answer


def probability(case: Case, condition: str) -> float:
    return next(r.probability for r in one(case).ranked if r.condition == condition)


@given(cases)
@settings(deadline=None, max_examples=150)
def test_probabilities_are_probabilities_best_first(case: Case) -> None:
    chances = [r.probability for r in one(case).ranked]

    assert all(0 <= chance <= 1 for chance in chances)
    assert sum(chances) == pytest.approx(1, abs=1e-9)
    assert chances == sorted(chances, reverse=True)
    assert len(chances) == len(PREDICTOR.vocabulary.conditions)


@given(cases, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=80)
def test_order_and_repetition_of_findings_change_nothing(case: Case, random: object) -> None:
    present, absent = list(case.present), list(case.absent)
    random.shuffle(present)  # type: ignore[attr-defined]
    random.shuffle(absent)  # type: ignore[attr-defined]
    other = one(replace(case, present=present + present, absent=absent))

    assert replace(other, unknown_findings=()) == replace(one(case), unknown_findings=())


@given(cases)
@settings(deadline=None, max_examples=80)
def test_unknown_ids_are_named_and_change_nothing_else(case: Case) -> None:
    answer = one(replace(case, present=[*case.present, "E_999_@_V_1"]))

    assert "E_999_@_V_1" in answer.unknown_findings
    assert replace(answer, unknown_findings=()) == replace(one(case), unknown_findings=())


@given(cases)
@settings(deadline=None, max_examples=60)
def test_the_best_condition_is_always_in_the_prediction_set(case: Case) -> None:
    answer = one(case)

    assert answer.prediction_set[0] == answer.ranked[0].condition
    ranked = [r.condition for r in answer.ranked]
    assert list(answer.prediction_set) == [c for c in ranked if c in answer.prediction_set]


@pytest.mark.parametrize(
    ("condition", "finding"),
    [("heart_attack", "chest_pain"), ("migraine", "light_hurts"), ("asthma", "wheeze")],
)
def test_a_cardinal_finding_moves_its_condition_up(condition: str, finding: str) -> None:
    before = Case(present=["headache", "cough"], age=60.0, sex="M")
    with_it = replace(before, present=[*before.present, finding])

    assert probability(with_it, condition) > 1.5 * probability(before, condition)


@pytest.mark.parametrize(
    ("condition", "finding"), [("heart_attack", "chest_pain"), ("asthma", "wheeze")]
)
def test_its_absence_moves_the_condition_down(condition: str, finding: str) -> None:
    before = Case(present=["breathless"], age=60.0, sex="M")

    assert probability(replace(before, absent=[finding]), condition) < probability(
        before, condition
    )


def test_local_activity_moves_a_condition_up() -> None:
    case = Case(present=["fever", "headache"], age=30.0, sex="F")
    epidemic = replace(case, local_conditions=["dengue", "cold"], local_shares=[0.8, 0.2])

    assert probability(epidemic, "dengue") > probability(case, "dengue")


def test_earlier_asthma_makes_asthma_likelier() -> None:
    case = Case(present=["cough"], age=30.0, sex="F")

    assert probability(replace(case, prior_conditions=["asthma"]), "asthma") > probability(
        case, "asthma"
    )


@pytest.mark.parametrize("present", [[], ["never heard of"]])
def test_nothing_known_abstains_and_raises_no_alarm(present: list[str]) -> None:
    answer = one(Case(present=present, age=70.0, sex="M"))

    assert answer.abstained
    assert answer.reason is Reason.NO_FINDING
    assert not answer.urgent
    assert answer.specialty is None


def test_a_set_too_wide_to_help_abstains() -> None:
    narrow = replace(PREDICTOR, widest_set=0)
    [answer] = narrow.predict([Case(present=["fever"])])

    assert answer.reason is Reason.TOO_WIDE


def test_a_heart_attack_is_urgent_and_a_cold_is_not() -> None:
    heart = one(Case(present=["chest_pain", "sweating"], age=66.0, sex="M"))
    cold = one(Case(present=["runny_nose", "sore_throat", "cough"], age=25.0, sex="F"))

    assert heart.urgent
    assert heart.specialty == "cardiology"
    assert not cold.urgent


@given(cases)
@settings(deadline=None, max_examples=60)
def test_contributions_add_up_to_the_probability(case: Case) -> None:
    baseline, names, contributions = explain(PREDICTOR, case)
    scores = baseline + contributions.sum(axis=0)
    chances = np.exp(scores - scores.max())
    ranked = {r.condition: r.probability for r in one(case).ranked}
    codes = [c.code for c in PREDICTOR.vocabulary.conditions]

    assert len(names) == len(contributions)
    np.testing.assert_allclose(chances / chances.sum(), [ranked[c] for c in codes], atol=1e-9)


def test_evidence_names_what_speaks_for_and_against() -> None:
    best = one(Case(present=["wheeze"], absent=["fever"], age=30.0)).ranked[0]

    assert best.condition == "asthma"
    assert best.evidence_for[0].finding == "wheeze"
    assert all(w.weight > 0 for w in best.evidence_for)
    assert all(w.weight < 0 for w in best.evidence_against)


def test_the_same_question_gets_the_same_answer_alone_and_in_a_crowd() -> None:
    asked = [Case(present=[f], age=float(i), sex="F") for i, f in enumerate(FINDINGS)]
    together = PREDICTOR.predict(asked)

    for case, answer in zip(asked, together, strict=True):
        alone = one(case, evidence=0)
        assert [r.condition for r in alone.ranked] == [r.condition for r in answer.ranked]
        np.testing.assert_allclose(
            [r.probability for r in alone.ranked],
            [r.probability for r in answer.ranked],
            atol=1e-9,
        )


def test_a_loaded_model_answers_as_the_saved_one(tmp_path: Path) -> None:
    PREDICTOR.save(tmp_path / "model")
    loaded = DiagnosisPredictor.load(tmp_path / "model")
    asked = [Case(present=[f], absent=["fever"], age=40.0, sex="M") for f in FINDINGS]

    assert loaded.predict(asked, evidence=4) == PREDICTOR.predict(asked, evidence=4)
    assert loaded.about == PREDICTOR.about
