"""`sehat drift`: does a model still answer about what it learned from?"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from sehat.console import REFUSED, fail, out, show

if TYPE_CHECKING:
    from records_api.drift.schemas import Calibration, Duel, Report

LEVELS = {"few": "[dim]too few[/]", "steady": "[green]steady[/]", "watch": "[yellow]watch[/]",
          "alarm": "[bold red]alarm[/]"}  # fmt: skip


def drift(
    capability: Annotated[str, typer.Argument(help="diagnosis.")],
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="First day of the window; 28 days ago by default."),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the report for the portal, as each night.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Compare recent visits and answers with what the champion learned from.

    Inputs and answers by the population stability index, calibration by hospital, sex and age, what
    people rejected, and a challenger in shadow. Differences that chance explains count for nothing.
    Reads the feature store as it is: `sehat features refresh` first for the newest. Exit code 3 on an
    alarm.

    Examples: `sehat drift diagnosis` · `sehat drift diagnosis --since 2026-11-01 --json` ·
    `sehat drift diagnosis --keep || mail -s drift planner@city.example < /dev/null`
    """
    from sehat import drift as drifting
    from sehat.state import database

    if capability != "diagnosis":
        fail(f"{capability}: choose diagnosis", 2)
    start = since.replace(tzinfo=UTC) if since else None
    try:
        report = drifting.measured(start)
    except Exception as error:
        if keep:  # nobody watches: that must be seen too
            known = isinstance(error, ValueError | OSError)
            drifting.keep_failure(database(), str(error) if known else type(error).__name__)
        raise
    if keep:
        drifting.keep(database(), report)
    sites = [row.group for row in report.calibration.get("hospital", [])]

    def told() -> None:
        _tell(report, drifting.facility_names(database(), sites))

    show(report.model_dump(mode="json"), as_json, told)
    if report.level == "alarm":
        raise typer.Exit(REFUSED)


def _tell(report: "Report", sites: dict[str, str]) -> None:
    out.print(
        f"[bold]{report.capability} {report.model_version}[/] {LEVELS[report.level]}: "
        f"{report.visits:,} visits from {report.since:%Y-%m-%d} to {report.until:%Y-%m-%d}, "
        f"{report.confirmed:,} with a confirmed diagnosis, against {report.reference_rows:,} learned from"
    )
    moved = Table("what", "visits", "PSI", "chance explains", "", box=None)
    for row in [*report.stability, *(f for f in report.findings if f.level != "steady")]:
        moved.add_row(
            row.name, f"{row.rows:,}", _number(row.psi), _number(row.floor), LEVELS[row.level]
        )
    out.print(moved)
    out.print(
        f"{report.findings_compared} findings were compared; those that moved are named above"
    )
    groups = Table("calibration", "visits", "said", "was", "error (95 %)", "chance", "", box=None)
    for name, rows in report.calibration.items():
        for group in rows:
            groups.add_row(*_calibrated(name, sites.get(group.group, group.group), group))
    out.print(groups)
    rates = Table("share", "of", "", "interval", "", box=None)
    for rate in report.rates:
        interval = f"{_percent(rate.low)} to {_percent(rate.high)}"
        rates.add_row(rate.name, f"{rate.of:,}", _percent(rate.share), interval, LEVELS[rate.level])
    out.print(rates)
    decided = Table("decided", "answers", "confirmed", "top-1", "top-5", box=None)
    for row_ in report.decisions:
        decided.add_row(
            row_.decision, f"{row_.answers:,}", f"{row_.confirmed_cases:,}",
            _percent(row_.top1), _percent(row_.top5),
        )  # fmt: skip
    out.print(decided)
    for reason, count in report.reasons.items():
        out.print(f"  rejected, {reason}: {count:,}")
    tell_duels(report.duels)


def tell_duels(duels: "list[Duel]") -> None:
    for duel in duels:
        out.print(
            f"[bold]challenger {duel.challenger}[/] on {duel.answers:,} visits that both answered; "
            f"their first condition differs in {_percent(duel.differ)}"
        )
        if duel.top1 is None or duel.top5 is None:
            out.print("  no diagnosis of these is confirmed yet")
            continue
        table = Table(
            "", "only champion", "only challenger", "difference (95 %)", "p", "", box=None
        )
        for name, pair in (("top-1", duel.top1), ("top-5", duel.top5)):
            table.add_row(
                name,
                f"{pair.only_champion:,}",
                f"{pair.only_challenger:,}",
                f"{pair.difference:+.1%} ({pair.low:+.1%} to {pair.high:+.1%})",
                f"{pair.p:.3f}",
                "" if pair.enough else "too few to say",
            )
        out.print(table)
        for name, row in (("champion", duel.champion), ("challenger", duel.shadow)):
            out.print(f"  {name}: calibration error {_number(row.error)} on {row.rows:,}")


def _calibrated(name: str, group: str, row: "Calibration") -> list[Any]:
    label = group if name == "all" else f"{name} {group}"
    if row.error is None:
        return [label, f"{row.rows:,}", "", "", "", "", LEVELS["few"]]
    error = f"{row.error:.3f} ({_number(row.low)} to {_number(row.high)})"
    said, was = _percent(row.confidence), _percent(row.accuracy)
    return [label, f"{row.rows:,}", said, was, error, _number(row.floor), LEVELS[row.level]]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def add_to(app: typer.Typer) -> None:
    app.command()(drift)
