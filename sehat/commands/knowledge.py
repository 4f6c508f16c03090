"""`sehat knowledge`: what the suite knows of illness, whether it is sound, and into the records."""

from pathlib import Path
from typing import Annotated

import typer

from knowledge.schema import AGE_BANDS, Condition
from sehat.console import FAILED, fail, out, show

app = typer.Typer(no_args_is_help=True, help="Read, check and load the catalogue of illnesses.")

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command()
def lint(
    folder: Annotated[
        Path | None, typer.Argument(help="A catalogue's folder; Delhi's by default.")
    ] = None,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Only what is broken fails.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Name each fault: ids that lead nowhere, doubled aliases, missing red flags, and the like.

    Examples: `sehat knowledge lint` · `sehat knowledge lint diagnosis/ --allow-missing`
    """
    from knowledge import catalogue, lint

    read = catalogue.load(folder or catalogue.DELHI)
    faults = [fault for fault in lint.check(read) if fault.kind == "broken" or not allow_missing]
    counts = {
        "name": read.name,
        "version": read.version,
        "findings": len(read.findings),
        "conditions": len(read.conditions),
        "citations": len(read.citations),
        "frequencies": len(read.frequencies),
        "published_frequencies": sum(link.is_published for link in read.frequencies),
        "faults": [{"where": f.where, "what": f.what, "kind": f.kind} for f in faults],
    }

    def told() -> None:
        for fault in faults:
            out.print(f"{fault.kind:8} {fault}", highlight=False, markup=False, soft_wrap=True)
        out.print(
            f"{read.name} {read.version}: {len(read.findings)} findings, "
            f"{len(read.conditions)} conditions, {len(read.citations)} citations, "
            f"{len(faults) or 'no'} faults"
        )
        out.print(
            f"{counts['published_frequencies']} of {counts['frequencies']} frequencies "
            "have a published source",
            highlight=False,
        )
        if read.review:
            out.print(read.review, soft_wrap=True)

    show(counts, as_json, told)
    if faults:
        raise typer.Exit(FAILED)


@app.command("show")
def show_(
    condition: Annotated[str, typer.Argument(help="A condition's id, name or alias.")],
    folder: Annotated[
        Path | None, typer.Option(help="A catalogue's folder; Delhi's by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """All that the catalogue says of one condition.

    Example: `sehat knowledge show dengue`
    """
    from knowledge import catalogue

    read = catalogue.load(folder or catalogue.DELHI)
    word = condition.casefold()
    found = next(
        (c for c in read.conditions if word in (c.id.casefold(), c.name_en.casefold())), None
    ) or next((c for c in read.conditions if word in map(str.casefold, c.aliases)), None)
    if found is None:
        near = [c.id for c in read.conditions if word in c.id or word in c.name_en.casefold()]
        fail(
            f"there is no condition {condition}. {'Near it: ' + ', '.join(near) if near else ''}", 2
        )
    lines = _lines(found, read.names_en, {c.id: c.title for c in read.citations})

    def told() -> None:
        for line in lines:
            out.print(line, highlight=False, markup=False, soft_wrap=True)

    show(found.model_dump(mode="json"), as_json, told)


@app.command()
def load(
    folder: Annotated[
        Path | None, typer.Argument(help="A catalogue's folder, or DDXPlus's; Delhi's by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a catalogue the terminology: what the desks can record, ask, show and search.

    Concepts that are there take the catalogue's content; a second run changes nothing. None is taken
    away, for records may name it. The worker takes the change into the features.

    Examples: `sehat knowledge load` · `sehat knowledge load diagnosis/`
    """
    from knowledge import catalogue
    from sehat import state, terminology

    read = catalogue.load(folder or catalogue.DELHI)
    counts = terminology.load(state.database(), read)

    def told() -> None:
        out.print(
            f"{read.name} {read.version}: {counts.added:,} added, {counts.changed:,} changed, "
            f"{counts.unchanged:,} unchanged (findings, their answers and conditions)",
            soft_wrap=True,
        )

    show({"name": read.name, "version": read.version, **counts.model_dump()}, as_json, told)


def _lines(condition: Condition, names: dict[str, str], titles: dict[str, str]) -> list[str]:
    """The condition in lines for a clinician to read; `names` by finding key, `titles` by id."""
    both = " · ".join(filter(None, (condition.name_en, condition.name_hi)))
    lines = [f"{both} ({condition.icd10})"]
    lines.append(f"severity {condition.severity} of 5 (1 worst) · {condition.specialty or '-'}")
    if rate := condition.rate:
        lines.append(f"about {rate.per_thousand:g} visits a thousand a year ({rate.source})")
        ages = zip(AGE_BANDS, rate.ages, strict=True)
        lines.append("  by age: " + ", ".join(f"{band} ×{factor:g}" for band, factor in ages))
        lines.append("  by month: " + " ".join(f"{factor:g}" for factor in rate.months))
    lines.append("findings:")
    for key, link in sorted(condition.findings.items(), key=lambda item: -(item[1].frequency or 0)):
        often = "  ?  " if link.frequency is None else f"{link.frequency:5.0%}"
        lines.append(f"  {often}  {names.get(key, key)} ({link.source})")
    for flag in condition.red_flags:
        why = f": {flag.why}" if flag.why else ""
        lines.append("red flag: " + " and ".join(names.get(k, k) for k in flag.findings) + why)
    lines += [f"first test: {test}" for test in condition.first_tests]
    if condition.treatment:
        lines.append(f"treatment: {condition.treatment.text} ({condition.treatment.source})")
    lines += [f"caution ({bar.kind}): {bar.text}" for bar in condition.contraindications]
    if condition.referral:
        lines.append(f"refer: {condition.referral.when} → {condition.referral.where}")
    lines += [f"source: {titles.get(source, source)}" for source in sorted(condition.sources)]
    return lines
