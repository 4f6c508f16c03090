"""A hook of another system → what both records say → the differential → cards; and what became of
them. Which words a card uses is in `cards`, what a prefetch tells in `prefetch`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from knowledge.measured import Said
from records_api.advice import service as advices
from records_api.cds import cards, prefetch, repository, rules
from records_api.cds.schemas import Card, CardFeedback, Cards, Feedback, HookRequest, Service
from records_api.consent.service import open_record
from records_api.core.context import Context
from records_api.core.errors import Conflict, ConsentNeeded, Invalid, NotFound
from records_api.core.i18n import translate
from records_api.core.models import ModelService
from records_api.encounters import answers as known_answers
from records_api.encounters import differential as differentials
from records_api.encounters import repository as encounters
from records_api.encounters.answers import Answers
from records_api.encounters.tables import Encounter
from records_api.guidance import service as guidance
from records_api.guidance.schemas import DisputedOut
from records_api.patients import repository as patients
from records_api.patients.rules import age_at
from records_api.patients.tables import Patient

_MOST_NAMED = 10  # unknown cards in one sentence
_OUR_NUMBERS = 36  # characters
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_DECISIONS: Mapping[str, str] = {"accepted": "accepted", "overridden": "rejected"}


@dataclass(frozen=True)
class _Known:
    present: list[str]
    absent: list[str]
    prior: list[str]
    sent: int  # of them, findings and conditions that the prefetch gave
    measured: int  # of those, findings by measurements
    disputed: list[DisputedOut]


@dataclass(frozen=True)
class _Found:
    patient: Patient
    encounter: Encounter | None
    known: _Known


def services(language: str) -> list[Service]:
    """What discovery tells."""

    def said(text: str) -> str:
        return translate(text, language)

    return [
        Service(
            hook=kind.hook,
            id=name,
            title=said(kind.title),
            description=said(cards.DESCRIPTION),
            prefetch=dict(kind.prefetch),
            usage_requirements=said(cards.REQUIREMENTS),
        )
        for name, kind in cards.SERVICES.items()
    ]


def call(
    ctx: Context, models: ModelService, service_id: str, data: HookRequest, base: str
) -> Cards:
    """Cards for the patient on the other system's screen. `base` is our own address, with a slash.

    No record opens without consent: then a card says how to ask for it, the same one for a patient
    whom nobody knows. Systems show their users cards, not errors, so a 403 would help no doctor.
    """
    _check(service_id, data)
    sent = prefetch.read(data.prefetch, data.context.patient_id)
    with ctx.reading() as reader:
        found = _opened(reader, data, sent)
    if found is None:
        return Cards(cards=[cards.closed(ctx.language, base)])
    known = found.known
    if not known.present and not known.absent:
        return Cards(cards=[])  # a card that says nothing teaches people to pass cards over
    return Cards(cards=[_card(ctx, models, service_id, found, data, base)])


def _opened(ctx: Context, data: HookRequest, sent: prefetch.Sent) -> _Found | None:
    """Whom the call is about and what is known, noted as read; None where the record is closed."""
    patient_id = _patient_id(ctx, data, sent)
    try:
        open_record(ctx, patient_id, f"cds.{data.hook}")
    except ConsentNeeded:
        # A number of their own may be longer than any of ours.
        whom = patient_id if len(patient_id) <= _OUR_NUMBERS else None
        ctx.audit("access.refused", patient_id=whom, code=ConsentNeeded.code, hook=data.hook)
        return None
    patient = patients.get(ctx.session, patient_id)
    encounter = _encounter(ctx, patient, data)
    known = _known(ctx, patient, encounter, sent)
    ctx.audit(
        "cds.call",
        encounter.id if encounter else None,
        patient_id=patient.id,
        hook=data.hook,
        hook_instance=str(data.hook_instance),
        user=data.context.user_id,
        sent=known.sent,
        measured=known.measured,
    )
    return _Found(patient, encounter, known)


def _check(service_id: str, data: HookRequest) -> None:
    hook = _service(service_id).hook
    if data.hook != hook:
        raise Invalid("This service answers the hook {hook}.", field="hook", hook=hook)
    if hook == "encounter-start" and data.context.encounter_id is None:
        raise Invalid("This is missing.", field="context.encounterId")
    for key, value in (data.prefetch or {}).items():
        if value is not None and not isinstance(value.get("resourceType"), str):
            raise Invalid("Give a FHIR R4 resource, or null.", field=f"prefetch.{key[:60]}")


def _service(service_id: str) -> cards.Kind:
    if service_id not in cards.SERVICES:
        raise NotFound("There is no such service.", field="service_id")
    return cards.SERVICES[service_id]


def _patient_id(ctx: Context, data: HookRequest, sent: prefetch.Sent) -> str:
    """The patient by our number, or by the health number that both systems know."""
    patient_id = data.context.patient_id
    if sent.health_id and patients.find(ctx.session, patient_id) is None:
        found = patients.by_health_id(ctx.session, sent.health_id)
        return found.id if found else patient_id
    return patient_id


def _encounter(ctx: Context, patient: Patient, data: HookRequest) -> Encounter | None:
    """The visit that is named, if it is one of ours; else the one that goes on here, if any."""
    encounter_id = data.context.encounter_id
    if encounter_id is not None:
        encounter = ctx.session.get(Encounter, encounter_id)
        if encounter is not None and encounter.patient_id != patient.id:
            raise Invalid("This encounter is another patient's.", field="context.encounterId")
        if encounter is not None:
            return encounter
    return repository.open_encounter(ctx.session, patient.id)


def _known(
    ctx: Context, patient: Patient, encounter: Encounter | None, sent: prefetch.Sent
) -> _Known:
    """What was recorded and measured in this visit goes first; the prefetch adds what is not known
    here, and a measurement that is worse and later."""
    here, began = known_answers.NONE, ctx.now
    if encounter is not None:
        began = encounter.started_at
        here = known_answers.of_encounter(ctx.session, encounter, patient.birth_date)
    theirs = _sent(ctx, sent, age_at(patient.birth_date, began))
    answers = here.joined(theirs)
    added = [
        code
        for code, answer in answers.by_code.items()
        if code not in here.by_code or here.by_code[code].present != answer.present
    ]
    prior = _prior(ctx, sent.history)
    return _Known(
        present=answers.present,
        absent=answers.absent,
        prior=prior,
        sent=len(added) + len(prior),
        measured=sum(
            code in theirs.measured
            and theirs.measured[code].present == answers.by_code[code].present
            for code in added
        ),
        disputed=answers.disputed(ctx.language),
    )


def _sent(ctx: Context, sent: prefetch.Sent, age: float) -> Answers:
    """Nobody tells when a sent word was said: it counts as older than any measurement."""
    ours = repository.findings(ctx.session, sent.said)
    words = [
        Said(code, "present" if sent.said[code] else "absent", _LONG_AGO) for code in sorted(ours)
    ]
    readings = prefetch.recent(sent.measured, ctx.now)
    return known_answers.combined(ctx.session, words, readings, age)


def _prior(ctx: Context, codes: frozenset[str]) -> list[str]:
    """Our conditions by code, by ICD-10 code, or, where we have no finer one, by its category."""
    category = prefetch.categories(codes)
    wanted = {*codes, *(code.upper() for code in category), *category.values()}
    found = repository.conditions(ctx.session, wanted)
    named = set[str]()
    for code in codes:
        exact = found.get(code) or (found.get(code.upper()) if code in category else None)
        named.update(exact or found.get(category.get(code, ""), []))
    return sorted(named)


def _card(
    ctx: Context,
    models: ModelService,
    service_id: str,
    about: _Found,
    data: HookRequest,
    base: str,
) -> Card:
    patient, encounter, known = about.patient, about.encounter, about.known
    page = f"doctor/encounters/{encounter.id}" if encounter else f"doctor/patients/{patient.id}"
    subject = encounter.id if encounter else f"cds:{data.hook_instance}"
    found = differentials.of_patient(
        ctx,
        models,
        patient,
        subject,
        known.present,
        known.absent,
        known.prior,
        cards.RANKED,
        service_id,
        known.disputed,
    )
    codes = {*found.prediction_set, *(row.condition for row in found.ranked)}
    # The advice is kept by now: others may write while the card is put into words.
    with ctx.reading() as reader:
        concepts = encounters.concepts(reader.session, codes)
        sources = guidance.sources(reader, cards.named(found))
    return cards.differential(
        found, concepts, sources, known.sent, known.measured, ctx.language, base, page
    )


def feedback(ctx: Context, service_id: str, data: Feedback) -> None:
    """Keep what was done with cards; all of it or nothing. The same again changes nothing."""
    _service(service_id)
    known = repository.cards(ctx.session, service_id, (str(item.card) for item in data.feedback))
    unknown: dict[str, int] = {}
    for place, item in enumerate(data.feedback):
        if str(item.card) not in known:
            unknown.setdefault(str(item.card), place)
    if unknown:
        names = [*unknown][:_MOST_NAMED]
        raise Invalid(
            "No such card was given: {cards}.",
            field=f"feedback.{min(unknown.values())}.card",
            cards=", ".join(names) + (" …" if len(unknown) > len(names) else ""),
        )
    for place, item in enumerate(data.feedback):
        _decide(ctx, item, f"feedback.{place}", known[str(item.card)].patient_id)


def _decide(ctx: Context, item: CardFeedback, field: str, patient_id: str | None) -> None:
    if item.outcome_timestamp > ctx.now + prefetch.CLOCKS:
        raise Invalid("This lies in the future.", field=f"{field}.outcomeTimestamp")
    decision, reason = _DECISIONS[item.outcome], None
    if item.outcome == "overridden":
        why = item.override_reason
        coded = why.reason if why else None
        reason = rules.override(
            coded.code if coded else None,
            coded.display if coded else None,
            why.user_comment if why else None,
        )
    try:
        advices.decide(ctx, str(item.card), decision, reason)
    except Conflict as error:
        raise Conflict(error.detail, field=f"{field}.outcome", **error.params) from error
    ctx.audit(
        "cds.feedback",
        str(item.card),
        patient_id=patient_id,
        outcome=item.outcome,
        at=item.outcome_timestamp.isoformat(),
    )
