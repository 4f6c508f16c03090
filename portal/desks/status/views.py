"""From a drift report to what its page shows: names instead of codes, what moved first."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from portal.desks.status.pages import DriftPage, Grouped, Moved, Suggestion
from portal.render import speaker
from records_api.core.context import Context
from records_api.core.i18n import marked as _
from records_api.drift import service
from records_api.drift.schemas import Bin, DriftOut, Report, Stability
from records_api.encounters import repository as encounters
from records_api.facilities import repository as facilities
from records_api.facilities.tables import Facility

NAMES = {
    "age": _("Age"),
    "sex": _("Sex"),
    "district": _("District"),
    "findings known": _("Number of findings"),
    "first condition": _("First suggestion"),
    "score": _("Probability of the first suggestion"),
    "abstained": _("Abstained"),
    "all": _("All"),
    "hospital": _("Facility"),
}
VALUES = {
    "F": _("female"),
    "M": _("male"),
    "other": _("Other"),
    "unknown": _("Not known"),
    "present": _("Present"),
    "not": _("Not present"),
    "yes": _("Yes"),
    "no": _("No"),
    "all": _("All"),
}
WORDS = {
    "coverage": _("The likely conditions held the confirmed one"),
    "abstained": _("The model abstained"),
    "rejected": _("Suggestions rejected, of those decided"),
    "accepted": _("Accepted"),
    "undecided": _("Not decided"),
    "confirmed instead": _("Another condition was confirmed"),
    "other-diagnosis": _("Another diagnosis is more likely."),
    "already-known": _("This was known already."),
    "findings-wrong": _("The findings it rests on are wrong or incomplete."),
    "not-now": _("It does not matter in this visit."),
    "other": _("Another reason."),
    "own words": _("In their own words"),
}
SHOWN = 12  # values of one input
_EARLIER = 14  # reports: two weeks


def newest(ctx: Context) -> DriftOut | None:
    row = next(iter(service.newest(ctx, limit=1)), None)
    return service.told(ctx, row) if row else None


def page(ctx: Context) -> DriftPage:
    rows = service.newest(ctx, limit=_EARLIER)
    told = service.told(ctx, rows[0]) if rows else None
    # A look that failed hides nothing: the last that did not is shown below it.
    whole = next((row for row in rows if row.level != "failed"), None)
    report = service.told(ctx, whole).report if whole else None
    say = speaker(ctx.language)
    words = {key: say(text) for key, text in WORDS.items()}
    if report is None:
        return DriftPage(told, None, (), (), (), (), rows[1:], words)
    names = _names(ctx, report)
    return DriftPage(
        newest=told,
        report=report,
        moved=[_moved(row, names, say(NAMES.get(row.name, row.name))) for row in report.stability],
        findings=[_moved(row, names, names.get(row.name, row.name)) for row in report.findings],
        groups=_groups(ctx, report, names),
        suggestions=[
            Suggestion(names.get(row.condition, row.condition), row) for row in report.agreement
        ],
        earlier=rows[1:],
        words=words,
    )


def _moved(row: Stability, names: Mapping[str, str], name: str) -> Moved:
    largest = sorted(row.bins, key=lambda b: -max(b.reference, b.recent))[:SHOWN]
    # Ages and steps keep their order; of districts and conditions the largest are shown.
    bins = [b for b in row.bins if b in largest]
    named = [
        Bin(label=names.get(b.label, b.label), reference=b.reference, recent=b.recent) for b in bins
    ]
    return Moved(name, row, named, row.level in {"watch", "alarm"})


def _groups(ctx: Context, report: Report, names: Mapping[str, str]) -> Sequence[Grouped]:
    say = speaker(ctx.language)
    return [
        Grouped(names.get(row.group, row.group) if kind != "all" else say(NAMES["all"]), row)
        for kind, rows in report.calibration.items()
        for row in rows
    ]


def _names(ctx: Context, report: Report) -> dict[str, str]:
    """Of every code in the report: findings, conditions, districts, facilities, and plain words."""
    say = speaker(ctx.language)
    codes = {row.name for row in report.findings} | {row.condition for row in report.agreement}
    codes |= {
        b.label for row in report.stability if row.name == "first condition" for b in row.bins
    }
    sites = [row.group for row in report.calibration.get("hospital", [])]
    found = {code: _named(c, ctx) for code, c in encounters.concepts(ctx.session, codes).items()}
    found |= {row.code: _named(row, ctx) for row in facilities.districts(ctx.session)}
    found |= {row.id: _named(row, ctx) for row in _facilities(ctx, sites)}
    return {**found, **{key: say(text) for key, text in VALUES.items()}}


def _facilities(ctx: Context, ids: Iterable[str]) -> Sequence[Facility]:
    return ctx.session.scalars(select(Facility).where(Facility.id.in_(list(ids)[:500]))).all()


def _named(row: object, ctx: Context) -> str:
    english = getattr(row, "name_en", None) or getattr(row, "name", "")
    return str((ctx.language == "hi" and getattr(row, "name_hi", None)) or english)
