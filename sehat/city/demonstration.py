"""What makes the desks of the demonstration come alive: faces, open records, clinics to book."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from records_api.consent import service as consent
from records_api.consent.schemas import GrantIn
from records_api.core.context import Context
from records_api.identity import service as identity
from records_api.identity.schemas import CaptureRecord
from records_api.scheduling import service as scheduling
from records_api.scheduling.schemas import SessionIn
from sehat.city.accounts import SOURCE, doctor_of, our_id
from sehat.city.care import ZONE
from sehat.city.faces import draw_face, encode
from sehat.city.people import Resident
from sehat.city.places import Site
from sehat.city.plan import Steps
from sehat.console import progress

ENROLLED = 400  # residents with face captures; in a small city one in ten
CAPTURES = 4
DAYS_TO_BOOK = 14
OPEN_RECORDS = 10  # every tenth resident has opened the record to the demonstration's doctor


def write(
    steps: Steps,
    people: Sequence[Resident],
    sites: Sequence[Site],
    last: date,
    counts: dict[str, int],
) -> None:
    now = datetime.combine(last, time(18), ZONE).astimezone(UTC)
    enrolled = people[:: max(10, len(people) // ENROLLED)]
    with progress("drawn faces", len(enrolled)) as bar:
        for start in range(0, len(enrolled), 50):
            batch = enrolled[start : start + 50]
            steps.once(f"faces from {start}", partial(_enrol, batch, now), now)
            bar(start + len(batch))
    opened, clinics = people[::OPEN_RECORDS], list(_clinics(sites, last))
    steps.once("open records", partial(_open, opened), now)
    steps.once("clinics", lambda ctx: scheduling.create_many(ctx, clinics), now)
    counts["face captures"] = len(enrolled) * CAPTURES
    counts["open records"], counts["clinics to book"] = len(opened), len(clinics)


def _enrol(people: Sequence[Resident], now: datetime, ctx: Context) -> None:
    captures = [capture for person in people for capture in _captures(person, now)]
    identity.enrol_many(ctx, captures, source=SOURCE)


def _open(people: Sequence[Resident], ctx: Context) -> None:
    for person in people:
        grant = GrantIn(grantee_id=our_id("account", "doctor"), days=365)
        consent.grant(ctx, our_id("patient", person.number), grant)


def _captures(person: Resident, now: datetime) -> list[CaptureRecord]:
    """Faces that a program drew; each at another moment, the last a month ago."""
    made = []
    for number in range(CAPTURES):
        taken = now - timedelta(days=30 + 120 * (CAPTURES - 1 - number))
        made.append(
            CaptureRecord(
                id=our_id("capture", f"{person.number}/{number}"),
                patient_id=our_id("patient", person.number),
                picture=encode(draw_face(person.number, number)),
                taken_at=taken,
                consented_at=taken,
                device="drawn",
            )
        )
    return made


def _clinics(sites: Sequence[Site], last: date) -> list[SessionIn]:
    """A morning clinic at every facility and, at hospitals, two specialist ones."""
    made = []
    for offset in range(1, DAYS_TO_BOOK + 1):
        day = last + timedelta(days=offset)
        for site in sites:
            kinds = ["general medicine"]
            if site.kind == "hospital":
                kinds += ["chest medicine", "orthopaedics"]
            for specialty in kinds if day.weekday() != 6 else []:
                made.append(
                    SessionIn(
                        facility_id=our_id("facility", site.code),
                        specialty=specialty,
                        clinician_id=doctor_of(site),
                        starts_at=datetime.combine(day, time(9), ZONE).astimezone(UTC),
                        ends_at=datetime.combine(day, time(13), ZONE).astimezone(UTC),
                        places=24,
                    )
                )
    return made
