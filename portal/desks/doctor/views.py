"""From records to what the doctor's pages show."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from portal.desks.doctor.pages import (
    Answered,
    Asking,
    Diagnosed,
    Flagged,
    Measured,
    Named,
    Ranked,
    Suggested,
    Visit,
    Weighed,
)
from portal.render import speaker
from portal.texts import source
from records_api.advice.tables import Advice
from records_api.consent.service import is_open
from records_api.consent.tables import Grant
from records_api.core.context import Context
from records_api.core.i18n import marked as _
from records_api.encounters import answers as answers_of
from records_api.encounters import explanation
from records_api.encounters import next_question as next_questions
from records_api.encounters import repository as encounters
from records_api.encounters.answers import Answers
from records_api.encounters.differential import CARD_OF
from records_api.encounters.rules import VITALS
from records_api.encounters.schemas import (
    DiagnosisOut,
    EncounterDetail,
    EncounterOut,
    FindingOut,
    VitalOut,
)
from records_api.encounters.tables import Encounter
from records_api.facilities.tables import Facility
from records_api.guidance import service as guidance
from records_api.guidance.schemas import NextSteps
from records_api.patients.rules import age_at
from records_api.patients.tables import Patient
from serving.diagnosis.schema import DiagnosisAnswer, Evidence

PLAIN = _("Plain list: confirmed in this district in the last 28 days")
_MOST_EVIDENCE = 4
_MOST_VISITS = 20
_CANNOT_WAIT = 1  # severity: 1 cannot wait … 5 harmless


def concepts(ctx: Context, codes: Iterable[str]) -> Mapping[str, Named]:
    """Each code with its names; a code that the terminology lacks is its own name."""
    wanted = set(codes)
    known = encounters.concepts(ctx.session, wanted)
    return {
        code: Named(
            code, known[code].name_en, known[code].name_hi, known[code].icd10, known[code].severity
        )
        if code in known
        else Named(code, code)
        for code in wanted
    }


def diagnosed(ctx: Context, rows: Sequence[DiagnosisOut]) -> list[Diagnosed]:
    """The newest word on each condition, in the order they were first named."""
    names = concepts(ctx, (row.condition for row in rows))
    newest = {row.condition: row for row in rows}
    return [
        Diagnosed(names[row.condition], row.status, row.icd10, row.reason)
        for row in newest.values()
    ]


def visits(ctx: Context, details: Sequence[EncounterDetail]) -> list[Visit]:
    return [visit(ctx, detail) for detail in details]


def visit(ctx: Context, detail: EncounterDetail, patient: Patient | None = None) -> Visit:
    place = ctx.session.get(Facility, detail.facility_id) if detail.facility_id else None
    confirmed = [d for d in diagnosed(ctx, detail.diagnoses) if d.status == "confirmed"]
    return Visit(
        id=detail.id,
        patient_id=detail.patient_id,
        open=detail.status == "open",
        complaint=detail.complaint,
        started_at=detail.started_at,
        facility=place,
        diagnoses=confirmed,
        patient=patient,
    )


def open_visits(ctx: Context) -> list[Visit]:
    """Visits this clinician began and has not closed, of records that are still open to them."""
    mine = ctx.session.execute(
        select(Encounter, Patient)
        .join(Patient, Patient.id == Encounter.patient_id)
        .where(Encounter.clinician_id == ctx.actor.id, Encounter.status == "open")
        .order_by(Encounter.started_at.desc())
        .limit(_MOST_VISITS)
    )
    shown = [(e, patient) for e, patient in mine if is_open(ctx, e.patient_id)]
    for e, _patient in shown:
        ctx.audit("encounter.list", e.id, patient_id=e.patient_id)
    return [
        visit(ctx, EncounterDetail(**EncounterOut.model_validate(e).model_dump()), patient)
        for e, patient in shown
    ]


def opened(ctx: Context) -> list[Patient]:
    """Residents whose records are open to this clinician now, the latest opened first."""
    live = (
        select(Grant.patient_id, func.max(Grant.opens_at).label("since"))
        .where(
            Grant.grantee_id == ctx.actor.id,
            Grant.opens_at <= ctx.now,
            Grant.closes_at > ctx.now,
            Grant.closed_at.is_(None),
        )
        .group_by(Grant.patient_id)
        .subquery()
    )
    rows = ctx.session.scalars(
        select(Patient)
        .join(live, live.c.patient_id == Patient.id)
        .order_by(live.c.since.desc(), Patient.search_name, Patient.id)
        .limit(_MOST_VISITS)
    ).all()
    ctx.audit("patient.search", found=[row.id for row in rows])
    return list(rows)


def answered(ctx: Context, rows: Sequence[FindingOut]) -> list[Answered]:
    """Newest first: what was just recorded stands on top."""
    names = concepts(ctx, (row.code for row in rows))
    newest = sorted(rows, key=lambda row: row.recorded_at, reverse=True)
    return [Answered(names[row.code], row.status) for row in newest]


def known(ctx: Context, detail: EncounterDetail, patient: Patient) -> Answers:
    """What the visit says of findings, by record and by measurement."""
    age = age_at(patient.birth_date, detail.started_at)
    return answers_of.combined(ctx.session, detail.findings, detail.vitals, age)


def changed(recorded: Sequence[FindingOut], answers: Answers) -> datetime | None:
    """When something of the findings was last told."""
    measured_at = (answer.at for answer in answers.measured.values())
    return max((*(row.recorded_at for row in recorded), *measured_at), default=None)


def counted(answers: Answers) -> list[Named]:
    """The findings that the measurements stand for."""
    return [
        Named(code, concept.name_en, concept.name_hi)
        for code, concept in answers.concepts.items()
        if (answer := answers.measured.get(code)) and answer.present
    ]


def measured(rows: Sequence[VitalOut]) -> list[Measured]:
    """Vital signs by name, sets in the order of time; a code that has no name here shows itself."""
    place = {code: number for number, code in enumerate(VITALS)}
    return [
        Measured(VITALS[row.code].name if row.code in VITALS else row.code, row.value, row.unit)
        for row in sorted(rows, key=lambda row: (row.measured_at, place.get(row.code, len(place))))
    ]


def answer_of(advice: Advice) -> DiagnosisAnswer:
    content = {key: value for key, value in advice.answer.items() if key != CARD_OF}
    return DiagnosisAnswer.model_validate({**content, "model": {"name": "", "version": ""}})


def suggested(
    ctx: Context, advice: Advice, steps: Mapping[str, NextSteps] | None = None
) -> Suggested:
    """A kept differential with names in the reader's language; `steps`: first care by condition."""
    answer = answer_of(advice)
    known = encounters.concepts(ctx.session, _codes(answer))
    speak = speaker(ctx.language)

    def name(code: str) -> str:
        return explanation.called(code, known, ctx.language)

    def evidence(items: Sequence[Evidence]) -> list[Weighed]:
        return [
            Weighed(
                name(e.finding)
                if e.present
                else speak(_("{finding}: absent"), finding=name(e.finding)),
                explanation.words(e.weight, ctx.language),
                explanation.times(e.weight, ctx.language),
                explanation.share(e.weight),
            )
            for e in items[:_MOST_EVIDENCE]
        ]

    grave = {code for code, concept in known.items() if concept.severity == _CANNOT_WAIT}
    rows = [
        Ranked(
            code=row.condition,
            name=name(row.condition),
            icd10=row.icd10 or getattr(known.get(row.condition), "icd10", None),
            probability=row.probability,
            likely=row.condition in answer.prediction_set,
            considered=row.condition in (answer.considered or ()),
            cannot_wait=row.condition in grave and row.probability >= 0.01,
            supports=evidence(row.evidence_for),
            opposes=evidence(row.evidence_against),
            steps=(steps or {}).get(row.condition),
            by_catalogue=row.by_catalogue,
        )
        for row in answer.ranked
    ]
    return Suggested(
        id=advice.id,
        rows=rows,
        likely=[name(code) for code in answer.prediction_set],
        abstained=answer.abstained,
        reason=speak(answer.reason) if answer.reason else None,
        urgent=answer.urgent,
        degraded=advice.degraded,
        unknown=[name(code) for code in answer.unknown_findings],
        source=source(speak, advice, PLAIN),
        asked_at=advice.asked_at,
        decision=advice.decision,
        decision_reason=advice.decision_reason,
    )


def flagged(
    ctx: Context,
    patient: Patient,
    answers: Answers,
    last: datetime | None,
    advice: Advice | None,
) -> tuple[list[Flagged], dict[str, NextSteps]]:
    """Red flags of what is known, and first care of what they and the differential name. `last`: when
    something was last told."""
    raised = guidance.warnings(ctx, answers.present, patient.sex).warnings
    before = [code for code in answers.present if answers.by_code[code].at != last]
    known = guidance.warnings(ctx, before, patient.sex).warnings if raised else []
    ranked = [row.condition for row in answer_of(advice).ranked] if advice else []
    steps = guidance.next_steps(
        ctx,
        {*ranked, *(warning.conditions[0].code for warning in raised)},
        age=age_at(patient.birth_date, ctx.now),
        sex=patient.sex,
        present=answers.present,
        absent=answers.absent,
        patient_id=patient.id,
    )
    heard = [warning.findings for warning in known]
    flags = [
        Flagged(warning, warning.findings not in heard, steps.get(warning.conditions[0].code))
        for warning in raised
    ]
    return flags, steps


def asking(ctx: Context, advice: Advice, known: Answers) -> Asking:
    """Kept questions in the reader's language, without those that are answered since."""
    told = next_questions.told(ctx, advice)
    return Asking(
        rows=[q for q in told.questions if not all(a.code in known.by_code for a in q.answers)],
        degraded=told.degraded,
        reason=told.reason,
        source=source(speaker(ctx.language), advice, next_questions.NO_MODEL),
        asked_at=advice.asked_at,
    )


def answers(asking: Asking | None, question: str) -> list[Named]:
    """The findings that answer one of the questions shown; none if it is shown no more."""
    rows = asking.rows if asking else ()
    return [
        Named(answer.code, answer.name)
        for q in rows
        if q.question == question
        for answer in q.answers
    ]


def _codes(answer: DiagnosisAnswer) -> set[str]:
    codes = {row.condition for row in answer.ranked}
    codes |= {*answer.prediction_set, *answer.unknown_findings}
    for row in answer.ranked:
        told = (*row.evidence_for, *row.evidence_against)
        codes |= {e.finding.removeprefix(explanation.PRIOR) for e in told}
    return codes
