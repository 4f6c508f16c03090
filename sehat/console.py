"""What every command shares: output for people and for programs, progress, exit codes."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, Protocol

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

OK, FAILED, USAGE, REFUSED = 0, 1, 2, 3
EXIT_CODES = (
    "Exit codes: 0 done, 1 failed, 2 wrong use, 3 done but not ready (a model was refused by its "
    "gates, a part is not running, a model drifts)."
)

out = Console()
err = Console(stderr=True)


def show(value: Any, as_json: bool, for_people: Callable[[], None]) -> None:
    """Print a value as JSON for a program, or in the way that people read."""
    if as_json:
        sys.stdout.write(json.dumps(value, indent=2, default=str, ensure_ascii=False) + "\n")
    else:
        for_people()


def fail(message: str, code: int = FAILED) -> NoReturn:
    err.print("[bold red]sehat:[/] " + escape(message), highlight=False, soft_wrap=True)
    raise typer.Exit(code)


class Bar(Protocol):
    """How far long work has come: `done` of `total`, and what is being done."""

    def __call__(self, done: float, what: str = "", total: float | None = None) -> None: ...


@contextmanager
def progress(title: str, total: float | None = None) -> Iterator[Bar]:
    """A bar on stderr; without a total it counts."""
    with Progress(
        TextColumn("{task.description:40}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=err,
    ) as bar:
        task = bar.add_task(title, total=total)

        def update(done: float, what: str = "", total: float | None = None) -> None:
            said = f"{title}: {what}" if what else title
            bar.update(task, completed=done, description=said[:40])
            if total is not None:
                bar.update(task, total=total)

        yield update
        [shown] = bar.tasks
        bar.update(task, description=title, total=shown.total or 1, completed=shown.total or 1)
