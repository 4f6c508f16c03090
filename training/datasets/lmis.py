"""The contraceptive logistics ledger of Côte d'Ivoire (USAID, 2020) as a frame of series.

Demand is what was distributed. Cautions: stock-out days are under-reported, so that some zeros are
empty shelves; some zeros are items a site does not stock; starts are ragged, and months are missing.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

LEDGER = "lmis_cote_divoire_2016_2018.csv"
NEEDED = ("year", "month", "site_code", "product_code", "stock_distributed")


def find(path: Path) -> Path:
    """The ledger at `path`, or in the folder `path`; raises FileNotFoundError."""
    for candidate in (path, path / LEDGER, path / "pharmacy" / LEDGER):
        if candidate.is_file():
            return candidate
    raise FileNotFoundError(f"no ledger at {path}: give {LEDGER} or the folder it is in")


def series(path: Path) -> pd.DataFrame:
    """unique_id (site|product), ds (first of the month), y, stockout (0..1), region, product."""
    ledger = pd.read_csv(find(path))
    missing = [name for name in NEEDED if name not in ledger.columns]
    if missing:
        raise ValueError(f"the ledger has no column {', '.join(missing)}")
    frame = pd.DataFrame(
        {
            "unique_id": ledger["site_code"].str.cat(ledger["product_code"], sep="|"),
            "ds": pd.to_datetime({"year": ledger["year"], "month": ledger["month"], "day": 1}),
            "y": ledger["stock_distributed"].astype(float),
            "stockout": _stockout(ledger),
            "item": ledger["product_code"],
        }
    )
    return frame.sort_values(["unique_id", "ds"], ignore_index=True)


def _stockout(ledger: pd.DataFrame) -> NDArray[Any]:
    """Share of the month without stock, as far as the site reported it."""
    if "stock_stockout_days" not in ledger.columns:
        return np.zeros(len(ledger))
    return (ledger["stock_stockout_days"].clip(0, 30) / 30).to_numpy(dtype=float)
