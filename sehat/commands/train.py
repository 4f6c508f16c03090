"""`sehat features` and `sehat train`: from records to features to champions."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sehat.console import REFUSED, fail, out, progress, show

features = typer.Typer(
    no_args_is_help=True, help="Keep the feature store in step with the records."
)


@features.command("apply")
def apply() -> None:
    """Register the entities and views with Feast. Done by `refresh` too; safe to repeat.

    Example: `sehat features apply`
    """
    from features import store

    store.apply()
    out.print("feature views are registered")


@features.command("refresh")
def refresh(
    as_json: Annotated[bool, typer.Option("--json")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Progress only, no counts.")] = False,
) -> None:
    """Take what changed in the records since the last time, and write the online features.

    Example: `sehat features refresh`
    """
    counts = refreshed()

    def told() -> None:
        for name, count in ({} if quiet else counts).items():
            out.print(f"  {name:28} {count:>9,}")

    show(counts, as_json, told)


def refreshed() -> dict[str, int]:
    from features import store
    from sehat.state import database

    database()  # a first refresh needs the tables
    with progress("features") as bar:
        return dict(store.refresh(lambda what, done, total: bar(done, what, total)))


def shown(capability: str, metrics: dict[str, float]) -> list[str]:
    """The figures that the gates look at; `sehat models show` has all of them."""
    from training.gates import GATES

    named = (n for gate in GATES[capability] for n in (gate.metric, gate.above, gate.below) if n)
    return [name for name in dict.fromkeys(named) if name in metrics]


def trained(capabilities: list[str], data: Path | None, quick: bool) -> list[Any]:
    from importlib import import_module

    results = []
    for name in capabilities:
        run = import_module(f"training.{name}.run").run
        with progress(f"train {name}", 1.0) as bar:
            results.append(run(data=data, quick=quick, progress=bar))
    return results


def train(
    capability: Annotated[
        str,
        typer.Argument(help="diagnosis, demand, identity, all, or missing: what has no champion."),
    ],
    data: Annotated[
        Path | None,
        typer.Option(exists=True, help="Train on this file or folder instead of the records."),
    ] = None,
    quick: Annotated[
        bool, typer.Option(help="A small model in seconds, for tests and demos.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Train, measure against baselines, register; the gates decide who becomes champion.

    Without `--data` the training set is read point in time from the feature store.

    Examples: `sehat train all` · `sehat train diagnosis --data ddxplus/` ·
    `sehat train demand --data series.csv`
    """
    from models.settings import CAPABILITIES

    several = {"all": list(CAPABILITIES), "missing": []}
    if capability not in (*several, *CAPABILITIES):
        fail(f"{capability}: choose one of {', '.join((*CAPABILITIES, *several))}", 2)
    if capability in several and data is not None:
        fail(f"--data belongs to one capability; name it instead of {capability}", 2)
    if capability == "missing":
        from training import registry

        have = {v.capability for v in registry.versions() if v.champion}
        several["missing"] = [name for name in CAPABILITIES if name not in have]
    names = several.get(capability, [capability])
    results = trained(names, data, quick)

    def told() -> None:
        for r in results:
            state = "is champion" if r.promoted else "was refused: " + "; ".join(r.reasons)
            out.print(f"[bold]{r.capability} {r.version}[/] {state} ({r.rows:,} rows)")
            for name in shown(r.capability, r.metrics):
                out.print(f"  {name:32} {r.metrics[name]:.4f}")

    show([vars(r) for r in results], as_json, told)
    if not all(r.promoted for r in results):
        raise typer.Exit(REFUSED)


def add_to(app: typer.Typer) -> None:
    app.add_typer(features, name="features")
    app.command()(train)
