"""The posterior that asks: what an answer says, which question comes next, and when it ends."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from models.diagnosis import DiagnosisPredictor, ModelFolderError
from models.diagnosis.asking import SEVERITY, Consultations, ask
from models.diagnosis.posterior import Posterior
from models.diagnosis.questions import Question, questions_of
from models.diagnosis.vocabulary import Condition, Vocabulary
from tests.behaviour.diagnosis.clinic import trained

# Pain, where it hurts (several places), how bad (one level), and fever; conditions: colic, flu, well.
WORDS = Vocabulary(
    conditions=(Condition("colic", severity=2), Condition("flu"), Condition("well")),
    findings=("pain", "where_@_arm", "where_@_belly", "level_@_1", "level_@_9", "fever"),
    families=("pain", "pain", "pain", "pain", "pain", "fever"),
)
PAIN, WHERE, LEVEL, FEVER = range(4)
ADULT = (40.0,)


def clinic() -> Posterior:
    pain = np.array([[0.05, 0.5, 0.95], [0.95, 0.5, 0.05]])
    fever = np.array([[0.8, 0.1, 0.95], [0.2, 0.9, 0.05]])
    where = np.array([[0.1, 0.6, 0.3], [0.9, 0.2, 0.3]])
    level = np.array([[0.05, 0.05, 0.1], [0.15, 0.75, 0.8], [0.8, 0.2, 0.1]])
    none = np.zeros((0, 1), dtype=np.bool_)
    every = np.array([[a, b] for a in (False, True) for b in (False, True)])
    return Posterior(
        questions=questions_of(WORDS, frozenset({"where"})),
        log_prior=np.log(np.array([0.2, 0.3, 0.5])),
        log_age=np.zeros((101, 3)),
        log_sex=np.log(np.array([[0.5, 0.5, 0.9], [0.5, 0.5, 0.1]])),
        log_presenting=np.log(np.full((6, 3), 0.3)),
        tables=(pain, where, level, fever),
        common=(none, every, none, none),
        urgent=(True, False, False),
    )


def begun(posterior: Posterior, count: int = 1) -> Consultations:
    return Consultations(posterior, posterior.start([40.0] * count, [None] * count))


def test_the_tree_of_a_vocabulary() -> None:
    assert questions_of(WORDS, frozenset({"where"})) == (
        Question("pain", "yes_no", PAIN, (0,)),
        Question("where", "any_of", PAIN, (1, 2)),
        Question("level", "one_of", PAIN, (3, 4)),
        Question("fever", "yes_no", FEVER, (5,)),
    )


def test_a_question_whose_parent_nobody_knows_stands_alone() -> None:
    words = Vocabulary((Condition("a"),), ("colour_@_red",), ("E_68",))
    assert questions_of(words, frozenset()) == (Question("colour", "one_of", 0, (0,)),)


def test_the_gain_is_the_entropy_that_an_answer_takes_away() -> None:
    """Reckoned for each possible answer in turn, as the books have it."""
    posterior = clinic()
    start = begun(posterior)
    before = start.probability[0]
    expected = 0.0
    for said in (True, False):
        after = begun(posterior)
        after.observe(np.array([0]), FEVER, np.array([[said]]))
        share = before @ posterior.tables[FEVER][int(said)]
        now = after.probability[0]
        urgent = np.array([now[0], 1 - now[0]])
        expected -= share * (_entropy(now) + SEVERITY * _entropy(urgent))
    expected += _entropy(before) + SEVERITY * _entropy(np.array([before[0], 1 - before[0]]))
    assert start.gains(np.array([0]))[0, FEVER] == pytest.approx(expected)


def _entropy(p: np.ndarray) -> float:
    return float(-(p * np.log(p)).sum())


def test_severity_speaks_for_what_tells_whether_it_can_wait() -> None:
    posterior = clinic()
    plain = replace(posterior, urgent=(False, False, False))
    row = np.array([0])
    more = begun(posterior).gains(row) - begun(plain).gains(row)
    assert more[0, PAIN] > more[0, FEVER] > 0


def test_a_follow_up_answers_its_parent_too() -> None:
    posterior = clinic()
    both, step = begun(posterior), begun(posterior)
    row = np.array([0])
    both.observe(row, WHERE, np.array([[False, True]]))
    step.observe(row, PAIN, np.array([[True]]))
    step.observe(row, WHERE, np.array([[False, True]]))
    assert both.probability == pytest.approx(step.probability)
    assert both.gains(row)[0, PAIN] == -1
    assert both.gains(row)[0, LEVEL] == pytest.approx(step.gains(row)[0, LEVEL])


def test_without_the_parent_there_is_nothing_to_follow_up() -> None:
    consultation = begun(clinic())
    row = np.array([0])
    consultation.observe(row, PAIN, np.array([[False]]))
    assert consultation.gains(row)[0].tolist()[:3] == [-1, -1, -1]
    assert consultation.gains(row)[0, FEVER] > 0


def test_the_order_of_answers_never_matters() -> None:
    posterior, row = clinic(), np.array([0])
    one, other = begun(posterior), begun(posterior)
    answers = [(PAIN, [[True]]), (LEVEL, [[False, True]]), (FEVER, [[False]])]
    for question, values in answers:
        one.observe(row, question, np.array(values))
    for question, values in [answers[2], answers[0], answers[1]]:
        other.observe(row, question, np.array(values))
    assert one.probability == pytest.approx(other.probability)


def test_a_prior_takes_the_place_of_the_prevalence() -> None:
    posterior = clinic()
    outbreak = posterior.start(ADULT, [None], np.array([[0.01, 0.98, 0.01]]))
    assert softmax(outbreak[0]).argmax() == 1
    assert softmax(posterior.start(ADULT, [None])[0]) == pytest.approx([0.2, 0.3, 0.5])


def test_unknown_age_and_sex_say_nothing() -> None:
    posterior = clinic()
    assert posterior.start([None], ["other"]) == pytest.approx(posterior.log_prior[None])
    assert softmax(posterior.start([None], ["F"])[0])[2] > 0.5


def test_it_ends_when_it_is_sure_or_may_ask_no_more() -> None:
    posterior = clinic()
    asked: list[int] = []

    def answer(rows: np.ndarray, question: int) -> np.ndarray:
        asked.append(question)
        return np.zeros((len(rows), len(posterior.questions[question].columns)), dtype=np.bool_)

    assert ask(begun(posterior), answer, 0.4, 9).questions == [[]]
    assert ask(begun(posterior), answer, 1.1, 0).questions == [[]]
    assert asked == []
    found = ask(begun(posterior), answer, 1.1, 9)
    assert len(found.questions[0]) == len(set(found.questions[0])) == len(found.first_after[0])
    assert len(found.sure[0]) == len(found.questions[0]) + 1
    assert found.first_after[0][-1] == found.probability[0].argmax() == 2


def test_each_consultation_goes_its_own_way() -> None:
    """Held together or one by one, the same questions are asked."""
    posterior = trained().predictor.posterior
    assert posterior is not None
    ages, firsts = [3.0, 35.0, 70.0], [2, 5, 7]

    def held(rows: list[int]) -> list[list[int]]:
        consultation = Consultations(
            posterior, posterior.start([ages[i] for i in rows], ["F"] * len(rows))
        )
        consultation.present([firsts[i] for i in rows])

        def answer(asked: np.ndarray, question: int) -> np.ndarray:
            count = len(posterior.questions[question].columns)
            return np.array(
                [[(rows[i] + question + v) % 3 == 0 for v in range(count)] for i in asked]
            )

        return ask(consultation, answer, 0.999, 6).questions

    assert held([0, 1, 2]) == [*held([0]), *held([1]), *held([2])]


def test_a_saved_model_asks_the_same(tmp_path: Path) -> None:
    predictor = trained().predictor
    predictor.save(tmp_path)
    mine, kept = predictor.posterior, DiagnosisPredictor.load(tmp_path).posterior
    assert mine is not None
    assert kept is not None
    assert (mine.questions, mine.stop, mine.urgent) == (kept.questions, kept.stop, kept.urgent)
    row = np.array([0])
    assert begun(kept).gains(row) == pytest.approx(begun(mine).gains(row))


def test_a_model_of_before_loads_and_does_not_ask(tmp_path: Path) -> None:
    trained().predictor.save(tmp_path)
    (tmp_path / "posterior.json").unlink()
    assert DiagnosisPredictor.load(tmp_path).posterior is None


def test_a_model_that_knows_bands_of_life_keeps_them(tmp_path: Path) -> None:
    """Models of before have eight of them and do not say where they begin."""
    predictor = trained().predictor
    assert predictor.posterior is not None
    by_band = np.linspace(0, -1, 8)[:, None] * np.arange(len(predictor.posterior.log_prior))
    replace(predictor, posterior=replace(predictor.posterior, log_age=by_band)).save(tmp_path)
    told = json.loads((tmp_path / "posterior.json").read_text())
    del told["ages"]
    (tmp_path / "posterior.json").write_text(json.dumps(told))
    kept = DiagnosisPredictor.load(tmp_path).posterior
    assert kept is not None
    by_age = kept.start([0.5, 1, 14.9, 15, 80, None], [None] * 6) - kept.log_prior
    assert by_age == pytest.approx(np.vstack([by_band[[0, 1, 2, 3, 7]], by_band[:1] * 0]))


@pytest.mark.parametrize("file", ["posterior.json", "posterior.npz"])
def test_a_cut_file_is_named(tmp_path: Path, file: str) -> None:
    trained().predictor.save(tmp_path)
    content = (tmp_path / file).read_bytes()
    (tmp_path / file).write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelFolderError, match="questions of the diagnosis model"):
        DiagnosisPredictor.load(tmp_path)
