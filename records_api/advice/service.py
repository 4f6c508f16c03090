"""The one place where a model's answer is kept, and what a person decided on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from records_api.advice import repository, rules
from records_api.advice.tables import Advice
from records_api.consent.service import is_open, open_record
from records_api.core.context import Context, Role
from records_api.core.errors import Conflict, Forbidden, Invalid, NotFound
from records_api.core.ids import new_id
from serving.common import ModelRef, digest
from serving.diagnosis.schema import Shadowed

CHANGED = "advice.changed"  # told of differentials, from which features are made


def keep(
    ctx: Context,
    capability: str,
    subject_id: str,
    answer: BaseModel | Mapping[str, Any],
    *,
    model: ModelRef | str,
    inputs: BaseModel | Mapping[str, Any],
    patient_id: str | None = None,
    score: float | None = None,
    degraded: bool | None = None,
    inputs_too: bool = False,
) -> Advice:
    """Keep an answer. `model` is the model's reference, or the name of the fallback that answered;
    `degraded` follows from it unless the caller knows better. `inputs_too`: drift is measured in what
    was asked, so that more than its digest is kept."""
    fallback = isinstance(model, str)
    content = answer.model_dump(mode="json") if isinstance(answer, BaseModel) else dict(answer)
    row = Advice(
        id=new_id(),
        capability=capability,
        subject_id=subject_id,
        patient_id=patient_id,
        model=model if isinstance(model, str) else model.name,
        model_version=None if isinstance(model, str) else model.version,
        degraded=fallback if degraded is None else degraded,
        inputs_digest=digest(inputs),
        inputs=_without_patient(inputs) if inputs_too else None,
        score=score,
        answer=content,
        asked_by=ctx.actor.id,
        asked_at=ctx.now,
    )
    ctx.session.add(row)
    ctx.audit(
        "advice.keep",
        row.id,
        patient_id=patient_id,
        capability=capability,
        model=row.model,
        version=row.model_version,
    )
    _tell(ctx, row)
    return row


def _without_patient(inputs: BaseModel | Mapping[str, Any]) -> dict[str, Any]:
    content = inputs.model_dump(mode="json") if isinstance(inputs, BaseModel) else dict(inputs)
    return {key: value for key, value in content.items() if key != "patient_id"}


def _tell(ctx: Context, row: Advice) -> None:
    if row.inputs is not None:
        ctx.emit(CHANGED, row.id)


def keep_shadows(ctx: Context, answers: Sequence[Shadowed]) -> int:
    """Keep what a challenger answered; how many are new. The same again changes nothing."""
    new = repository.add_shadows(ctx.session, answers, ctx.now)
    for row_id in new:
        ctx.emit("shadow.changed", row_id)
    if new:
        ctx.audit("shadow.keep", answers=len(new), version=answers[-1].model.version)
    return len(new)


def decide(ctx: Context, advice_id: str, decision: str, reason: str | None = None) -> Advice:
    """Keep what a person decided. Deciding the same again changes nothing; otherwise `Conflict`."""
    row = repository.get(ctx.session, advice_id)
    if not ctx.actor.has(*map(Role, rules.DECIDERS[row.capability]), Role.SYSTEM):
        raise Forbidden("Your role does not decide on this advice.", patient_id=row.patient_id)
    _open(ctx, row, "advice.decide")
    if not rules.allowed(row.capability, decision):
        raise Invalid(
            "Choose one of: {choices}.",
            field="decision",
            choices=", ".join(rules.DECISIONS[row.capability]),
        )
    if rules.reason_due(row.capability, decision, row.answer.get("decision")) and not reason:
        raise Invalid("Say why: the next model learns from it.", field="reason")
    if not repository.decide(ctx.session, row.id, decision, reason, ctx.actor.id, ctx.now):
        ctx.session.refresh(row)
        if (row.decision, row.decision_reason) != (decision, reason):
            raise Conflict("Somebody decided on this advice already.", field="decision")
        return row
    ctx.audit("advice.decided", row.id, patient_id=row.patient_id, decision=decision, reason=reason)
    _tell(ctx, row)
    return row


def read(ctx: Context, advice_id: str) -> Advice:
    """One answer: for whom it concerns, for whoever asked, and by consent."""
    row = repository.get(ctx.session, advice_id)
    _open(ctx, row, "advice.read")
    return row


def mine(
    ctx: Context, capability: str | None = None, subject_id: str | None = None, limit: int = 50
) -> Sequence[Advice]:
    """What the actor asked and may still see, and what was asked about them, newest first."""
    rows = repository.asked_by(
        ctx.session, ctx.actor.id, ctx.actor.patient_id, capability, subject_id, limit
    )
    return [row for row in rows if _listed(ctx, row)]


def _listed(ctx: Context, row: Advice) -> bool:
    if row.capability == "diagnosis" and row.patient_id and not is_open(ctx, row.patient_id):
        return False  # asked while the record was open; it is closed now
    _open(ctx, row, "advice.read")
    return True


def _open(ctx: Context, row: Advice, action: str) -> None:
    """A differential is part of the record and needs it open. The rest is for who asked, for the
    person it is about, and for the role that decides on it."""
    if row.capability == "diagnosis" and row.patient_id is not None:
        open_record(ctx, row.patient_id, action)
        return
    own = row.patient_id is not None and row.patient_id == ctx.actor.patient_id
    roles = [Role(name) for name in rules.DECIDERS[row.capability] if name != Role.RESIDENT]
    if not own and row.asked_by != ctx.actor.id and not ctx.actor.has(*roles, Role.SYSTEM):
        raise NotFound("There is no such advice.", field="advice_id")
    ctx.audit(action, row.id, patient_id=row.patient_id)
