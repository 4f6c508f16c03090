import hashlib
from collections.abc import Sequence

from records_api.consent.service import open_record
from records_api.core.context import Context, Role
from records_api.core.errors import Conflict, Forbidden, Invalid
from records_api.core.ids import new_id
from records_api.encounters import repository as encounters
from records_api.pharmacy import repository as pharmacy
from records_api.prescribing import repository
from records_api.prescribing.schemas import PrescriptionIn, PrescriptionRecord
from records_api.prescribing.tables import Prescription


def prescribe(
    ctx: Context, encounter_id: str, medicines: Sequence[PrescriptionIn]
) -> list[Prescription]:
    """Prescribe in an open encounter, all medicines or none.

    Raises `ConsentNeeded`, `Conflict` for a closed encounter, `Invalid` for an unknown item or one
    that is named twice.
    """
    encounter = encounters.get(ctx.session, encounter_id)
    open_record(ctx, encounter.patient_id, "prescription.write")
    if encounter.status != "open":
        raise Conflict("This encounter is closed. Open a new one.", field="encounter_id")
    wanted = [data.item_id for data in medicines]
    if len(set(wanted)) < len(wanted):
        raise Invalid("A medicine is named twice. Put it in one line.", field="item_id")
    if len(pharmacy.items(ctx.session, wanted)) < len(wanted):
        raise Invalid("There is no such medicine in the list.", field="item_id")
    rows = [
        Prescription(
            id=new_id(),
            encounter_id=encounter.id,
            patient_id=encounter.patient_id,
            prescriber_id=ctx.actor.id,
            prescribed_at=ctx.now,
            recorded_at=ctx.now,
            **data.model_dump(),
        )
        for data in medicines
    ]
    ctx.session.add_all(rows)
    ctx.session.flush()
    for row in rows:
        ctx.audit("prescription.write", row.id, patient_id=row.patient_id, item=row.item_id)
    return rows


def prescribe_many(ctx: Context, records: Sequence[PrescriptionRecord]) -> int:
    """Prescriptions of the past, with the source's own times; how many. For imports and the seed."""
    if not ctx.actor.has(Role.SYSTEM):
        raise Forbidden("Only an import writes many prescriptions at once.")
    rows = [
        {
            "id": record.id,
            "encounter_id": record.encounter_id,
            "patient_id": record.patient_id,
            "item_id": record.item_id,
            "quantity": record.quantity,
            "directions": record.directions,
            "prescriber_id": record.prescriber_id,
            "prescribed_at": record.prescribed_at,
            "recorded_at": record.recorded_at or record.prescribed_at,
        }
        for record in records
    ]
    repository.add(ctx.session, rows)
    if rows:
        digest = hashlib.sha256(" ".join(record.id for record in records).encode()).hexdigest()
        ctx.audit("prescription.write_many", count=len(rows), digest=digest)
    return len(rows)


def of_encounter(ctx: Context, encounter_id: str) -> Sequence[Prescription]:
    encounter = encounters.get(ctx.session, encounter_id)
    open_record(ctx, encounter.patient_id, "prescription.read")
    return repository.of_encounter(ctx.session, encounter_id)


def of_patient(ctx: Context, patient_id: str, limit: int = 50) -> Sequence[Prescription]:
    """Newest first."""
    open_record(ctx, patient_id, "prescription.read")
    return repository.of_patient(ctx.session, patient_id, limit)
