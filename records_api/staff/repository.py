from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from records_api.core.errors import NotFound
from records_api.staff.tables import Account, RefreshToken


def get(session: Session, account_id: str) -> Account | None:
    return session.get(Account, account_id)


def one(session: Session, account_id: str, *, lock: bool = False) -> Account:
    account = session.get(Account, account_id, with_for_update=lock or None)
    if account is None:
        raise NotFound("There is no such account.", field="account_id")
    return account


def by_username(session: Session, username: str) -> Account | None:
    return session.scalars(select(Account).where(Account.username == username)).one_or_none()


def staff(session: Session, text: str, role: str | None, limit: int) -> Sequence[Account]:
    """Members of staff (never residents) whose name holds each word of the text, by name."""
    query = select(Account).where(Account.patient_id.is_(None), Account.disabled.is_(False))
    if role:
        query = query.where((" " + Account.roles + " ").contains(f" {role} ", autoescape=True))
    for word in text.split():
        query = query.where(Account.name.icontains(word, autoescape=True))
    return session.scalars(query.order_by(Account.name, Account.id).limit(limit)).all()


def count_try(
    session: Session, account_id: str, now: datetime, limit: int, pause: timedelta
) -> bool:
    """Count a try before it is checked, so that many at once gain nothing. False while locked.

    The try that reaches the limit locks the account; a success takes lock and count away again.
    """
    unlocked = or_(Account.locked_until.is_(None), Account.locked_until <= now)
    failures = session.scalar(
        update(Account)
        .where(Account.id == account_id, unlocked)
        .values(failures=Account.failures + 1, locked_until=None)
        .returning(Account.failures)
        .execution_options(synchronize_session=False)
    )
    if failures is None:
        return False
    if failures >= limit:
        session.execute(
            update(Account)
            .where(Account.id == account_id)
            .values(failures=0, locked_until=now + pause)
            .execution_options(synchronize_session=False)
        )
    return True


def use_step(session: Session, account_id: str, step: int) -> bool:
    """Note the step of a one-time code; False when that one or a later one was used already."""
    unused = or_(Account.totp_last_step.is_(None), Account.totp_last_step < step)
    used = session.scalar(
        update(Account)
        .where(Account.id == account_id, unused)
        .values(totp_last_step=step)
        .returning(Account.id)
        .execution_options(synchronize_session=False)
    )
    return used is not None


def refresh_token(session: Session, digest: str) -> RefreshToken | None:
    """The token's row, locked, so that of two uses at the same moment one comes second."""
    return session.get(RefreshToken, digest, with_for_update=True, populate_existing=True)


def revoke(
    session: Session, now: datetime, *, family: str | None = None, account_id: str | None = None
) -> None:
    """End the sign-ins of a family of tokens, or of a whole account."""
    chosen = RefreshToken.family == family if family else RefreshToken.account_id == account_id
    session.execute(
        update(RefreshToken)
        .where(chosen, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
