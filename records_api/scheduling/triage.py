"""Triage at booking: words and findings → red flags and the diagnosis model → where and how soon."""

from collections import defaultdict
from dataclasses import dataclass

from records_api.advice import service as advices
from records_api.consent.service import is_open
from records_api.core.context import Context, Role
from records_api.core.errors import Forbidden, ModelUnavailable
from records_api.core.ids import new_id
from records_api.core.models import ModelService
from records_api.patients import repository as patients
from records_api.patients.rules import age_at
from records_api.scheduling import repository, rules
from records_api.scheduling.schemas import TriageIn, TriageOut
from serving.diagnosis.schema import DiagnosisAnswer, DiagnosisRequest

RULES = "triage-rules"


@dataclass(frozen=True)
class _Case:
    present: list[str]
    absent: list[str]
    by_rules: rules.RuleTriage
    request: DiagnosisRequest


def only_own(ctx: Context, patient_id: str) -> None:
    if ctx.actor.patient_id != patient_id and not ctx.actor.has(Role.CLERK, Role.SYSTEM):
        raise Forbidden("You book for yourself only. A clerk can book for others.")


def triage(
    ctx: Context, models: ModelService, data: TriageIn, booking_id: str | None = None
) -> TriageOut:
    """Suggest specialty and urgency. The answer is kept for a booking to come, whose id it fixes.

    The model is asked only where something of the complaint is known to it; red flags always count.
    """
    only_own(ctx, data.patient_id)
    case = _case(ctx, data)
    ctx.audit("booking.triage", patient_id=data.patient_id)
    bookable = set(repository.specialties(ctx.session, ctx.now))
    ctx.session.commit()  # no transaction stays open while the model thinks
    answer, down = None, False
    if case.present:
        try:
            answer = models.diagnosis(case.request)
        except ModelUnavailable:
            down = True
    urgency, specialty = case.by_rules.urgency, case.by_rules.specialty
    if answer is not None:
        urgency = rules.worst(urgency, _urgency(ctx, answer))
        specialty = answer.specialty or specialty
    if urgency == "now":
        specialty = rules.EMERGENCY
    elif specialty not in bookable:
        specialty = rules.GENERAL
    told = {
        "urgency": urgency,
        "specialty": specialty,
        "emergency": urgency == "now",
        "flags": list(case.by_rules.flags),
        "present": case.present,
        "absent": case.absent,
    }
    shown = answer.model_dump(mode="json", exclude={"model"}) if answer else None
    kept = advices.keep(
        ctx,
        "triage",
        booking_id or new_id(),
        {**told, "differential": shown},
        model=answer.model if answer else RULES,
        inputs={"request": case.request.model_dump(mode="json"), "complaint": data.complaint},
        patient_id=data.patient_id,
        score=answer.ranked[0].probability if answer and answer.ranked else None,
        degraded=down,
    )
    ctx.session.flush()
    return TriageOut.model_validate(
        {
            **told,
            "advice_id": kept.id,
            "model": kept.model,
            "model_version": kept.model_version,
            "degraded": down,
        }
    )


def _case(ctx: Context, data: TriageIn) -> _Case:
    patient = patients.get(ctx.session, data.patient_id)
    names = repository.finding_names(ctx.session)
    said, denied = rules.understood(data.complaint, names)
    absent = sorted({*data.absent, *denied} - {*data.present, *said})
    present = sorted({*data.present, *said} - {*data.absent})
    age = min(130.0, max(0.0, age_at(patient.birth_date, ctx.now)))
    asked = [names[code][0] for code in data.present if code in names]
    return _Case(
        present=present,
        absent=absent,
        by_rules=rules.triage(data.complaint, asked, age),
        request=DiagnosisRequest(
            # The history counts only where whoever asks may see it.
            patient_id=patient.id if is_open(ctx, patient.id) else None,
            age=age,
            sex=patient.sex if patient.sex != "unknown" else None,
            district=patient.district,
            present=present,
            absent=absent,
        ),
    )


def _urgency(ctx: Context, answer: DiagnosisAnswer) -> rules.Urgency:
    known = repository.severities(ctx.session, [row.condition for row in answer.ranked])
    mass: dict[int, float] = defaultdict(float)
    for row in answer.ranked:
        if row.condition in known:
            mass[known[row.condition]] += row.probability
    return rules.model_urgency(answer.urgent, answer.abstained, mass)
