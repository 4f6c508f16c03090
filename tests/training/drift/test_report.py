"""The report of a made-up clinic: quiet while nothing changes, loud when the people do."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.diagnosis import DiagnosisPredictor
from tests.behaviour.diagnosis.clinic import trained
from training.diagnosis.frame import cases_of
from training.diagnosis.generated import generate
from training.diagnosis.population import learned_from
from training.diagnosis.run import QUICK
from training.drift.profile import RAREST, Profile, age_band
from training.drift.report import Report, build

START = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = START + timedelta(days=28)


@cache
def reference() -> Profile:
    rows, _ = generate(1500, seed=3)
    return learned_from(rows, trained(), QUICK)


def answered(
    rows: pd.DataFrame, predictor: DiagnosisPredictor | None = None, confirmed: bool = True
) -> pd.DataFrame:
    """What the model would have said of these visits, each confirmed an hour later."""
    answers = (predictor or trained().predictor).predict(cases_of(rows))
    asked = [START + timedelta(minutes=n) for n in range(len(rows))]
    return pd.DataFrame(
        {
            "advice_id": [f"a{n:05}" for n in range(len(rows))],
            "subject_id": rows["encounter_id"].to_numpy(),
            "model_version": "1",
            "asked_at": asked,
            "age": rows["age"].to_numpy(),
            "sex": rows["sex"].to_numpy(),
            "district": rows["district"].to_numpy(),
            "present": rows["present"].to_numpy(),
            "ranked": [[row.condition for row in a.ranked] for a in answers],
            "probability": [[row.probability for row in a.ranked] for a in answers],
            "prediction_set": [list(a.prediction_set) for a in answers],
            "abstained": [a.abstained for a in answers],
            "decision": None,
            "reason_kind": None,
            "facility_id": [f"F{n % 3}" for n in range(len(rows))],
            "condition": rows["condition"].to_numpy() if confirmed else None,
            "confirmed_at": [at + timedelta(hours=1) for at in asked] if confirmed else None,
            "shadow_version": None,
            "shadow_ranked": [[] for _ in answers],
            "shadow_probability": [[] for _ in answers],
            "shadow_set": [[] for _ in answers],
        }
    )


def visits(n: int = 400, seed: int = 11) -> pd.DataFrame:
    rows, _ = generate(n, seed=seed)
    return rows


def report(answers: pd.DataFrame) -> Report:
    return build(reference(), answers, "1", START, UNTIL)


def levels(found: Report) -> dict[str, str]:
    return {row.name: row.level for row in found.stability}


def test_the_profile_tells_no_case_apart() -> None:
    kept = reference()
    assert min(kept.findings.values()) >= RAREST
    for counts in kept.shares.values():
        assert all(n >= RAREST for label, n in counts.items() if label != "other")
    assert [*kept.shares["age"]] == ["0-4", "5-17", "18-44", "45-64", "65+"]  # as a page shows them
    assert Profile.from_json(kept.to_json()) == kept
    with pytest.raises(ValueError, match="format 99"):
        Profile.from_json({**kept.to_json(), "format": 99})


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_the_same_people_are_steady(seed: int) -> None:
    found = report(answered(visits(seed=seed)))
    assert set(levels(found).values()) == {"steady"}, found.stability
    assert found.level == "steady"
    assert found.confirmed == found.visits == len(visits(seed=seed))
    assert [row.group for row in found.calibration["hospital"]] == ["F0", "F1", "F2"]


@pytest.mark.parametrize("n", [20, 60])
def test_few_of_the_same_people_do_not_cry_wolf(n: int) -> None:
    """Each of a handful of comparisons may cross its floor once in a hundred reports by chance alone."""
    found = [report(answered(visits(n, seed))).level for seed in range(20, 32)]
    assert sum(level not in {"few", "steady"} for level in found) <= 1, found


def test_older_people_alarm_and_the_report_says_which_input() -> None:
    rows = visits()
    older = rows.assign(age=rows["age"].clip(upper=75) / 75 * 15 + 70)
    found = report(answered(older))
    assert found.level == "alarm"
    assert levels(found)["age"] == "alarm"
    assert levels(found)["sex"] == "steady"
    [bands] = [row.bins for row in found.stability if row.name == "age"]
    shares = {b.label: (b.reference, b.recent) for b in bands}
    assert shares["65+"][1] == 1.0
    assert shares["65+"][0] < 0.5


def test_a_finding_that_is_everywhere_is_named_first() -> None:
    rows = visits()
    rows["present"] = [[*codes, "eye_pain"] for codes in rows["present"]]
    found = report(answered(rows))
    assert (found.findings[0].name, found.findings[0].level) == ("eye_pain", "alarm")


def test_a_finding_that_training_never_saw_is_seen() -> None:
    rows = visits()
    rows["present"] = [[*codes, "new_test"] for codes in rows["present"]]
    [row] = [row for row in report(answered(rows)).findings if row.name == "new_test"]
    assert row.level == "alarm"


def test_another_illness_under_the_same_findings_is_a_matter_of_calibration() -> None:
    rows = visits()
    rng = np.random.default_rng(0)
    wrong = rows["condition"].where(rng.random(len(rows)) > 0.4, "something new")
    found = report(answered(rows.assign(condition=wrong)))
    [everybody] = found.calibration["all"]
    assert everybody.level == "alarm"
    rates = {rate.name: rate for rate in found.rates}
    assert rates["coverage"].level == "alarm"
    assert levels(found)["age"] == "steady"


def test_one_hospital_is_told_from_the_others() -> None:
    rows = visits(600)
    answers = answered(rows)
    off = (answers["facility_id"] == "F1") & (np.arange(len(rows)) % 2 == 0)
    answers["condition"] = answers["condition"].where(~off, "something new")
    found = {row.group: row.level for row in report(answers).calibration["hospital"]}
    assert found["F1"] == "alarm"
    assert "alarm" not in (found["F0"], found["F2"])


def test_without_a_confirmed_diagnosis_calibration_says_too_few() -> None:
    found = report(answered(visits(), confirmed=False))
    assert found.confirmed == 0
    assert [row.level for row in found.calibration["all"]] == ["few"]
    assert found.level == "steady"  # the inputs say something


def test_nothing_in_the_window() -> None:
    found = report(answered(visits()).head(0))
    assert (found.level, found.visits, found.answers) == ("few", 0, 0)


def test_a_visit_counts_once_by_its_last_answer_before_the_confirmation() -> None:
    answers = answered(visits(100))
    first = answers.head(1).assign(advice_id="early", asked_at=START - timedelta(hours=1))
    late = answers.head(1).assign(advice_id="late", asked_at=START + timedelta(hours=2))
    found = report(pd.concat([first, answers, late], ignore_index=True))
    assert (found.visits, found.answers) == (len(answers), len(answers) + 2)


def test_rejections_weigh() -> None:
    answers = answered(visits())
    answers["decision"] = ["rejected" if n % 5 < 3 else "accepted" for n in range(len(answers))]
    answers.loc[answers["decision"] == "rejected", "reason_kind"] = "confirmed instead"
    found = report(answers)
    [rate] = [rate for rate in found.rates if rate.name == "rejected"]
    assert (rate.level, rate.of) == ("alarm", len(answers))
    assert found.reasons == {"confirmed instead": int((answers["decision"] == "rejected").sum())}
    decided = {row.decision: row for row in found.decisions}
    assert set(decided) == {"accepted", "rejected"}
    assert decided["accepted"].top1 is not None
    assert decided["accepted"].top1 > 0.8
    [asthma] = [row for row in found.agreement if row.condition == "asthma"]
    assert asthma.accepted + asthma.rejected == asthma.suggested
    assert asthma.confirmed <= asthma.confirmed_cases


def test_a_few_rejections_do_not_alarm() -> None:
    answers = answered(visits(100))
    answers.loc[:1, "decision"] = "rejected"
    [rate] = [rate for rate in report(answers).rates if rate.name == "rejected"]
    assert (rate.of, rate.share, rate.level) == (2, 1.0, "steady")


def shadowed(answers: pd.DataFrame, right: Any) -> pd.DataFrame:
    """A challenger that is right in the rows of `right`, and says "cold" or "flu" else."""
    said = [
        [truth if ok else "nonsense", "cold"]
        for truth, ok in zip(answers["condition"], right, strict=True)
    ]
    return answers.assign(
        shadow_version="2",
        shadow_ranked=said,
        shadow_probability=[[0.9, 0.1] for _ in said],
        shadow_set=[codes[:1] for codes in said],
    )


def test_champion_and_challenger_on_the_same_visits() -> None:
    answers = answered(visits())
    champion = [
        row[0] == truth for row, truth in zip(answers["ranked"], answers["condition"], strict=True)
    ]
    right = [ok and n % 4 > 0 for n, ok in enumerate(champion)]
    [duel] = report(shadowed(answers, right)).duels
    assert (duel.challenger, duel.answers) == ("2", len(answers))
    assert duel.top1 is not None
    assert duel.top1.only_challenger == 0
    assert duel.top1.only_champion == sum(champion) - sum(right)
    assert duel.top1.high < 0
    assert duel.top1.enough
    assert duel.differ == pytest.approx(1 - sum(right) / len(right))
    assert duel.covered_challenger == pytest.approx(sum(right) / len(right))
    assert duel.champion.rows == duel.shadow.rows == len(answers)


def test_a_challenger_without_a_truth_yet() -> None:
    answers = answered(visits(30))
    unknown = shadowed(answers, [True] * len(answers)).assign(condition=None, confirmed_at=None)
    [duel] = report(unknown).duels
    assert duel.top1 is None
    assert duel.champion.level == "few"


@pytest.mark.parametrize(
    ("age", "band"),
    [(0, "0-4"), (4.9, "0-4"), (5, "5-17"), (18, "18-44"), (130, "65+"), (None, "unknown"),
     (float("nan"), "unknown"), (-1, "0-4")],
)  # fmt: skip
def test_age_bands(age: float | None, band: str) -> None:
    assert age_band(age) == band
