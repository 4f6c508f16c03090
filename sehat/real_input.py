"""The whole loop on data made elsewhere: `make real-input DATA=folder`.

On an empty state: import, refresh, train, predict on parts held back (by patient, by time, by
person), and one table. All of it through the command line, as a user would.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from records_api.core.settings import settings
from sehat.console import err, out

HELD_BACK = 0.2  # of DDXPlus patients
MONTHS = 3  # of the LMIS ledger
PEOPLE = 10  # of ORL
TARGETS = {"diagnosis": 0.99, "identity": 0.15}


@dataclass(frozen=True)
class Parts:
    """Where the part to learn from and the part held back lie, and how large each is."""

    learn: Path
    held: Path
    learned: int
    held_back: int


class Loop:
    """Runs `sehat` commands on a state of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env = {"SEHAT_HOME": str(home)}

    def sehat(self, *words: str) -> str:
        import os

        err.print(f"$ sehat {' '.join(words)}", style="dim", soft_wrap=True)
        env = {k: v for k, v in os.environ.items() if not k.startswith("SEHAT_")}
        done = subprocess.run(
            [sys.executable, "-m", "sehat", *words],
            env={**env, **self.env},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode not in (0, 3):
            raise SystemExit(f"sehat {words[0]} ended with {done.returncode}")
        return done.stdout

    def load(self, kind: str, path: Path) -> dict[str, Any]:
        """Import twice: the second time everything must be unchanged."""
        first: dict[str, Any] = json.loads(self.sehat("import", kind, str(path), "--json"))
        again = json.loads(self.sehat("import", kind, str(path), "--json"))
        first["again"] = again
        return first


def split_patients(data: Path, to: Path) -> Parts:
    """DDXPlus by patient: each row is one."""
    import pandas as pd

    frame = pd.read_parquet(data / "ddxplus_patients.parquet")
    held = frame.sample(frac=HELD_BACK, random_state=1).sort_index()
    learn = to / "ddxplus"
    learn.mkdir(parents=True)
    frame.drop(held.index).to_parquet(learn / "patients.parquet")
    for name in ("release_conditions.json", "release_evidences.json"):
        shutil.copy(data / name, learn / name)
    held.to_parquet(to / "ddxplus-held.parquet")
    return Parts(learn, to / "ddxplus-held.parquet", len(frame) - len(held), len(held))


def split_months(data: Path, to: Path) -> Parts:
    """The ledger by time: its last months are held back."""
    import pandas as pd

    ledger = pd.read_csv(data / "lmis_cote_divoire_2016_2018.csv", dtype=str, keep_default_na=False)
    month = ledger["year"].astype(int) * 12 + ledger["month"].astype(int)
    late = month > month.max() - MONTHS
    learn = to / "lmis"
    learn.mkdir(parents=True)
    ledger[~late].to_csv(learn / "ledger.csv", index=False)
    ledger[late].to_csv(to / "lmis-held.csv", index=False)
    for name in ("lmis_product.csv", "lmis_service_delivery_site_data.csv"):
        shutil.copy(data / name, learn / name)
    return Parts(learn, to / "lmis-held.csv", int((~late).sum()), int(late.sum()))


def split_people(data: Path, to: Path) -> Parts:
    """Faces by person: the last people, in the order of their numbers, are never trained on."""
    people = sorted((p for p in data.iterdir() if p.is_dir()), key=lambda p: int(p.name[1:]))
    learn, held = to / "faces", to / "faces-held"
    for person in people[:-PEOPLE]:
        shutil.copytree(person, learn / person.name)
    for person in people[-PEOPLE:]:
        shutil.copytree(person, held / person.name)
    return Parts(learn, held, sum(1 for _ in _pictures(learn)), sum(1 for _ in _pictures(held)))


def _pictures(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*/*.pgm"))


def measure_diagnosis(loop: Loop, parts: Parts) -> list[tuple[str, float, str]]:
    import pandas as pd

    held = pd.read_parquet(parts.held)
    asked = loop.home / "patients.parquet"
    pd.DataFrame(
        {
            "id": held["row"].astype(str),
            "age": held["age"],
            "sex": held["sex"],
            "findings": held["evidences"],
        }
    ).to_parquet(asked)
    answered = loop.home / "ranked.parquet"
    loop.sehat("predict", "diagnosis", "--in", str(asked), "--out", str(answered))
    ranked = pd.read_parquet(answered)["ranked"]
    top1 = [row[0]["condition"] for row in ranked]
    top3 = [{c["condition"] for c in row[:3]} for row in ranked]
    truth = held["pathology"].tolist()
    learned = pd.read_parquet(parts.learn / "patients.parquet")["pathology"]
    usual = learned.value_counts().idxmax()
    right = sum(t == p for t, p in zip(truth, top1, strict=True)) / len(truth)
    among = sum(t in p for t, p in zip(truth, top3, strict=True)) / len(truth)
    return [
        ("diagnosis top-1", right, f"≥ {TARGETS['diagnosis']}"),
        ("diagnosis top-3", among, ""),
        ("  baseline: commonest condition", sum(t == usual for t in truth) / len(truth), ""),
    ]


def measure_demand(loop: Loop, parts: Parts) -> list[tuple[str, float, str]]:
    """Weighted quantile loss on the months held back, of every site and item pooled."""
    import numpy as np
    import pandas as pd

    from models.demand.frame import read
    from models.demand.quantiles import QUANTILES, weighted_quantile_loss
    from models.demand.statistical import statistical
    from training.datasets.lmis import series

    past = series(parts.learn / "ledger.csv")
    held = series(parts.held)
    held = held[held["unique_id"].isin(set(past["unique_id"]))]
    asked, answered = loop.home / "series.csv", loop.home / "forecast.parquet"
    # A series that fell silent earlier ends with an empty month, so that all are asked for the same
    # three: an empty y is unknown.
    last = past["ds"].max()
    silent = past.groupby("unique_id", as_index=False)["ds"].max().query("ds < @last")
    silent = silent.assign(ds=last, y=float("nan"))
    series_in = pd.concat([past, silent])[["unique_id", "ds", "y"]].sort_values(["unique_id", "ds"])
    series_in.to_csv(asked, index=False)
    loop.sehat(
        *("predict", "demand", "--in", str(asked), "--freq", "M"),
        *("--horizon", str(MONTHS), "--out", str(answered)),
    )
    forecast = pd.read_parquet(answered)
    columns = [f"q{q * 100:g}" for q in QUANTILES]
    joined = held.merge(forecast, on=["unique_id", "ds"], how="left", validate="one_to_one")
    if joined[columns].isna().any(axis=None):
        raise SystemExit("a month held back has no forecast")
    figures = [
        (
            "demand weighted quantile loss",
            weighted_quantile_loss(joined["y"].to_numpy(), joined[columns].to_numpy()),
            "below both",
        )
    ]
    panel = read(past, "M").panel.aligned()
    for name in ("seasonal_naive", "ets", "croston"):
        _, quantiles = statistical(name, panel, MONTHS, None)
        months = pd.period_range(past["ds"].max(), periods=MONTHS + 1, freq="M")[1:].to_timestamp()
        index = {(u, m): (i, j) for i, u in enumerate(panel.ids) for j, m in enumerate(months)}
        at = [index[key] for key in zip(held["unique_id"], held["ds"], strict=True)]
        rows, steps = np.array(at).T
        loss = weighted_quantile_loss(held["y"].to_numpy(), quantiles[rows, steps])
        figures.append((f"  baseline: {name.replace('_', ' ')}", loss, ""))
    return figures


def measure_identity(loop: Loop, parts: Parts) -> list[tuple[str, float, str]]:
    """Equal error rate over all pairs of pictures of people never trained on."""
    from itertools import combinations

    import numpy as np
    import pandas as pd
    from PIL import Image

    from training.identity.evaluate import Pairs, eer, eigenfaces, pairs

    files = list(_pictures(parts.held))
    asked, answered = loop.home / "pairs.csv", loop.home / "scores.csv"
    both = list(combinations(files, 2))
    pd.DataFrame(both, columns=["a", "b"]).to_csv(asked, index=False)
    loop.sehat("predict", "identity", "--pairs", str(asked), "--out", str(answered))
    scores = pd.read_csv(answered)
    same = np.array([a.parent == b.parent for a, b in both])
    value = scores["score"].fillna(-1.0).to_numpy()
    found = Pairs(value[same], value[~same])

    def pixels(paths: list[Path]) -> Any:
        return np.array([np.asarray(Image.open(p).convert("L"), float).ravel() for p in paths])

    people = np.array([int(p.parent.name[1:]) for p in files])
    plain = pairs(eigenfaces(pixels(list(_pictures(parts.learn))), pixels(files)), people)
    return [
        ("identity equal error rate", eer(found), f"≤ {TARGETS['identity']}"),
        ("  baseline: eigenfaces", eer(plain), ""),
        ("  referred to a person", float((scores["decision"] == "refer").mean()), ""),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data: Path = parser.parse_args().data.resolve()
    if not (data / "diagnosis").is_dir():
        parser.error(f"{data} holds no folder diagnosis")
    home = settings().home.resolve() / "real-input"
    shutil.rmtree(home, ignore_errors=True)
    loop = Loop(home)
    split = home / "split"
    split.mkdir(parents=True)
    start = time.monotonic()

    patients = split_patients(data / "diagnosis", split)
    months = split_months(data / "pharmacy", split)
    people = split_people(data / "faces" / "orl", split)
    held = {"ddxplus": patients, "lmis": months, "faces": people}
    loads = {
        "fhir": loop.load("fhir", data / "fhir" / "synthea"),
        "ddxplus": loop.load("ddxplus", patients.learn),
        "lmis": loop.load("lmis", months.learn),
        "faces": loop.load("faces", people.learn),
    }
    loop.sehat("features", "refresh", "--json")
    loop.sehat("train", "all", "--json")
    figures = [
        *measure_diagnosis(loop, patients),
        *measure_demand(loop, months),
        *measure_identity(loop, people),
    ]
    whole = loop.sehat("audit", "verify")
    _report(loads, held, figures, whole.strip(), time.monotonic() - start)


def _report(
    loads: dict[str, dict[str, Any]],
    held: dict[str, Parts],
    figures: list[tuple[str, float, str]],
    audit: str,
    seconds: float,
) -> None:
    table = Table(title="Real input", title_justify="left", box=None)
    for name in (
        "input",
        "read",
        "accepted",
        "rejected",
        "unchanged",
        "2nd run unchanged",
        "held back",
    ):
        table.add_column(name, justify="left" if name == "input" else "right")
    whole = True
    for kind, load in loads.items():
        again = load["again"]
        table.add_row(
            kind,
            *(f"{load[name]:,}" for name in ("read", "accepted", "rejected", "unchanged")),
            f"{again['unchanged']:,}",
            f"{held[kind].held_back:,}" if kind in held else "0",
        )
        whole &= load["read"] == load["accepted"] + load["rejected"] + load["unchanged"]
        whole &= again["accepted"] == 0
        whole &= kind not in held or load["read"] == held[kind].learned
    out.print(table)
    shown = Table(box=None)
    for name in ("figure, on what was held back", "value", "target"):
        shown.add_column(name, justify="right" if name == "value" else "left")
    for name, value, target in figures:
        shown.add_row(name, f"{value:.4f}", target)
    out.print(shown)
    out.print(f"every row accounted for: {'yes' if whole else 'NO'};  audit: {audit}")
    out.print(f"{seconds / 60:.1f} minutes")
    if not whole:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
