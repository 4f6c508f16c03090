"""`sehat train demand`: from use by period to a registered model.

Reads   the demand training set of the feature store, or a ledger or table of series (PATH)
Writes  a run and a version of the model `demand` in the registry; the champion, if the gates pass
"""

import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd

from models.demand.build import BuildSettings
from training import registry
from training.datasets import lmis
from training.datasets.series import aggregated, digest
from training.demand.train import QUICK, Trained, TrainSettings, fit, joined

Progress = Callable[[float, str], None]
LEARNED = ["unique_id", "ds", "y", "stockout"]


def run(
    data: Path | None = None,
    quick: bool = False,
    progress: Progress = lambda _done, _what: None,
) -> registry.Result:
    """Train for every frequency that the records have or can be summed to.

    Figures and gates are of the first: weeks where days are recorded, else what is recorded.
    Raises ValueError where there is too little to train on or to hold back.
    """
    frames = from_records() if data is None else from_file(data)
    settings = QUICK if quick else TrainSettings()
    chosen = dict(list(frames.items())[:1]) if quick else frames
    rows = pd.concat(frames.values(), keys=frames.keys(), names=["freq"]).reset_index(level="freq")
    with (
        tempfile.TemporaryDirectory(prefix="sehat-demand-") as scratch,
        registry.run(
            "demand",
            {**asdict(settings.build.fit), "freqs": ",".join(chosen), "quick": quick},
            digest(rows[["freq", *LEARNED]]),
            source=data.name if data else "records",
        ) as tracked,
    ):
        trained = _fit_all(chosen, settings, progress)
        first, *others = trained.values()
        folder = Path(scratch) / "predictor"
        joined(first, others).save(folder)
        tracked.metrics(first.metrics)
        for freq, one in list(trained.items())[1:]:
            tracked.metrics({f"freq_{freq}_{k}": v for k, v in one.metrics.items()})
        for name, figure in first.plots.items():
            path = Path(scratch) / f"{name}.png"
            figure.savefig(path, dpi=110)
            tracked.figure(path)
        tracked.card("\n\n".join(one.card for one in trained.values()))
        return tracked.register(folder, rows=len(next(iter(frames.values()))))


def from_records() -> dict[str, pd.DataFrame]:
    """Frames by frequency, the first the one to be judged by. Days are summed to weeks and months
    as well; static columns stay out, for the online store answers without them."""
    from features import store

    rows = store.training_set("demand")
    if rows.empty:
        raise ValueError("the records have no dispensing yet: import or seed some first")
    native = {str(freq): part[LEARNED] for freq, part in rows.groupby("freq")}
    return _orders(native)


def from_file(path: Path) -> dict[str, pd.DataFrame]:
    """A ledger (LMIS, a file or the folder it is in), or a CSV or Parquet table of unique_id, ds, y
    whose frequency is the commonest distance between the dates of a series."""
    frame = _table(path)
    if "stockout" not in frame.columns:
        frame["stockout"] = 0.0
    step = frame.sort_values(["unique_id", "ds"]).groupby("unique_id")["ds"].diff().dt.days
    common = float(np.nanmedian(step)) if step.notna().any() else np.inf
    freq = "D" if common < 6 else "W" if common < 20 else "M"
    return _orders({freq: frame[LEARNED]})


def _table(path: Path) -> pd.DataFrame:
    if path.is_dir() or path.name == lmis.LEDGER:
        return lmis.series(path)
    table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    if set(lmis.NEEDED) <= set(table.columns):
        return lmis.series(path)
    missing = [name for name in ("unique_id", "ds", "y") if name not in table.columns]
    if missing:
        raise ValueError(f"{path.name} has no column {', '.join(missing)}")
    return table.assign(ds=pd.to_datetime(table["ds"]), unique_id=table["unique_id"].astype(str))


def _orders(native: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """All frequencies that can be had, most rows first; weeks stand in for the days they are of."""
    found = dict(native)
    if "D" in native:
        for freq in ("W", "M"):
            summed = aggregated(native["D"], freq)
            found[freq] = pd.concat([native[freq], summed]) if freq in native else summed
    most = max(native, key=lambda freq: len(native[freq]))
    first = "W" if most == "D" else most
    order = [first, *(freq for freq in ("W", "D", "M") if freq in found and freq != first)]
    return {freq: found[freq].reset_index(drop=True) for freq in order if len(found[freq])}


def _fit_all(
    frames: dict[str, pd.DataFrame], settings: TrainSettings, progress: Progress
) -> dict[str, Trained]:
    """Every frequency; one that is too short is left out unless it is the first."""
    out: dict[str, Trained] = {}
    for number, (freq, frame) in enumerate(frames.items()):
        try:
            use = replace(settings, build=_less(settings.build)) if number else settings
            out[freq] = fit(frame, freq, use, _Steps(progress, number, len(frames), freq))
        except ValueError:
            if not out:
                raise
    progress(1.0, "")
    return out


def _less(build: BuildSettings) -> BuildSettings:
    """For the frequencies that are there for who asks: half the time."""
    return replace(build, most_steps=build.most_steps // 2)


class _Steps:
    """Turns the stages of several fits into one share that never falls."""

    STAGES = 6  # three fits of the network, three baselines

    def __init__(self, progress: Progress, number: int, count: int, freq: str) -> None:
        self._progress, self._number, self._count, self._freq = progress, number, count, freq
        self._before, self._share = 0, 0.0

    def __call__(self, stage: str, share: float) -> None:
        if share < self._share:  # the next stage has begun
            self._before = min(self._before + 1, self.STAGES - 1)
        self._share = share
        done = (self._before + share) / self.STAGES
        self._progress((self._number + done) / self._count, f"{stage} ({self._freq})")
