from collections.abc import Iterable, Sequence
from zoneinfo import available_timezones

from records_api.core.context import Context
from records_api.core.edge import check_version
from records_api.core.errors import Conflict, Invalid
from records_api.core.ids import new_id
from records_api.facilities import repository
from records_api.facilities.rules import below, closes_circle
from records_api.facilities.schemas import DistrictIn, FacilityChange, FacilityIn
from records_api.facilities.tables import District, Facility

_ZONES = available_timezones()


def put_districts(ctx: Context, districts: Iterable[DistrictIn]) -> int:
    """Add districts, parents before children; those that exist get the new names. How many changed.

    Raises `Invalid` for an unknown parent and for a district that would lie in itself.
    """
    parents, changed = repository.parents(ctx.session), []
    for data in districts:
        if data.parent is not None and data.parent not in parents:
            raise Invalid("There is no such district. Add it first.", field="parent")
        if closes_circle(data.code, data.parent, parents):
            raise Invalid("A district cannot lie in itself.", field="parent")
        row = ctx.session.get(District, data.code)
        if row is None:
            ctx.session.add(District(**data.model_dump()))
            ctx.session.flush()  # a child in the same list refers to it
            changed.append(data.code)
        elif any(getattr(row, name) != value for name, value in data.model_dump().items()):
            row.name_en, row.name_hi, row.parent = data.name_en, data.name_hi, data.parent
            changed.append(data.code)
        parents[data.code] = data.parent
    if changed:
        ctx.session.flush()
        ctx.audit("district.put", districts=changed[:50], count=len(changed))
    return len(changed)


def create(ctx: Context, data: FacilityIn, *, source: str = "desk") -> Facility:
    (facility_id,) = create_many(ctx, [data], source=source)
    return repository.get(ctx.session, facility_id)


def create_many(
    ctx: Context, facilities: Sequence[FacilityIn], *, source: str = "desk", synthetic: bool = False
) -> list[str]:
    """Add facilities; their ids, in order.

    Raises `Conflict` for a code that is taken, `Invalid` for an unknown district or time zone.
    """
    now, known = ctx.now, repository.parents(ctx.session)
    taken = set(repository.by_codes(ctx.session, (data.code for data in facilities)))
    rows = []
    for data in facilities:
        _check(data.district, data.zone, known)
        if data.code in taken:
            raise Conflict(
                "A facility with the code {value} exists.", field="code", value=data.code
            )
        taken.add(data.code)
        rows.append(
            {
                **data.model_dump(),
                "id": data.id or new_id(),
                "synthetic": synthetic,
                "source": source,
                "recorded_at": now,
                "version": 1,
            }
        )
    repository.add(ctx.session, Facility, rows)
    ids = [str(row["id"]) for row in rows]
    ctx.audit("facility.create", ids[0] if len(ids) == 1 else None, count=len(ids), source=source)
    return ids


def _check(district: str, zone: str, known: dict[str, str | None]) -> None:
    if district not in known:
        raise Invalid("There is no such district. Add it first.", field="district")
    if zone not in _ZONES:
        raise Invalid("There is no such time zone. Write it as in Asia/Kolkata.", field="zone")


def exists(ctx: Context, facility_id: str) -> bool:
    return ctx.session.get(Facility, facility_id) is not None


def change(ctx: Context, facility_id: str, data: FacilityChange, seen: int | None) -> Facility:
    """Raises `Stale` when `seen` is not the current version."""
    facility = repository.get(ctx.session, facility_id)
    check_version(seen, facility.version)
    changes = data.model_dump(exclude_unset=True)
    for name in ("name", "kind", "district"):
        if name in changes and changes[name] is None:
            raise Invalid("This cannot be empty.", field=name)
    _check(
        changes.get("district", facility.district), facility.zone, repository.parents(ctx.session)
    )
    for name, value in changes.items():
        setattr(facility, name, value)
    ctx.session.flush()
    ctx.audit("facility.change", facility.id, fields=sorted(changes))
    return facility


def find(
    ctx: Context,
    *,
    district: str | None = None,
    kind: str | None = None,
    text: str = "",
    after: str | None = None,
    limit: int = 100,
) -> Sequence[Facility]:
    """Facilities by name; those of a district are those of the districts below it, too."""
    districts = below(district, repository.parents(ctx.session)) if district else None
    return repository.find(
        ctx.session, districts=districts, kind=kind, text=text, after=after, limit=limit
    )
