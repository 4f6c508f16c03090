import random
from collections.abc import Iterable, Sequence

from records_api.core.context import Context
from records_api.core.edge import check_version
from records_api.core.errors import Conflict, Invalid
from records_api.core.ids import new_id
from records_api.patients import repository
from records_api.patients.rules import folded, new_health_id
from records_api.patients.schemas import PatientChange, PatientIn
from records_api.patients.tables import Household, Patient

_draw = random.SystemRandom()


def register(
    ctx: Context, data: PatientIn, *, source: str = "desk", synthetic: bool = False
) -> Patient:
    if data.household_id and ctx.session.get(Household, data.household_id) is None:
        raise Invalid("There is no such household.", field="household_id")
    return register_many(ctx, [data], source=source, synthetic=synthetic)[0]


def register_many(
    ctx: Context,
    residents: Iterable[PatientIn],
    *,
    source: str = "desk",
    synthetic: bool = False,
    draw: random.Random = _draw,
) -> list[Patient]:
    """Register residents in one go. Raises `Conflict` for a health number that is taken."""
    now, added = ctx.now, []
    for data in residents:
        if data.birth_date > now.date():
            raise Invalid("A date of birth cannot lie in the future.", field="birth_date")
        if data.health_id and repository.by_health_id(ctx.session, data.health_id):
            raise Conflict("A resident with this health number is registered.", field="health_id")
        patient = Patient(
            id=data.id or new_id(),
            health_id=data.health_id or new_health_id(draw),
            name=data.name,
            name_hi=data.name_hi,
            search_name=folded(data.name),
            sex=data.sex,
            birth_date=data.birth_date,
            phone=data.phone,
            district=data.district,
            household_id=data.household_id,
            deceased_at=data.deceased_at,
            synthetic=synthetic,
            source=source,
            recorded_at=now,
            updated_at=now,
        )
        added.append(patient)
        ctx.audit("patient.register", patient.id, patient_id=patient.id)
        ctx.emit("patient.changed", patient.id)
    ctx.session.add_all(added)
    ctx.session.flush()
    return added


def add_households(ctx: Context, households: Sequence[Household]) -> None:
    repository.add_households(ctx.session, households)
    ctx.session.flush()


def change(ctx: Context, patient_id: str, data: PatientChange, seen: int | None) -> Patient:
    """Correct a resident's particulars. Raises `Stale` when `seen` is not the current version."""
    patient = repository.get(ctx.session, patient_id)
    check_version(seen, patient.version)
    changes = data.model_dump(exclude_unset=True)
    for name in ("name", "sex", "birth_date"):
        if name in changes and changes[name] is None:
            raise Invalid("This cannot be empty.", field=name)
    if data.birth_date and data.birth_date > ctx.now.date():
        raise Invalid("A date of birth cannot lie in the future.", field="birth_date")
    # What a change replaces goes with it: features of the past must not move with the present.
    was = {
        "birth_date": patient.birth_date.isoformat(),
        "sex": patient.sex,
        "district": patient.district,
    }
    for name, value in changes.items():
        setattr(patient, name, value)
    patient.search_name = folded(patient.name)
    patient.updated_at = ctx.now
    ctx.session.flush()
    ctx.audit("patient.change", patient.id, patient_id=patient.id, fields=sorted(changes))
    ctx.emit("patient.changed", patient.id, was=was)
    return patient


def search(ctx: Context, text: str, limit: int = 20) -> Sequence[Patient]:
    """Find a resident by name, health number or phone. The search itself is audited."""
    digits = "".join(c for c in text if c.isdecimal())
    found = repository.search(ctx.session, folded(text), digits, limit)
    ctx.audit("patient.search", found=[patient.id for patient in found])
    return found
