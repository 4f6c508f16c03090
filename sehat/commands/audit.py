"""`sehat audit`: is the log of who saw and did what still whole?"""

from typing import Annotated

import typer

from sehat.console import FAILED, out, show

app = typer.Typer(no_args_is_help=True, help="Check the log of who saw and did what.")


@app.callback()
def _group() -> None:
    """Keeps `verify` a command of its own while it is the only one."""


@app.command()
def verify(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Follow the chain of hashes from the first row to the last; name each row that was changed.

    Example: `sehat audit verify && echo whole`
    """
    from sqlalchemy import func, select

    from records_api.core.audit import AuditRow, broken_rows
    from sehat.state import database

    with database().reading() as session:
        rows = session.scalar(select(func.count()).select_from(AuditRow)) or 0
        broken = list(broken_rows(session))

    def told() -> None:
        for line in broken:
            out.print(f"[red]{line}[/]")
        out.print(f"{rows} rows, {'the chain is whole' if not broken else f'{len(broken)} faults'}")

    show({"rows": rows, "faults": broken}, as_json, told)
    if broken:
        raise typer.Exit(FAILED)
