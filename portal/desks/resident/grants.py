"""To whom a record is open, as the resident's page and the identity desk both show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from records_api.consent import service as consents
from records_api.consent.rules import Period
from records_api.core.context import Context
from records_api.staff import repository as staff
from records_api.staff import service as accounts
from records_api.staff.tables import Account

_MOST = 20
_ENOUGH = 2  # letters before a search begins


@dataclass(frozen=True)
class Shown:
    id: str
    who: str
    until: datetime
    live: bool
    broken: bool
    reason: str | None


def of_patient(ctx: Context, patient_id: str) -> list[Shown]:
    """Live ones first, then the newest. The service notes that they were looked at."""
    rows = consents.of_patient(ctx, patient_id)[:_MOST]
    shown = []
    for row in rows:
        account = staff.get(ctx.session, row.grantee_id)
        live = Period(row.opens_at, row.closes_at, row.closed_at).open_at(ctx.now)
        until = min(row.closes_at, row.closed_at or row.closes_at)
        who = account.name if account else row.grantee_id
        shown.append(Shown(row.id, who, until, live, row.kind == "break_glass", row.reason))
    return sorted(shown, key=lambda grant: not grant.live)


def doctors(ctx: Context, text: str) -> Sequence[Account]:
    return accounts.search(ctx, text, "doctor", _MOST) if len(text.strip()) >= _ENOUGH else ()
