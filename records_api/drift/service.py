from collections.abc import Sequence

from records_api.core.context import Context
from records_api.core.ids import new_id
from records_api.drift import repository, rules
from records_api.drift.schemas import DriftOut, Report
from records_api.drift.tables import DriftReport


def keep(ctx: Context, report: Report) -> DriftReport:
    """Keep a report; an alarm is told to the outbox, and both to the audit."""
    row = _add(
        ctx, report.capability, report.model_version, report.level, report.model_dump(mode="json")
    )
    if report.level == "alarm":
        ctx.emit("drift.alarm", row.id, capability=row.capability, version=row.model_version)
    return row


def keep_failure(ctx: Context, capability: str, version: str | None, problem: str) -> DriftReport:
    """Nobody was watched: that is to be seen as well as an alarm."""
    row = _add(ctx, capability, version, "failed", {"problem": problem[:500]})
    ctx.emit("drift.failed", row.id, capability=capability)
    return row


def _add(
    ctx: Context, capability: str, version: str | None, level: str, content: dict[str, object]
) -> DriftReport:
    row = DriftReport(
        id=new_id(),
        capability=capability,
        model_version=version,
        level=level,
        report=content,
        made_at=ctx.now,
    )
    ctx.session.add(row)
    ctx.audit("drift.report", row.id, capability=capability, version=version, level=level)
    return row


def read(ctx: Context, report_id: str) -> DriftOut:
    return told(ctx, repository.get(ctx.session, report_id))


def newest(ctx: Context, capability: str | None = None, limit: int = 30) -> Sequence[DriftReport]:
    return repository.newest(ctx.session, capability, limit)


def told(ctx: Context, row: DriftReport) -> DriftOut:
    failed = row.level == "failed"
    return DriftOut.model_validate(
        {
            "id": row.id,
            "capability": row.capability,
            "model_version": row.model_version,
            "level": row.level,
            "made_at": row.made_at,
            "stale": rules.stale(row.made_at, ctx.now),
            "problem": row.report.get("problem") if failed else None,
            "report": None if failed else Report.model_validate(row.report),
        }
    )
