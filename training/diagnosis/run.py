"""`sehat train diagnosis`: feature store (or a DDXPlus folder) → fit → MLflow → gates → champion."""

import hashlib
import tempfile
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from training import registry
from training.datasets.ddxplus import read_ddxplus
from training.diagnosis.frame import COLUMNS
from training.diagnosis.population import learned_from
from training.diagnosis.settings import Progress, Settings
from training.diagnosis.train import fit

QUICK = Settings(
    copies=3, strengths=(10.0,), iterations=40, epochs=6, most_steps=300, width=128, asked=500
)


def run(
    data: Path | None = None,
    quick: bool = False,
    progress: Progress = lambda _done, _what: None,
) -> registry.Result:
    """Reads: training set and dictionary of the feature store, or DDXPlus at `data`. Writes: an
    MLflow run with metrics, plots, card and the population's profile, and a version of the model `diagnosis`.

    Raises FileNotFoundError without features, TrainingDataError or DDXPlusError for unfit data.
    """
    progress(0.0, "reading confirmed diagnoses")
    if data is None:
        from features import store

        frame, dictionary, source = store.training_set("diagnosis"), store.dictionary(), "records"
    else:
        (frame, dictionary), source = read_ddxplus(data), data.name
    settings = QUICK if quick else Settings()
    with (
        tempfile.TemporaryDirectory() as folder,
        registry.run("diagnosis", asdict(settings), digest(frame), source) as record,
    ):
        trained = fit(frame, dictionary, settings, progress)
        progress(0.95, "registering")
        record.metrics(trained.metrics)
        for figure in trained.save(Path(folder)):
            record.figure(figure)
        record.card(trained.card)
        record.profile(learned_from(frame, trained, settings).to_json())
        return record.register(Path(folder) / "predictor", rows=len(frame))


def digest(frame: pd.DataFrame) -> str:
    """SHA-256 of what is learned from, whatever the order of rows and columns."""
    learned = [
        *COLUMNS,
        "absent",
        "local_conditions",
        "local_shares",
        "prior_conditions",
        "differential",
    ]
    names = sorted(name for name in learned if name in frame)
    lines = sorted(frame[names].to_json(orient="records", lines=True).splitlines())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
