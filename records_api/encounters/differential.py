"""The differential: what the record says → the model service → suggestions, kept as advice.

Red flags and first care come from the terminology (`records_api.guidance`), not from the model."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from records_api.advice import service as advices
from records_api.consent.service import open_record
from records_api.core.context import Context
from records_api.core.errors import ModelUnavailable
from records_api.core.ids import new_id
from records_api.core.models import ModelService
from records_api.encounters import answers, explanation, repository
from records_api.encounters.answers import Answers
from records_api.encounters.schemas import (
    Differential,
    DraftIn,
    EvidenceOut,
    FindingsIn,
    Suggestion,
)
from records_api.guidance import service as guidance
from records_api.guidance.schemas import DisputedOut, NextSteps
from records_api.patients import repository as patients
from records_api.patients.rules import age_at
from records_api.patients.tables import Patient
from records_api.terminology.tables import Concept
from serving.common import ModelRef
from serving.diagnosis.schema import DiagnosisAnswer, DiagnosisRequest, Evidence, RankedCondition

FALLBACK = "district-prevalence"
WINDOW = timedelta(days=28)
_MOST_FINDINGS = 400  # the model service takes no more
CARD_OF = "card_of"  # beside a kept answer: the CDS service whose card it was


def differential(
    ctx: Context,
    models: ModelService,
    encounter_id: str,
    findings: FindingsIn | None = None,
    limit: int = 10,
) -> Differential:
    """Suggestions for an encounter: for its recorded findings, or for those on the screen that are
    not saved yet (`findings`); with what was measured, either way."""
    ctx = ctx.at(ctx.now)  # what is recorded while the model thinks is newer than its answer
    request, known = described(ctx, encounter_id, "encounter.differential", findings, limit)
    disputed = known.disputed(ctx.language)
    patient_id = request.patient_id
    return _answer(
        ctx, models, request, encounter_id, patient_id, present=known.present, disputed=disputed
    )


def described(
    ctx: Context, encounter_id: str, action: str, findings: FindingsIn | None, limit: int
) -> tuple[DiagnosisRequest, Answers]:
    """What a model is told of an encounter: its recorded findings, or those on the screen, and what
    measurements add. Opens the record, audited as `action`; raises Forbidden or NotFound."""
    with ctx.reading() as reader:
        encounter = repository.get(reader.session, encounter_id)
        open_record(reader, encounter.patient_id, action)
        patient = patients.get(reader.session, encounter.patient_id)
        known = answers.of_encounter(
            reader.session, encounter, patient.birth_date, findings, ctx.now
        )
    return _request(ctx, patient, known.present, known.absent, limit=limit), known


def of_patient(
    ctx: Context,
    models: ModelService,
    patient: Patient,
    subject_id: str,
    present: Sequence[str],
    absent: Sequence[str],
    prior: Sequence[str] = (),
    limit: int = 10,
    card_of: str | None = None,
    disputed: Sequence[DisputedOut] = (),
) -> Differential:
    """Suggestions for a patient whose record the caller has opened. `subject_id` is what the advice
    is kept under: the encounter, or what stands for it elsewhere; `card_of`: the CDS service that
    makes a card of it."""
    request = _request(ctx, patient, present, absent, prior, limit)
    return _answer(ctx, models, request, subject_id, patient.id, card_of, present, disputed)


def _request(
    ctx: Context,
    patient: Patient,
    present: Sequence[str],
    absent: Sequence[str],
    prior: Sequence[str] = (),
    limit: int = 10,
) -> DiagnosisRequest:
    return DiagnosisRequest(
        patient_id=patient.id,
        age=min(130.0, max(0.0, age_at(patient.birth_date, ctx.now))),
        sex=patient.sex if patient.sex != "unknown" else None,
        district=patient.district,
        present=list(present[:_MOST_FINDINGS]),
        absent=list(absent[:_MOST_FINDINGS]),
        prior=list(prior[:_MOST_FINDINGS]),
        limit=limit,
    )


def draft(ctx: Context, models: ModelService, data: DraftIn) -> Differential:
    """Suggestions for a patient who is described, not recorded."""
    request = DiagnosisRequest(
        age=data.age,
        sex=data.sex,
        district=data.district,
        present=data.findings.present,
        absent=data.findings.absent,
        limit=data.limit,
    )
    return _answer(ctx, models, request, f"draft:{new_id()}", None)


def _answer(
    ctx: Context,
    models: ModelService,
    request: DiagnosisRequest,
    subject_id: str,
    patient_id: str | None,
    card_of: str | None = None,
    present: Sequence[str] | None = None,
    disputed: Sequence[DisputedOut] = (),
) -> Differential:
    """`present`: all findings for the red flags, where a model takes fewer."""
    ctx.session.commit()  # no transaction stays open while the model thinks
    model: ModelRef | str
    try:
        answer = models.diagnosis(request)
        model = answer.model
    except ModelUnavailable:
        answer, model = _prevalence(ctx, request), FALLBACK
    here = request.present if present is None else present
    # Before anything is written: on SQLite writers wait for each other.
    with ctx.reading() as reader:
        names = repository.concepts(reader.session, _codes(answer))
        raised = guidance.warnings(reader, here, request.sex, model_urgent=answer.urgent)
        steps = next_steps(reader, request, [row.condition for row in answer.ranked])
    content = answer.model_dump(mode="json", exclude={"model"})
    kept = advices.keep(
        ctx,
        "diagnosis",
        subject_id,
        content | ({CARD_OF: card_of} if card_of else {}),
        model=model,
        inputs=request,
        patient_id=patient_id,
        score=answer.ranked[0].probability if answer.ranked else None,
        inputs_too=True,
    )
    # It is written with the commit, after the answer is made: what is flushed here would keep other
    # writers out while the answer is put into words.
    return Differential(
        advice_id=kept.id,
        model=kept.model,
        model_version=kept.model_version,
        degraded=kept.degraded,
        ranked=[
            _suggestion(row, names, ctx.language, steps.get(row.condition)) for row in answer.ranked
        ],
        urgency=raised.urgency,
        warnings=raised.warnings,
        disputed=list(disputed),
        **answer.model_dump(exclude={"model", "ranked"}),
    )


def next_steps(
    ctx: Context, request: DiagnosisRequest, codes: Sequence[str]
) -> dict[str, NextSteps]:
    """First care of conditions for the patient whom a request describes."""
    return guidance.next_steps(
        ctx,
        codes,
        age=request.age,
        sex=request.sex,
        present=request.present,
        absent=request.absent,
        patient_id=request.patient_id,
    )


def _prevalence(ctx: Context, request: DiagnosisRequest) -> DiagnosisAnswer:
    """What was confirmed near by of late: no suggestion, only a list to think along."""
    shares = repository.prevalence(
        ctx.session, request.district, ctx.now - WINDOW, ctx.now, request.limit
    )
    return DiagnosisAnswer(
        model=ModelRef(name=FALLBACK, version=""),
        ranked=[RankedCondition(condition=code, probability=share) for code, share in shares],
        prediction_set=[],
        abstained=True,
        reason="No model answers. These are the conditions confirmed near by in the last 28 days.",
        urgent=False,
    )


def _codes(answer: DiagnosisAnswer) -> set[str]:
    codes = {row.condition for row in answer.ranked}
    for row in answer.ranked:
        evidence = (*row.evidence_for, *row.evidence_against)
        codes.update(e.finding.removeprefix(explanation.PRIOR) for e in evidence)
    return codes


def _suggestion(
    row: RankedCondition, names: Mapping[str, Concept], language: str, steps: NextSteps | None
) -> Suggestion:
    def told(e: Evidence) -> EvidenceOut:
        how = explanation.strength(e.weight)
        return EvidenceOut(
            finding=e.finding,
            name=explanation.called(e.finding, names, language),
            present=e.present,
            weight=e.weight,
            strength=how,
            words=explanation.said(how, e.weight >= 0, language),
            times=explanation.times(e.weight, language),
        )

    concept = names.get(row.condition)
    return Suggestion(
        condition=row.condition,
        name=explanation.called(row.condition, names, language),
        icd10=row.icd10 or (concept.icd10 if concept else None),
        probability=row.probability,
        evidence_for=[told(e) for e in row.evidence_for],
        evidence_against=[told(e) for e in row.evidence_against],
        by_catalogue=row.by_catalogue,
        next_steps=steps,
    )
