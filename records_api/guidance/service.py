"""Red flags and first care, in the reader's language. The caller has opened the record, unless the
function says that it does."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from records_api.consent.service import open_record
from records_api.core.context import Context
from records_api.core.i18n import marked as _
from records_api.core.i18n import translate
from records_api.encounters import answers
from records_api.encounters import repository as encounters
from records_api.guidance import contraindications, repository, rules
from records_api.guidance.contraindications import Fact, Person
from records_api.guidance.knowledge import Care, Source
from records_api.guidance.schemas import (
    ContraindicationOut,
    NamedOut,
    NextSteps,
    PointedOut,
    SourceOut,
    WarningOut,
    Warnings,
)
from records_api.patients import repository as patients
from records_api.terminology.tables import Concept

_TERM = timedelta(weeks=42)  # a pregnancy that was recorded longer ago is over


_AGE = _("age")


def of_encounter(ctx: Context, encounter_id: str) -> Warnings:
    """Warnings for what an encounter has recorded and measured. Opens the record."""
    encounter = encounters.get(ctx.session, encounter_id)
    open_record(ctx, encounter.patient_id, "encounter.warnings")
    patient = patients.get(ctx.session, encounter.patient_id)
    known = answers.of_encounter(ctx.session, encounter, patient.birth_date)
    found = warnings(ctx, known.present, patient.sex)
    return found.model_copy(update={"disputed": known.disputed(ctx.language)})


def warnings(
    ctx: Context, present: Sequence[str], sex: str | None, *, model_urgent: bool = False
) -> Warnings:
    """Warnings for findings that are present; `model_urgent`: what a model said, which may only add."""
    known = repository.conditions(ctx.session) if present else []
    raised = rules.raised(known, present, sex)
    codes = {code for warned in raised for code in warned.findings}
    names = encounters.concepts(ctx.session, codes)
    return Warnings(
        urgency=rules.urgency(raised, model_urgent=model_urgent),
        warnings=[
            WarningOut(
                findings=[_named(code, names, ctx.language) for code in sorted(warned.findings)],
                urgency=warned.urgency,
                conditions=[
                    PointedOut(
                        code=pointed.condition.code,
                        name=pointed.condition.name(ctx.language),
                        icd10=pointed.condition.icd10,
                        severity=pointed.condition.severity,
                        support=pointed.support,
                    )
                    for pointed in warned.conditions
                ],
                why=list(warned.why),
            )
            for warned in raised
        ],
    )


def next_steps(
    ctx: Context,
    codes: Collection[str],
    *,
    age: float | None,
    sex: str | None,
    present: Iterable[str],
    absent: Iterable[str],
    patient_id: str | None,
) -> dict[str, NextSteps]:
    """First care by condition, for those of which the terminology tells any, with what forbids it
    held against the findings given, and the rest of the record if there is one."""
    told = [c for c in repository.conditions(ctx.session, codes) if not c.care.empty]
    if not told:
        return {}
    person, names = _person(ctx, age, sex, set(present), set(absent), patient_id)
    return {c.code: _steps(c.care, person, names, ctx.language) for c in told}


def sources(ctx: Context, codes: Sequence[str]) -> list[SourceOut]:
    """Published sources that a browser can open, of the conditions in their order."""
    known = {c.code: c for c in repository.conditions(ctx.session, codes)}
    found = (s for code in codes if code in known for s in known[code].care.sources if s.url)
    return [_source(s) for s in {s.url: s for s in found}.values()]


def _person(
    ctx: Context,
    age: float | None,
    sex: str | None,
    present: set[str],
    absent: set[str],
    patient_id: str | None,
) -> tuple[Person, Mapping[str, Concept]]:
    """Of earlier visits only what lasts counts: antecedents and diagnoses, a pregnancy for its term."""
    past = repository.antecedents(ctx.session, patient_id) if patient_id else []
    lasting = [row for row in past if row.code not in present | absent]
    ill = repository.diagnoses(ctx.session, patient_id) if patient_id else []
    ill = [row for row in ill if row.status == "confirmed"]
    names = encounters.concepts(ctx.session, {*present, *(row.code for row in (*lasting, *ill))})
    facts = [_fact(code, names) for code in sorted(present)]
    for row in (*(row for row in lasting if row.status == "present"), *ill):
        fact = _fact(row.code, names, row.icd10)
        if not fact.of(contraindications.PREGNANCY) or row.at > ctx.now - _TERM:
            facts.append(fact)
    denied = {row.code for row in lasting if row.status == "absent"} - {"pregnant"}
    return Person(age, sex, tuple(facts), frozenset(absent | denied)), names


def _fact(code: str, names: Mapping[str, Concept], icd10: str | None = None) -> Fact:
    """A finding of this illness has no name here: "no loperamide with fever" is the doctor's to see,
    and only what was so before is looked for in sentences."""
    concept = names.get(code)
    if concept is None:
        return Fact(code, icd10=icd10)
    called: tuple[str, ...] = ()
    if concept.kind == "condition" or (
        _lasts(concept) and concept.detail.get("kind") != "exposure"
    ):
        aliases = concept.detail.get("aliases")
        said = [a for a in aliases if isinstance(a, str)] if isinstance(aliases, list) else []
        called = contraindications.names(concept.name_en, said)
    return Fact(code, called, concept.parent, icd10 or concept.icd10)


def _lasts(concept: Concept) -> bool:
    return concept.detail.get("is_antecedent") is True


_FIRST = ("applies", "not_known", "does_not_apply")


def _steps(care: Care, person: Person, names: Mapping[str, Concept], language: str) -> NextSteps:
    bars = []
    for bar in care.contraindications:
        stands, because = contraindications.standing(bar, person)
        reasons = [_reason(code, names, language) for code in dict.fromkeys(because)]
        bars.append(
            ContraindicationOut(kind=bar.kind, text=bar.text, standing=stands, because=reasons)
        )
    by_id = {source.id: source for source in care.sources}
    cited = by_id.get(care.source or "")
    return NextSteps(
        first_tests=list(care.first_tests),
        treatment=care.treatment,
        treatment_source=_source(cited) if cited else None,
        contraindications=sorted(bars, key=lambda bar: _FIRST.index(bar.standing)),
        refer_when=care.refer_when,
        refer_where=care.refer_where,
        sources=[_source(source) for source in care.sources],
    )


def _reason(code: str, names: Mapping[str, Concept], language: str) -> NamedOut:
    if code == contraindications.AGE:
        return NamedOut(code=code, name=translate(_AGE, language))
    return _named(code, names, language)


def _source(source: Source) -> SourceOut:
    return SourceOut(
        title=source.title, publisher=source.publisher, year=source.year, url=source.url
    )


def _named(code: str, names: Mapping[str, Concept], language: str) -> NamedOut:
    concept = names.get(code)
    return NamedOut(code=code, name=code if concept is None else concept.named(language))
