"""`sehat predict demand`: a table of series in, a table of forecasts out."""

import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from models.demand.build import CHEAP, FULL, BuildSettings, build
from models.demand.frame import Reading, SeriesError, read, write
from models.demand.panel import Panel
from models.demand.predictor import DemandPredictor
from sehat.written import whole

# Above this many known values the slow models (AutoETS: 50-100 ms a series) are left out.
MOST_FOR_ETS = 100_000
MOST_FOR_THETA = 3_000_000


def predict_file(
    predictor: DemandPredictor | None,
    in_path: Path,
    freq: str,
    horizon: int,
    out_path: Path,
    say: Callable[[str], None] | None = None,
    settings: BuildSettings | None = None,
) -> int:
    """Forecast every series of a CSV or Parquet file; returns the number of series.

    The network starts from the champion's where the champion knows this frequency, is fitted to
    these series, and is blended with statistical forecasts by what each said of a stretch of these
    very series held back. Out: unique_id, ds, mean, q2.5, q10 ... q90, q97.5 as Parquet (or CSV).
    Raises SeriesError on input that cannot be used; nothing is written then.
    """
    tell = say or (lambda line: print(line, file=sys.stderr))
    if horizon < 1:
        raise SeriesError("horizon", f"must be 1 or more, not {horizon}")
    reading = read(_table(in_path), freq)
    for note in reading.notes:
        tell(note)
    out = forecast(predictor, reading, horizon, tell, settings)
    with whole(out_path) as half:
        if out_path.suffix == ".csv":
            out.to_csv(half, index=False)
        else:
            out.to_parquet(half, index=False)
    return len(reading.panel)


def forecast(
    predictor: DemandPredictor | None,
    reading: Reading,
    horizon: int,
    tell: Callable[[str], None],
    settings: BuildSettings | None = None,
) -> pd.DataFrame:
    """The forecasts of a table that was read, as predict_file writes them."""
    panel = reading.panel
    warm = predictor.fitted.get(panel.freq) if predictor else None
    fitted = build(panel, horizon, settings or settings_for(panel), warm)
    source = (
        f"network started from the champion of freq {panel.freq}" if warm else "network fitted anew"
    )
    tell(f"{len(panel)} series, freq {panel.freq}: {source}, weighed on their own past")
    for group, members in fitted.weights.items():
        used = ", ".join(f"{name} {share:.0%}" for name, share in members.items() if share >= 0.005)
        tell(f"  {group}: {used}")
    return write(reading, DemandPredictor({panel.freq: fitted}).predict(panel, horizon))


def settings_for(panel: Panel) -> BuildSettings:
    """What the size of the panel leaves time for."""
    values = int(panel.known().sum())
    members: tuple[str, ...] = FULL if values <= MOST_FOR_ETS else (*CHEAP, "theta")
    if values > MOST_FOR_THETA:
        members = CHEAP
    return BuildSettings(members=members)


def _table(path: Path) -> pd.DataFrame:
    if not path.exists():
        raise SeriesError("in", f"{path} does not exist")
    try:
        if path.suffix in (".parquet", ".pq"):
            return pd.read_parquet(path)
        return pd.read_csv(path, dtype={"unique_id": "string", "ds": "string"})
    except UnicodeDecodeError as error:
        raise SeriesError("in", f"{path.name} is not UTF-8: save it as UTF-8") from error
    except Exception as error:
        raise SeriesError(
            "in", f"{path.name} cannot be read: {str(error).splitlines()[0]}"
        ) from error
