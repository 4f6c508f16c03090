"""The whole of `sehat train diagnosis --data`: learned, registered, promoted, served."""

import json
from pathlib import Path

import pandas as pd
import pytest

from models.diagnosis import Case, DiagnosisPredictor
from training.diagnosis import run
from training.diagnosis.generated import generate
from training.drift.profile import Profile


@pytest.fixture
def ddxplus(tmp_path: Path) -> Path:
    """The made-up clinic in the shape of a DDXPlus release."""
    rows, dictionary = generate(2000, seed=4)  # fewer would leave the gates to chance
    conditions = dictionary[dictionary["kind"] == "condition"].set_index("code")
    findings = {finding for present in rows["present"] for finding in present}
    questions = {f.split("_@_")[0] for f in findings}
    (tmp_path / "release_conditions.json").write_text(
        json.dumps(
            {
                c: {"icd10-id": r["icd10"], "severity": int(r["severity"])}
                for c, r in conditions.iterrows()
            }
        )
    )
    (tmp_path / "release_evidences.json").write_text(
        json.dumps({q: {"data_type": "B", "question_en": q, "code_question": q} for q in questions})
    )
    rows.rename(columns={"present": "evidences", "condition": "pathology"})[
        ["age", "sex", "evidences", "pathology"]
    ].to_parquet(tmp_path / "patients.parquet")
    return tmp_path


def test_a_run_ends_in_a_champion_that_answers(ddxplus: Path) -> None:
    from serving.champion import load
    from training import registry

    told: list[float] = []
    result = run.run(data=ddxplus, quick=True, progress=lambda done, _: told.append(done))

    assert told == sorted(told)
    assert told[-1] == 0.95
    assert result.promoted, result.reasons
    assert result.rows == len(pd.read_parquet(ddxplus / "patients.parquet"))
    champion = load("diagnosis")
    assert champion is not None
    assert champion.ref.version == result.version
    assert isinstance(champion.predictor, DiagnosisPredictor)
    [answer] = champion.predictor.predict([Case(present=["wheeze"])])
    assert answer.ranked[0].condition == "asthma"
    [version] = registry.versions("diagnosis")
    assert version.metrics["top1"] == pytest.approx(result.metrics["top1"])
    kept = registry.profile(version)
    assert kept is not None
    population = Profile.from_json(kept)
    assert population.rows == result.rows
    assert set(population.shares) == {
        "age", "sex", "findings known", "first condition", "score", "abstained",
    }  # fmt: skip
    assert sum(population.shares["score"].values()) == version.metrics["test_rows"]
    assert min(n for counts in population.shares.values() for n in counts.values()) >= 1
    store = registry.client()
    assert {f.path for f in store.list_artifacts(version.run_id)} >= {"figures", "model-card.md"}
    assert {f.path for f in store.list_artifacts(version.run_id, "figures")} == {
        "figures/reliability.png",
        "figures/evidence.png",
    }


def test_the_mlflow_model_answers_as_the_predictor(ddxplus: Path) -> None:
    """`mlflow.pyfunc.load_model` is how others than our service would use it."""
    import mlflow

    run.run(data=ddxplus, quick=True)
    model = mlflow.pyfunc.load_model("models:/diagnosis@champion")
    [answer] = model.unwrap_python_model().predict(None, [Case(present=["wheeze"])])

    assert answer.ranked[0].condition == "asthma"
