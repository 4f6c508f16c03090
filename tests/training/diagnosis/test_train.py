"""Learning a differential: split, leakage, gates' figures, determinism, refusals."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from models.diagnosis.design import Design, design
from tests.behaviour.diagnosis.clinic import trained
from training import gates
from training.diagnosis import frame, partial
from training.diagnosis.generated import generate
from training.diagnosis.run import QUICK, digest
from training.diagnosis.settings import Settings
from training.diagnosis.train import fit

FAST = replace(QUICK, copies=1, iterations=15)


def test_a_patient_is_in_one_part_only() -> None:
    rows, _ = generate(300)
    part = frame.split_by_patient(rows["patient_id"], (0.2, 0.2, 0.2), 0)

    assert set(part) == set(frame.PARTS)
    assert rows.assign(part=part).groupby("patient_id")["part"].nunique().max() == 1


def test_parts_have_the_shares_asked_for_and_change_with_the_seed() -> None:
    patients = [f"p{i}" for i in range(20_000)]
    part = frame.split_by_patient(patients, (0.1, 0.2, 0.3), 0)

    shares = [(part == name).mean() for name in frame.PARTS]
    assert shares == pytest.approx([0.4, 0.1, 0.2, 0.3], abs=0.015)
    assert (frame.split_by_patient(patients, (0.1, 0.2, 0.3), 1) != part).any()


def test_it_beats_both_baselines_on_partial_evidence_and_passes_the_gates() -> None:
    metrics = trained().metrics

    for share in ("share_50", "share_25"):
        own, bayes = metrics[f"log_loss_{share}"], metrics[f"log_loss_naive_bayes_{share}"]
        assert own < bayes
    assert metrics["top1"] > 2 * metrics["top1_prevalence"]
    assert gates.judge("diagnosis", metrics).reasons == ()


def test_figures_are_of_patients_held_back() -> None:
    """The truth of test patients must not reach the model: garbling it changes the figures alone."""
    rows, dictionary = generate(400)
    before = fit(rows, dictionary, FAST)
    held_back = rows["encounter_id"].isin(before.part.index[before.part == "test"])
    garbled = rows.assign(condition=rows["condition"].where(~held_back, "cold"))
    after = fit(garbled, dictionary, FAST)

    np.testing.assert_array_equal(before.predictor.weights, after.predictor.weights)
    assert before.predictor.thresholds == after.predictor.thresholds
    assert before.metrics["top1"] > after.metrics["top1"]


def test_the_same_rows_in_any_order_give_the_same_model() -> None:
    rows, dictionary = generate(300)
    one = fit(rows, dictionary, FAST)
    other = fit(rows.sample(frac=1, random_state=1), dictionary, FAST)

    np.testing.assert_array_equal(one.predictor.weights, other.predictor.weights)
    assert one.predictor.calibration == other.predictor.calibration
    same = {k: v for k, v in one.metrics.items() if k != "fit_seconds"}
    assert same == {k: v for k, v in other.metrics.items() if k != "fit_seconds"}


def test_only_the_columns_that_a_file_has_are_needed() -> None:
    rows, dictionary = generate(300)
    bare = rows[["patient_id", "age", "sex", "present", "condition"]]
    found = fit(bare, dictionary, FAST)

    assert found.metrics["top1"] > 0.7
    assert found.predictor.vocabulary.priors == ()


def test_unknown_ages_and_lists_are_no_obstacle() -> None:
    rows, dictionary = generate(300)
    rows.loc[rows.index[:50], "age"] = None
    rows["local_shares"] = rows["local_shares"].astype(object)
    rows.loc[rows.index[::2], ["sex", "absent", "local_conditions", "local_shares"]] = None

    assert fit(rows, dictionary, FAST).metrics["top1"] > 0.7


def test_rows_without_findings_are_left_out_and_counted() -> None:
    rows, dictionary = generate(300)
    blank = rows.head(40).assign(encounter_id=lambda f: f["encounter_id"] + "b", condition="blank")
    blank["present"] = [[] for _ in range(40)]
    found = fit(pd.concat([rows, blank]), dictionary, FAST)

    assert found.metrics["rows_without_findings"] == 40
    assert "blank" not in found.predictor.vocabulary.condition_row


def test_two_conditions_are_enough() -> None:
    rows, dictionary = generate(800)
    two = rows[rows["condition"].isin(["cold", "migraine"])]

    assert fit(two, dictionary, FAST).metrics["top1"] > 0.9


def test_more_rows_than_pay_are_sampled() -> None:
    rows, dictionary = generate(600)
    found = fit(rows, dictionary, replace(FAST, most_rows=400))

    assert 300 < len(found.part) < 500


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda rows: rows.drop(columns="sex"), "no column sex"),
        (lambda rows: rows.head(20), "too few"),
        (lambda rows: rows.assign(condition="cold"), "of 1 conditions"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_in_words(spoil: object, message: str) -> None:
    rows, dictionary = generate(200)

    with pytest.raises(frame.TrainingDataError, match=message):
        fit(spoil(rows), dictionary, FAST)  # type: ignore[operator]


def test_figures_and_card_are_written(tmp_path: Path) -> None:
    paths = trained().save(tmp_path)

    assert {path.name for path in paths} == {"reliability.png", "evidence.png"}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
    card = (tmp_path / "model-card.md").read_text()
    assert "not clinical accuracy" in card
    assert f"{trained().metrics['top1']:.4f}" in card


def test_the_digest_follows_content_not_order() -> None:
    rows, _ = generate(60)
    other = rows.copy()
    other.loc[3, "condition"] = "something else"

    assert digest(rows.sample(frac=1, random_state=0)) == digest(rows)
    assert digest(other) != digest(rows)


def _known(rows: int = 400) -> tuple[Design, np.ndarray]:
    made, dictionary = generate(rows)
    words = frame.vocabulary_of(made, dictionary, 1)
    families = np.unique(np.array(words.families), return_inverse=True)[1]
    count = len(words.conditions)
    return design(frame.cases_of(made), words, np.full(count, 1 / count)), families


def test_dropping_keeps_a_part_of_what_was_there() -> None:
    known, families = _known()
    rng = np.random.default_rng(0)
    for copy in (partial.consultations(known, families, rng), partial.share_of(known, 0.5, rng)):
        assert (copy.present - copy.present.multiply(known.present)).nnz == 0
        assert np.diff(copy.present.indptr).min() >= 1
        assert copy.present.nnz < known.present.nnz


def test_the_share_kept_is_the_share_asked_for() -> None:
    known, _ = _known()
    half = partial.share_of(known, 0.5, np.random.default_rng(0))
    expected = np.maximum(np.rint(0.5 * np.diff(known.present.indptr)), 1)

    np.testing.assert_array_equal(np.diff(half.present.indptr), expected)
    one = partial.share_of(known, 0.0, np.random.default_rng(0))
    assert set(np.diff(one.present.indptr)) == {1}
    assert one.absent.nnz == 0


def test_values_of_one_question_go_together() -> None:
    matrix = sparse.csr_matrix(np.ones((200, 4)))
    kept = partial.keep_families(
        matrix, np.array([0, 0, 1, 1]), np.full(200, 0.5), np.random.default_rng(0)
    ).toarray()

    np.testing.assert_array_equal(kept[:, 0], kept[:, 1])
    np.testing.assert_array_equal(kept[:, 2], kept[:, 3])


def test_a_value_stands_behind_what_its_question_follows() -> None:
    train = pd.DataFrame({"present": [["cough", "look_@_rusty", "look_@_clear", "kind_@_x"]]})
    train = pd.concat([train] * 3).assign(condition="cold")
    rows = [
        {"code": "look_@_rusty", "parent": "look"},
        {"code": "look", "parent": "phlegm"},
        {"code": "look_@_clear", "parent": "phlegm"},  # as DDXPlus's own dictionary has it
    ]
    words = frame.vocabulary_of(train, pd.DataFrame(rows), 1)
    assert dict(zip(words.findings, words.families, strict=True)) == {
        "cough": "cough",
        "kind_@_x": "kind",
        "look_@_clear": "phlegm",
        "look_@_rusty": "phlegm",
    }


def test_implied_absences_are_never_of_what_is_present() -> None:
    known, families = _known()
    rng = np.random.default_rng(0)
    view = partial.consultations(known, families, rng)
    bare = replace(view, absent=sparse.csr_matrix(view.absent.shape))
    absent = partial.implied_absences(known, bare, 4, rng)

    assert absent.nnz > 0
    assert absent.multiply(known.present).nnz == 0
    assert np.diff(absent.indptr).max() <= 4


def test_defaults_are_those_of_the_card() -> None:
    assert Settings().coverage == 0.95
