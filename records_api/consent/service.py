"""The one place that decides whether a record opens, and that notes that it did."""

from collections.abc import Sequence
from datetime import timedelta

from records_api.consent import repository
from records_api.consent.rules import BREAK_GLASS, Period
from records_api.consent.schemas import BreakGlassIn, GrantIn
from records_api.consent.tables import Grant
from records_api.core.context import Context, Role
from records_api.core.edge import check_version
from records_api.core.errors import ConsentNeeded, Forbidden, Invalid, NotFound
from records_api.patients import repository as patients
from records_api.staff import repository as staff


def open_record(ctx: Context, patient_id: str, action: str) -> None:
    """Raise `ConsentNeeded` unless the actor may see this record now; note that it was seen.

    Open to the resident; to a member of staff with a live grant; to the system, whose imports and
    extracts are noted as its own.
    """
    actor = ctx.actor
    if actor.patient_id == patient_id or actor.has(Role.SYSTEM):
        basis = "own" if actor.patient_id == patient_id else "system"
    else:
        basis = _grant_basis(ctx, patient_id)
    ctx.audit(action, patient_id, patient_id=patient_id, basis=basis)


def _grant_basis(ctx: Context, patient_id: str) -> str:
    for grant in repository.between(ctx.session, patient_id, ctx.actor.id):
        if Period(grant.opens_at, grant.closes_at, grant.closed_at).open_at(ctx.now):
            return f"{grant.kind}:{grant.id}"
    # Whether the resident exists is not told to somebody who may not see the record.
    raise ConsentNeeded(
        "Ask the resident to open the record to you, or break the glass and say why.",
        patient_id=patient_id,
    )


def is_open(ctx: Context, patient_id: str) -> bool:
    try:
        if ctx.actor.patient_id != patient_id and not ctx.actor.has(Role.SYSTEM):
            _grant_basis(ctx, patient_id)
    except ConsentNeeded:
        return False
    return True


def grant(ctx: Context, patient_id: str, data: GrantIn) -> Grant:
    """The resident opens the record; a clerk does it for a resident who stands at the desk."""
    if ctx.actor.patient_id != patient_id and not ctx.actor.has(Role.CLERK, Role.SYSTEM):
        raise Forbidden("Only the resident, or a clerk at their wish, opens a record.")
    patients.get(ctx.session, patient_id)
    grantee = staff.get(ctx.session, data.grantee_id)
    if grantee is None or grantee.patient_id is not None:
        raise Invalid("Choose a member of staff.", field="grantee_id")
    return _add(ctx, patient_id, data.grantee_id, "consent", timedelta(days=data.days))


def break_glass(ctx: Context, patient_id: str, data: BreakGlassIn) -> Grant:
    """Open a record without consent for a few hours; the reason is kept and audited."""
    patients.get(ctx.session, patient_id)
    return _add(ctx, patient_id, ctx.actor.id, "break_glass", BREAK_GLASS, data.reason)


def _add(
    ctx: Context,
    patient_id: str,
    grantee_id: str,
    kind: str,
    length: timedelta,
    reason: str | None = None,
) -> Grant:
    now = ctx.now
    row = Grant(
        patient_id=patient_id,
        grantee_id=grantee_id,
        kind=kind,
        reason=reason,
        granted_by=ctx.actor.id,
        opens_at=now,
        closes_at=now + length,
    )
    ctx.session.add(row)
    ctx.session.flush()
    ctx.audit(f"consent.{kind}", row.id, patient_id=patient_id, grantee=grantee_id, reason=reason)
    return row


def close(ctx: Context, grant_id: str, seen: int | None) -> Grant:
    """The resident closes the record at once; closing twice changes nothing."""
    row = repository.get(ctx.session, grant_id)
    if ctx.actor.patient_id != row.patient_id and not ctx.actor.has(Role.CLERK):
        # The same answer as for a grant that does not exist: its existence is private.
        raise NotFound("There is no such consent.", field="grant_id")
    check_version(seen, row.version)
    if row.closed_at is None:
        row.closed_at = ctx.now
        ctx.session.flush()
        ctx.audit("consent.close", row.id, patient_id=row.patient_id)
    return row


def of_patient(ctx: Context, patient_id: str) -> Sequence[Grant]:
    if ctx.actor.patient_id != patient_id and not ctx.actor.has(Role.CLERK):
        raise Forbidden("Only the resident sees to whom the record is open.")
    ctx.audit("consent.list", patient_id=patient_id)
    return repository.of_patient(ctx.session, patient_id)
