"""Accounts of the demonstration city. Their passwords are printed: they open synthetic records only."""

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from records_api.core.context import Context
from records_api.core.ids import derived_id
from records_api.staff import passwords
from records_api.staff import service as staff
from records_api.staff.schemas import AccountIn

if TYPE_CHECKING:  # the supervisor reads the sign-ins, and needs no numpy for them
    from sehat.city.people import Resident
    from sehat.city.places import Site

SOURCE = "demonstration"
PASSWORD = "sehat demonstration"  # noqa: S105  printed at every start
# user name, password, what it is for
SIGN_INS: tuple[tuple[str, str, str], ...] = (
    ("doctor", PASSWORD, "doctor's consultation"),
    ("planner", PASSWORD, "planner's desk"),
    ("clerk", PASSWORD, "identity desk and registration"),
    ("pharmacist", PASSWORD, "pharmacy"),
    ("admin", PASSWORD, "accounts"),
    ("resident", PASSWORD, "a resident's own page"),
)


def our_id(kind: str, key: object) -> str:
    return derived_id(SOURCE, kind, key)


def doctor_of(site: "Site") -> str:
    """The account of the doctor who sees patients at a facility."""
    return our_id("account", f"doctor {site.code}")


def the_resident(people: "Sequence[Resident]") -> "Resident":
    """Whose own page `resident` opens: the first adult."""
    return min(people, key=lambda p: (p.birth_date.year > 2000, p.number))


def write(ctx: Context, sites: "Sequence[Site]", people: "Sequence[Resident]") -> None:
    home = our_id("facility", sites[0].code)
    shown = []
    for username, password, _ in SIGN_INS:
        own = the_resident(people) if username == "resident" else None
        shown.append(
            AccountIn(
                id=our_id("account", username),
                username=username,
                password=password,
                name=own.name if own else f"Demonstration {username}",
                roles=[username],
                facility_id=None if own else home,
                patient_id=our_id("patient", own.number) if own else None,
            )
        )
    doctors = [
        AccountIn(
            id=doctor_of(site),
            username=f"doctor.{site.code.lower()}",
            password=secrets.token_urlsafe(24),  # nobody signs in as them
            name=f"Dr {site.name.split(', ')[1]} (synthetic)",
            roles=["doctor"],
            facility_id=our_id("facility", site.code),
        )
        for site in sites
    ]
    staff.create_many(ctx, [*shown, *doctors], synthetic=True, hasher=passwords.CHEAP)
