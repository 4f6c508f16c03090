"""`sehat train identity`: from captures to a registered model.

Reads   the captures that the feature store names, or a folder of people (PATH)
Writes  a run and a version of the model `identity` in the registry; the champion, if the gates pass
"""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from training import registry
from training.datasets import captures as records
from training.datasets.faces import digest, read_people
from training.identity.train import Settings, fit

Progress = Callable[[float, str], None]


def run(
    data: Path | None = None,
    quick: bool = False,
    progress: Progress = lambda _done, _what: None,
    settings: Settings | None = None,
) -> registry.Result:
    """Raises TooFewError, with how many it takes, where there are not enough people with captures."""
    captures = read_people(data) if data else records.from_records()
    settings = settings or Settings()
    if quick:
        settings = replace(settings, folds=2, steps=40, people=60, captures_each=5)
    params = {
        name: getattr(settings, name)
        for name in (
            "folds",
            "steps",
            "steps_a_person",
            "batch",
            "learning_rate",
            "margin",
            "people",
            "seed",
        )
    }
    with (
        tempfile.TemporaryDirectory(prefix="sehat-identity-") as scratch,
        registry.run(
            "identity", params, digest(captures), source=str(data.name) if data else "records"
        ) as tracked,
    ):
        folder = Path(scratch) / "predictor"
        trained = fit(captures, settings, folder, progress)
        tracked.metrics(trained.metrics)
        for name, picture in trained.plots.items():
            path = Path(scratch) / name
            path.write_bytes(picture)
            tracked.figure(path)
        tracked.card(trained.card)
        return tracked.register(folder, rows=len(captures))
