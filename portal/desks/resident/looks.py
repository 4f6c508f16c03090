"""Who looked at a record, from the audit log: a line a person and day, in words."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.formats import ZONE
from records_api.core.audit import AuditRow
from records_api.core.context import Context
from records_api.core.i18n import marked as _
from records_api.staff import repository as staff

_MOST_ROWS = 400
_MOST_LINES = 30
# By the first part of an action that fits; what fits none is not told: it is no look at the record.
DEEDS = {
    "consent.break_glass": _("opened it without consent"),
    "record.write": _("wrote in it"),
    "record": _("read it"),
    "encounter.read": _("read a visit"),
    "encounter.list": _("read a visit"),
    "encounter": _("wrote in a visit"),
    "advice": _("asked for a suggestion"),
    "access.refused": _("tried to read it and was refused"),
    "capture": _("used a face picture"),
    "identity": _("used a face picture"),
    "prescription": _("prescribed"),
    "booking": _("saw a booking"),
}


@dataclass(frozen=True)
class Look:
    at: datetime
    who: str | None
    deeds: list[str]


def deed(action: str) -> str | None:
    return DEEDS.get(action) or DEEDS.get(action.split(".")[0])


def of_patient(ctx: Context, patient_id: str) -> list[Look]:
    """What others did, newest first; what the resident did is theirs to know."""
    rows = ctx.session.scalars(
        select(AuditRow)
        .where(AuditRow.patient_id == patient_id, AuditRow.actor_id != ctx.actor.id)
        .order_by(AuditRow.seq.desc())
        .limit(_MOST_ROWS)
    )
    lines: dict[tuple[object, str], Look] = {}
    for row in rows:
        done = deed(row.action)
        if done is None:
            continue
        key = (row.at.astimezone(ZoneInfo(ZONE)).date(), row.actor_id)
        if key not in lines:
            account = staff.get(ctx.session, row.actor_id)
            lines[key] = Look(row.at, account.name if account else None, [])
        if done not in lines[key].deeds:
            lines[key].deeds.append(done)
    return list(lines.values())[:_MOST_LINES]
