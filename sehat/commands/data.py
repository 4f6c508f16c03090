"""`sehat seed` and `sehat import`: where records come from."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from sehat.console import FAILED, err, fail, out, show

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def seed(
    residents: Annotated[int, typer.Option(min=50, max=2_000_000)] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed draws the same city.")] = 1,
    facilities: Annotated[int, typer.Option(min=11, max=44)] = 40,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last day of history; yesterday by default."),
    ] = None,
    days: Annotated[int, typer.Option(min=30, max=3650, help="Days of history.")] = 730,
) -> None:
    """Fill empty records with the synthetic demonstration city.

    One that was interrupted goes on where it stopped, with the options it was begun with.

    Example: `sehat seed --residents 2000 --seed 7`
    """
    from sehat import state
    from sehat.city import seed as city
    from sehat.city.plan import unfinished

    begun = unfinished(state.database())
    if begun is not None:
        err.print(f"going on with the city of {begun.residents:,} residents that was begun")
    elif state.has_records():
        fail("there are records already; a demonstration city belongs in an empty SEHAT_HOME")
    counts = city.seed(
        state.database(),
        residents=residents,
        seed=seed,
        facilities=facilities,
        until=until.date() if until else None,
        days=days,
    )
    for name, count in counts.items():
        out.print(f"  {name:16} {count:>9,}")


def import_(
    kind: Annotated[str, typer.Argument(help="fhir, ddxplus, lmis or faces.")],
    path: Annotated[Path, typer.Argument(exists=True, help="A file or folder.")],
    rejects: Annotated[Path | None, typer.Option(help="Where rejected rows go.")] = None,
    as_json: AsJson = False,
) -> None:
    """Import records; every row is accepted, rejected with a reason, or unchanged.

    A second run changes nothing; an interrupted one goes on. Rejected rows go to a file that can be
    corrected and imported like the first one.

    Examples: `sehat import fhir bundles/` · `sehat import ddxplus diagnosis/` ·
    `sehat import lmis pharmacy/` · `sehat import faces orl/`
    """
    from sehat.importers import run

    if kind not in run.KINDS:
        fail(f"{kind}: choose one of {', '.join(run.KINDS)}", 2)
    outcome = run.run(kind, path, rejects)

    def told() -> None:
        out.print(
            f"{kind}: {outcome.read:,} rows read = {outcome.accepted:,} accepted + "
            f"{outcome.rejected:,} rejected + {outcome.unchanged:,} unchanged"
        )
        if outcome.rejects:
            out.print(f"rejected rows with reasons: {outcome.rejects}", soft_wrap=True)

    show(asdict(outcome), as_json, told)
    if outcome.rejected and not outcome.accepted and not outcome.unchanged:
        raise typer.Exit(FAILED)


def add_to(app: typer.Typer) -> None:
    app.command()(seed)
    app.command("import")(import_)
