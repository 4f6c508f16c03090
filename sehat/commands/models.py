"""`sehat models`: what the registry holds, and which version answers."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from sehat.console import fail, out, show

app = typer.Typer(
    no_args_is_help=True, help="List, show, compare, promote and roll back trained models."
)

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Capability = Annotated[str, typer.Argument(help="diagnosis, demand or identity.")]


def _checked(capability: str) -> str:
    from models.settings import CAPABILITIES

    if capability not in CAPABILITIES:
        fail(f"{capability}: choose one of {', '.join(CAPABILITIES)}", 2)
    return capability


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """All versions, newest first; the champion is marked.

    Example: `sehat models list --json`
    """
    from training import registry
    from training.gates import LEADING

    found = registry.versions()

    def table() -> None:
        shown = Table("model", "version", "alias", "trained", "on", "figure", "gates", box=None)
        for v in found:
            name = LEADING[v.capability][0]
            value = v.metrics.get(name)
            shown.add_row(
                v.capability,
                v.version,
                "champion" if v.champion else "challenger" if v.challenger else "",
                f"{v.trained_at:%Y-%m-%d %H:%M}",
                f"{v.source} {v.trained_on[:8]}",
                f"{name} {value:.4f}" if value is not None else "",
                v.verdict,
            )
        out.print(shown if found else "No model yet. Train them with: sehat train all")

    show([asdict(v) for v in found], as_json, table)


@app.command("show")
def show_(capability: Capability, version: str | None = None, as_json: AsJson = False) -> None:
    """One version (the champion by default): data, figures against baselines, gates.

    Example: `sehat models show demand`
    """
    from training import registry

    found = registry.versions(_checked(capability))
    chosen = [v for v in found if (v.version == version if version else v.champion)]
    if not chosen:
        fail(f"{capability} has no {'version ' + version if version else 'champion'}")
    one = chosen[0]

    def told() -> None:
        out.print(f"[bold]{one.capability} {one.version}[/] {'champion' if one.champion else ''}")
        out.print(
            f"trained {one.trained_at:%Y-%m-%d %H:%M} UTC on {one.source}, data {one.trained_on}"
        )
        out.print(f"gates: {one.verdict}")
        for name, value in sorted(one.metrics.items()):
            out.print(f"  {name:32} {value:.4f}")

    show(asdict(one), as_json, told)


@app.command(hidden=True)
def prepare() -> None:
    """Make the registry's tables. `up` does it before two processes need them at once."""
    from training import registry

    registry.prepare()


@app.command()
def promote(capability: Capability, version: str) -> None:
    """Make a version the champion, whatever its gates said. Serving follows within seconds.

    Example: `sehat models promote demand 4`
    """
    from training import registry

    if version not in {v.version for v in registry.versions(_checked(capability))}:
        fail(f"{capability} has no version {version}; see: sehat models list")
    registry.promote(capability, version)
    out.print(f"{capability}: version {version} is champion")


@app.command()
def rollback(capability: Capability) -> None:
    """Put back the champion that reigned before.

    Example: `sehat models rollback demand`
    """
    from training import registry

    version = registry.rollback(_checked(capability))
    if version is None:
        fail(f"{capability}: there is no earlier champion to go back to")
    out.print(f"{capability}: version {version} is champion again")


@app.command()
def challenge(
    capability: Annotated[str, typer.Argument(help="diagnosis.")],
    version: Annotated[str | None, typer.Argument(help="None with --stop.")] = None,
    stop: Annotated[
        bool, typer.Option("--stop", help="Nobody answers in shadow any more.")
    ] = False,
) -> None:
    """Let a version answer in shadow: beside the champion, seen by nobody, to be compared with it.

    Example: `sehat models challenge diagnosis 4`
    """
    from training import registry

    if capability not in registry.IN_SHADOW:
        fail(f"{capability}: choose one of {', '.join(registry.IN_SHADOW)}", 2)
    if (version is None) is not stop:
        fail("name the version that is to challenge, or --stop", 2)
    known = {v.version: v for v in registry.versions(capability)}
    if version is not None and version not in known:
        fail(f"{capability} has no version {version}; see: sehat models list")
    if version is not None and known[version].champion:
        fail(f"{capability} {version} is the champion; challenge it with another")
    registry.challenge(capability, version)
    out.print(
        f"{capability}: version {version} answers in shadow" if version else "nobody challenges"
    )


@app.command()
def shadow(
    capability: Annotated[str, typer.Argument(help="diagnosis.")],
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="First day of the window; 28 days ago by default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Champion and challenger on the same visits with a confirmed diagnosis. A person promotes.

    Example: `sehat models shadow diagnosis && sehat models promote diagnosis 4`
    """
    from records_api.core.models import ModelService
    from sehat import drift
    from sehat.commands.drift import tell_duels
    from training import registry

    if capability not in registry.IN_SHADOW:
        fail(f"{capability}: choose one of {', '.join(registry.IN_SHADOW)}", 2)
    duels = drift.measured(since.replace(tzinfo=UTC) if since else None).duels
    running = ModelService(timeout=5).ready().get("shadow") or {}

    def told() -> None:
        tell_duels(duels)
        if not duels:
            out.print("No challenger has answered in this time. Begin with: sehat models challenge")
        for name, value in running.items():
            out.print(f"  {name:10} {value if value is not None else '–'}")

    show({"duels": [duel.model_dump() for duel in duels], "serving": running}, as_json, told)
