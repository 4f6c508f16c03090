"""Enrolment, verification and withdrawal. Pictures are encrypted before they reach the database,
and neither pictures nor what a model made of them reach a log, an error or the audit."""

import hashlib
from collections.abc import Iterable, Sequence

from cryptography.fernet import InvalidToken
from sqlalchemy import insert

from records_api.advice import service as advices
from records_api.core.context import Context, Role
from records_api.core.errors import Conflict, Forbidden, Invalid, ModelUnavailable, NotFound
from records_api.core.ids import new_id
from records_api.core.keys import vault
from records_api.core.models import ModelService, image
from records_api.facilities.tables import Facility
from records_api.identity import repository
from records_api.identity.pictures import checked
from records_api.identity.rules import MOST_COMPARED
from records_api.identity.schemas import (
    CaptureOut,
    CaptureRecord,
    DecisionIn,
    EnrolIn,
    Quality,
    Verification,
    VerifyIn,
)
from records_api.identity.tables import Capture
from records_api.patients import repository as patients
from serving.identity.schema import QualityAnswer, QualityRequest, VerifyAnswer, VerifyRequest

FALLBACK = "a-person-looks"


def enrol(
    ctx: Context, models: ModelService, patient_id: str, data: EnrolIn, picture: bytes
) -> CaptureOut:
    """Keep a face picture by consent. Without the model its quality stays unknown."""
    if not data.consent:
        raise Invalid("Ask the resident for consent first.", field="consent")
    if data.consented_at and data.consented_at > ctx.now:
        raise Invalid("Consent cannot lie in the future.", field="consented_at")
    checked(picture)
    patients.get(ctx.session, patient_id)
    facility_id = _facility(ctx, data.facility_id)
    answer = _judge(ctx, models, picture)
    row = Capture(
        id=new_id(),
        patient_id=patient_id,
        purpose="enrolment",
        picture=vault().encrypt(picture),
        digest=_digest(picture),
        device=data.device,
        facility_id=facility_id,
        quality=answer.quality.score if answer else None,
        problems=" ".join(answer.quality.problems) if answer else "",
        consented_at=data.consented_at or ctx.now,
        taken_at=ctx.now,
        taken_by=ctx.actor.id,
        recorded_at=ctx.now,
    )
    ctx.session.add(row)
    ctx.session.flush()
    if answer is not None:
        advices.keep(
            ctx,
            "identity",
            row.id,
            answer.model_dump(mode="json", include={"quality"}),
            model=answer.model,
            inputs={"picture": row.digest},
            patient_id=patient_id,
            score=answer.quality.score,
        )
    _note(ctx, "capture.enrol", row)
    return shown(row)


def _judge(ctx: Context, models: ModelService, picture: bytes) -> QualityAnswer | None:
    ctx.session.commit()  # no transaction stays open while the model thinks
    try:
        return models.quality(QualityRequest(image=image(picture)))
    except ModelUnavailable:
        return None


def verify(
    ctx: Context, models: ModelService, patient_id: str, data: VerifyIn, picture: bytes
) -> Verification:
    """Compare who stands at the desk with the enrolled pictures. Raises `Conflict` when there is
    none. The probe is forgotten unless the resident wants it kept."""
    checked(picture)
    patients.get(ctx.session, patient_id)
    facility_id = _facility(ctx, data.facility_id)
    compared = [
        (row, plain)
        for row in repository.enrolled(ctx.session, patient_id, MOST_COMPARED)
        if (plain := _opened(row)) is not None
    ]
    if not compared:
        raise Conflict(
            "No face is enrolled for this resident. Check another proof of identity.",
            field="patient_id",
        )
    ctx.session.commit()  # no transaction stays open while the model thinks
    answer = _compare(models, picture, [plain for _, plain in compared])
    now, newest = ctx.now, compared[0][0]
    row = Capture(
        id=new_id(),
        patient_id=patient_id,
        purpose="verification",
        picture=vault().encrypt(picture) if data.keep_picture else None,
        digest=_digest(picture),
        device=data.device,
        facility_id=facility_id,
        quality=answer.probe_quality.score if answer else None,
        problems=" ".join(answer.probe_quality.problems) if answer else "",
        # A check rests on the consent of the enrolment, unless its own picture is kept.
        consented_at=now if data.keep_picture else newest.consented_at,
        taken_at=now,
        taken_by=ctx.actor.id,
        recorded_at=now,
    )
    ctx.session.add(row)
    ctx.session.flush()
    suggestion = answer.decision if answer else "refer"
    reason = answer.reason if answer else "No model answers. Compare the pictures yourself."
    ids = [capture.id for capture, _ in compared]
    kept = advices.keep(
        ctx,
        "identity",
        row.id,
        answer.model_dump(mode="json", exclude={"model"})
        if answer
        else {"decision": suggestion, "reason": reason, "score": None},
        model=answer.model if answer else FALLBACK,
        inputs={"probe": row.digest, "enrolled": [capture.digest for capture, _ in compared]},
        patient_id=patient_id,
        score=answer.score if answer else None,
    )
    _note(ctx, "capture.verify", row, advice=kept.id)
    return Verification(
        id=row.id,
        advice_id=kept.id,
        patient_id=patient_id,
        suggestion=suggestion,
        score=kept.score,
        reason=reason,
        model=kept.model,
        model_version=kept.model_version,
        degraded=kept.degraded,
        probe_quality=Quality(**answer.probe_quality.model_dump()) if answer else None,
        enrolled=ids,
    )


def _compare(
    models: ModelService, picture: bytes, enrolled: Iterable[bytes]
) -> VerifyAnswer | None:
    request = VerifyRequest(probe=image(picture), enrolled=[image(plain) for plain in enrolled])
    try:
        return models.verify(request)
    except ModelUnavailable:
        return None


def decide(ctx: Context, capture_id: str, data: DecisionIn) -> CaptureOut:
    """The clerk's decision on a check; it is the label of the next training."""
    row = repository.get(ctx.session, capture_id)
    advice = repository.answer_on(ctx.session, capture_id)
    if row.purpose != "verification" or advice is None:
        raise NotFound("There is no such check.", field="capture_id")
    advices.decide(ctx, advice.id, data.decision, data.reason)
    row.decision = data.decision
    ctx.session.flush()
    _note(ctx, "capture.decide", row, decision=data.decision)
    return shown(row)


def captures(ctx: Context, patient_id: str) -> list[CaptureOut]:
    """All captures of a person, newest first, without pictures."""
    _own_or_desk(ctx, patient_id)
    ctx.audit("capture.list", patient_id=patient_id)
    return [shown(row) for row in repository.of_patient(ctx.session, patient_id)]


def picture(ctx: Context, capture_id: str) -> tuple[bytes, str]:
    """A kept picture and its media type, for the person who must compare with their own eyes."""
    row = repository.get(ctx.session, capture_id)
    _own_or_desk(ctx, row.patient_id)
    plain = _opened(row)
    if plain is None:
        raise NotFound("This picture is no longer kept.", field="capture_id")
    ctx.audit("capture.look", row.id, patient_id=row.patient_id)
    return plain, checked(plain)


def withdraw(ctx: Context, patient_id: str) -> int:
    """Delete all face pictures of a person at once, at their wish; how many captures lost theirs."""
    _own_or_desk(ctx, patient_id)
    ids = repository.withdraw(ctx.session, patient_id, ctx.now)
    ctx.audit("capture.withdraw", patient_id=patient_id, captures=ids)
    for capture_id in ids:
        ctx.emit("capture.changed", capture_id, patient_id=patient_id)
    ctx.session.expire_all()
    return len(ids)


def enrol_many(ctx: Context, records: Sequence[CaptureRecord], *, source: str = "desk") -> int:
    """Enrol for an import or the seed: pictures are checked and encrypted, quality stays unknown.

    Raises `Invalid` for the first picture that cannot be read."""
    if not ctx.actor.has(Role.SYSTEM):
        raise Forbidden("Only an import enrols many people at once.")
    rows = []
    for record in records:
        checked(record.picture)
        at = record.recorded_at or ctx.now
        rows.append(
            {
                "id": record.id,
                "patient_id": record.patient_id,
                "purpose": "enrolment",
                "picture": vault().encrypt(record.picture),
                "digest": _digest(record.picture),
                "device": record.device,
                "facility_id": record.facility_id,
                "problems": "",
                "consented_at": record.consented_at,
                "taken_at": record.taken_at,
                "taken_by": ctx.actor.id,
                "source": source,
                "recorded_at": at,
            }
        )
        ctx.at(at).emit("capture.changed", record.id, patient_id=record.patient_id)
    if rows:
        ctx.session.execute(insert(Capture), rows)
        ids = " ".join(record.id for record in records)
        digest = hashlib.sha256(ids.encode()).hexdigest()
        ctx.audit("capture.enrol_many", added=len(rows), source=source, digest=digest)
    return len(rows)


def shown(row: Capture) -> CaptureOut:
    return CaptureOut(
        id=row.id,
        patient_id=row.patient_id,
        purpose=row.purpose,
        kept=row.picture is not None,
        quality=row.quality,
        problems=row.problems.split(),
        decision=row.decision,
        device=row.device,
        consented_at=row.consented_at,
        withdrawn_at=row.withdrawn_at,
        taken_at=row.taken_at,
    )


def _own_or_desk(ctx: Context, patient_id: str) -> None:
    if ctx.actor.patient_id != patient_id and not ctx.actor.has(Role.CLERK, Role.SYSTEM):
        raise Forbidden("Only the resident and the identity desk may do this.")


def _facility(ctx: Context, facility_id: str | None) -> str | None:
    facility_id = facility_id or ctx.actor.facility_id
    if facility_id and ctx.session.get(Facility, facility_id) is None:
        raise Invalid("There is no such facility.", field="facility_id")
    return facility_id


def _opened(row: Capture) -> bytes | None:
    """The plain picture; None when it was deleted, or encrypted with a key that is lost."""
    try:
        return vault().decrypt(row.picture) if row.picture is not None else None
    except InvalidToken:
        return None


def _digest(picture: bytes) -> str:
    return hashlib.sha256(picture).hexdigest()


def _note(ctx: Context, action: str, row: Capture, **detail: str) -> None:
    ctx.audit(action, row.id, patient_id=row.patient_id, **detail)
    ctx.emit("capture.changed", row.id, patient_id=row.patient_id)
