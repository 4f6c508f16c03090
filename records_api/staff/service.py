"""Accounts: who there is, with which roles. Signing in is `sign_in.py`, the second factor `totp.py`."""

from collections.abc import Sequence

from argon2 import PasswordHasher

from records_api.core.context import Context, Role
from records_api.core.edge import check_version
from records_api.core.errors import Conflict, Forbidden, Invalid
from records_api.core.ids import new_id
from records_api.facilities import repository as facilities
from records_api.patients import repository as patients
from records_api.staff import passwords, repository
from records_api.staff.rules import password_fault
from records_api.staff.schemas import AccountChange, AccountIn
from records_api.staff.sign_in import Signed, actor_of, refresh, sign_in, sign_out
from records_api.staff.tables import Account

__all__ = [
    "Signed",
    "actor_of",
    "change",
    "create_account",
    "create_many",
    "refresh",
    "search",
    "sign_in",
    "sign_out",
]


def create_account(ctx: Context, data: AccountIn) -> Account:
    return create_many(ctx, [data])[0]


def create_many(
    ctx: Context,
    accounts: Sequence[AccountIn],
    *,
    synthetic: bool = False,
    hasher: PasswordHasher = passwords.STANDARD,
) -> list[Account]:
    """Add accounts. `hasher` is `passwords.CHEAP` for passwords that are printed anyway.

    Raises `Conflict` for a user name that is taken, `Invalid` for roles that do not go together,
    an unknown facility or resident, and a weak password.
    """
    rows = []
    for data in accounts:
        _check_roles(data.roles, data.patient_id)
        _check_password(data.password, data.username)
        if repository.by_username(ctx.session, data.username):
            raise Conflict("This user name is taken. Choose another.", field="username")
        if data.patient_id is not None:
            patients.get(ctx.session, data.patient_id)
        if data.facility_id is not None:
            facilities.get(ctx.session, data.facility_id)
        rows.append(
            Account(
                id=data.id or new_id(),
                username=data.username,
                name=data.name,
                password_hash=passwords.make(data.password, hasher),
                roles=" ".join(sorted(set(data.roles))),
                facility_id=data.facility_id,
                patient_id=data.patient_id,
                synthetic=synthetic,
                recorded_at=ctx.now,
            )
        )
        ctx.audit("account.create", rows[-1].id, roles=sorted(set(data.roles)))
    ctx.session.add_all(rows)
    ctx.session.flush()
    return rows


def change(ctx: Context, account_id: str, data: AccountChange, seen: int | None) -> Account:
    """Change an account. New roles, a new password and disabling end its open sign-ins."""
    account = repository.one(ctx.session, account_id, lock=True)
    check_version(seen, account.version)
    changes = data.model_dump(exclude_unset=True)
    for name in ("name", "password", "roles", "disabled"):
        if name in changes and changes[name] is None:
            raise Invalid("This cannot be empty.", field=name)
    if account.id == ctx.actor.id and not changes.keys().isdisjoint({"roles", "disabled"}):
        raise Forbidden("Another administrator has to change your own roles.")
    if data.roles is not None:
        _check_roles(data.roles, account.patient_id)
        account.roles = " ".join(sorted(set(data.roles)))
    if data.password is not None:
        _check_password(data.password, account.username)
        account.password_hash = passwords.make(data.password)
        account.failures, account.locked_until = 0, None
    if data.facility_id is not None:
        facilities.get(ctx.session, data.facility_id)
    for name in changes.keys() & {"name", "facility_id", "disabled"}:
        setattr(account, name, changes[name])
    if not changes.keys().isdisjoint({"roles", "password", "disabled"}):
        repository.revoke(ctx.session, ctx.now, account_id=account.id)
    account.version += 1
    ctx.session.flush()
    ctx.audit("account.change", account.id, fields=sorted(changes))
    return account


def _check_roles(roles: Sequence[str], patient_id: str | None) -> None:
    resident = Role.RESIDENT.value in roles
    if resident != (patient_id is not None):
        raise Invalid("A resident's account names the resident; no other does.", field="patient_id")
    if resident and len(set(roles)) > 1:
        raise Invalid("A resident holds no role of staff. Make a second account.", field="roles")


def _check_password(password: str, username: str) -> None:
    if fault := password_fault(password, username):
        raise Invalid(fault, field="password")


def search(ctx: Context, text: str, role: str | None = None, limit: int = 20) -> Sequence[Account]:
    """Members of staff by name, for whoever chooses a doctor."""
    return repository.staff(ctx.session, text, role, limit)
