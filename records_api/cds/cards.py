"""The services that discovery lists, and the words of their cards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from records_api.cds import rules
from records_api.cds.schemas import Card, Coding, Hook, Indicator, Link, Source
from records_api.core.i18n import marked as _
from records_api.core.i18n import translate
from records_api.encounters.schemas import Differential, EvidenceOut, Suggestion
from records_api.guidance.schemas import SourceOut, WarningOut
from records_api.terminology.tables import Concept

RANKED = 5  # conditions on a card: more is a page, and the card links to it
_EVIDENCE = 4  # findings for and against each
_SET = 10
_FLAGS = 5  # red flags on a card
_POINTED = 4  # conditions that a red flag points to
_SOURCES = 4  # links to what a guideline says

DESCRIPTION = _("Likely diagnoses for the findings that are known, with the evidence for each.")
REQUIREMENTS = _(
    "The user signs in to Sehat, and the resident has opened the record to them. Resources are FHIR R4."
)


@dataclass(frozen=True)
class Kind:
    hook: Hook
    title: str
    prefetch: Mapping[str, str]


_PATIENT = {
    "patient": "Patient/{{context.patientId}}",
    "conditions": "Condition?patient={{context.patientId}}&_count=200",
}
SERVICES: Mapping[str, Kind] = {
    "sehat-patient-view": Kind(
        "patient-view",
        _("Differential when a record is opened"),
        _PATIENT
        | {"observations": "Observation?patient={{context.patientId}}&_sort=-date&_count=200"},
    ),
    "sehat-encounter-start": Kind(
        "encounter-start",
        _("Differential when a visit begins"),
        _PATIENT
        | {"observations": "Observation?encounter={{context.encounterId}}&_sort=-date&_count=200"},
    ),
}

_LIKELY = _("Likely: {names}")
_URGENT = _("Cannot wait: {names}")
_DO_NOT_MISS = _("Do not miss: {names}")
_RED_FLAG = _("Red flag: {findings}, in {conditions}.")
_ABSTAINED = _("Too little is known for a diagnosis")
_DOWN = _("The diagnosis model does not answer. Judge without it")
_CLOSED = _("This record is not open to you in Sehat. Ask the resident for consent")
_CLOSED_DETAIL = _(
    "Ask the resident to open the record to you. In an emergency, break the glass in Sehat and say why."
)
_ACT = _("A condition that cannot wait is probable enough. Act first.")
_SET_TEXT = _("In 95 of 100 such patients the diagnosis is one of these: {names}")
_MORE = _("and {count} more")
_FOR, _AGAINST = _("for: {names}"), _("against: {names}")
_ABSENT = _("no {name}")
_BY_CATALOGUE = _("By the catalogue only: the model learned it from no case here.")
_TESTS = _("first tests: {names}")
_FORBIDDEN = _("stands for this patient: {text}")
_DISPUTED = _("Recorded and measured differ: {names}. Measure again, or correct the record.")
_SENT = _("Findings and conditions that your system sent and this rests on: {count}.")
_SENT_MEASURED = _("Of them by measurements of the last 24 hours: {count}.")
_CAUTION = _("A suggestion, not a diagnosis. You decide.")
_OPEN = _("Open the consultation in Sehat")
_SIGN_IN = _("Open Sehat")
_TOPIC = _("Differential diagnosis")


def closed(language: str, base: str) -> Card:
    """Nothing about the patient, not even whether there is one."""
    return Card(
        summary=_fitting(translate(_CLOSED, language)),
        indicator="info",
        detail=translate(_CLOSED_DETAIL, language),
        source=_source(language, base),
        links=[Link(label=translate(_SIGN_IN, language), url=base)],
    )


def differential(
    found: Differential,
    concepts: Mapping[str, Concept],
    sources: Sequence[SourceOut],
    sent: int,
    measured: int,
    language: str,
    base: str,
    page: str,
) -> Card:
    """`concepts`: those of the prediction set and of the ranked. `sources`: published, of what the
    card names. `sent`: how much of the evidence the prefetch gave, `measured`: of that by measuring."""
    loud: Mapping[str, Indicator] = {"info": "info", "warning": "warning", "critical": "critical"}
    severities = [c.severity for code in found.prediction_set if (c := concepts.get(code))]
    read = [Link(label=_cited(source), url=source.url) for source in sources if source.url]
    return Card(
        uuid=found.advice_id,
        summary=_fitting(_summary(found, concepts, language)),
        indicator=loud[rules.indicator(found.urgency, found.degraded, severities)],
        detail="\n\n".join(_detail(found, concepts, sent, measured, language)),
        source=_source(language, base),
        override_reasons=[
            Coding(code=code, system=rules.REASON_SYSTEM, display=translate(text, language))
            for code, text in rules.OVERRIDES.items()
        ],
        links=[Link(label=translate(_OPEN, language), url=base + page), *read[:_SOURCES]],
    )


def named(found: Differential) -> list[str]:
    """The conditions whose sources a card cites: what the flags point to first, then the likeliest."""
    flagged = [w.conditions[0].code for w in found.warnings[:_FLAGS] if w.conditions]
    return list(dict.fromkeys([*flagged, *(row.condition for row in found.ranked[:1])]))


def _cited(source: SourceOut) -> str:
    return ", ".join(str(part) for part in (source.title, source.publisher, source.year) if part)


def _fitting(text: str) -> str:
    return rules.shortened(text, rules.LONGEST_SUMMARY)


def _source(language: str, base: str) -> Source:
    topic = Coding(
        code="differential-diagnosis",
        system="urn:sehat:cds:topic",
        display=translate(_TOPIC, language),
    )
    return Source(label="Sehat", url=base, topic=topic)


def _summary(found: Differential, concepts: Mapping[str, Concept], language: str) -> str:
    """What cannot wait goes before what is likeliest."""
    flags = [_flag(w) for w in found.warnings if w.urgency == "now"]
    if found.urgency == "now":
        names = "; ".join([*flags, *_urgent(found, concepts, language)])
        return (
            translate(_URGENT, language).format(names=names) if names else translate(_ACT, language)
        )
    if found.warnings and (found.degraded or found.abstained):
        names = "; ".join(_flag(w) for w in found.warnings)
        return translate(_DO_NOT_MISS, language).format(names=names)
    if found.degraded:
        return translate(_DOWN, language)
    names = ", ".join(f"{s.name} {rules.percent(s.probability)}" for s in found.ranked[:3])
    if found.abstained or not names:
        return translate(_ABSTAINED, language)
    return translate(_LIKELY, language).format(names=names)


def _flag(warning: WarningOut) -> str:
    """ "Fever + Stiff neck (Meningitis)"."""
    signs = " + ".join(finding.name for finding in warning.findings)
    return f"{signs} ({warning.conditions[0].name})" if warning.conditions else signs


def _urgent(found: Differential, concepts: Mapping[str, Concept], language: str) -> Iterable[str]:
    """The grave conditions for which the model calls it urgent, likeliest first."""
    if not found.urgent:
        return
    shares = {row.condition: row.probability for row in found.ranked}
    for code in dict.fromkeys([*shares, *found.prediction_set]):
        concept = concepts.get(code)
        if concept is not None and rules.grave(concept.severity):
            share = f" {rules.percent(shares[code])}" if code in shares else ""
            yield _named(code, concepts, language) + share


def _detail(
    found: Differential,
    concepts: Mapping[str, Concept],
    sent: int,
    measured: int,
    language: str,
) -> Iterable[str]:
    """Paragraphs in Markdown."""

    def said(text: str, **names: object) -> str:
        return translate(text, language).format(**names) if names else translate(text, language)

    if found.warnings:
        yield "\n".join(f"- {_red_flag(w, language)}" for w in found.warnings[:_FLAGS])
        if len(found.warnings) > _FLAGS:
            yield said(_MORE, count=len(found.warnings) - _FLAGS)
    if found.disputed:
        yield said(_DISPUTED, names=", ".join(rules.plain(d.name) for d in found.disputed))
    if found.urgent and not found.degraded:
        yield f"**{said(_ACT)}**"
    if found.degraded:
        yield f"**{said(_DOWN)}**"
    if found.reason:
        yield rules.plain(said(found.reason))
    if found.ranked:
        yield "\n".join(_ranked(n, s, language) for n, s in enumerate(found.ranked, 1))
    if found.prediction_set:
        first = [rules.plain(_named(c, concepts, language)) for c in found.prediction_set[:_SET]]
        left = len(found.prediction_set) - len(first)
        names = [*first, *([said(_MORE, count=left)] if left else [])]
        yield said(_SET_TEXT, names=", ".join(names))
    if sent:
        told = [said(_SENT, count=sent)]
        told += [said(_SENT_MEASURED, count=measured)] if measured else []
        yield " ".join(told)
    yield f"*{said(_CAUTION)}*"


def _red_flag(warning: WarningOut, language: str) -> str:
    signs = rules.plain(" + ".join(finding.name for finding in warning.findings))
    names = [rules.plain(c.name) for c in warning.conditions[:_POINTED]]
    if left := len(warning.conditions) - len(names):
        names.append(translate(_MORE, language).format(count=left))
    sentence = translate(_RED_FLAG, language)
    told = sentence.format(findings=signs, conditions=", ".join(names))
    return f"**{told}**" if warning.urgency == "now" else told


def _named(code: str, concepts: Mapping[str, Concept], language: str) -> str:
    concept = concepts.get(code)
    return code if concept is None else concept.named(language)


def _ranked(place: int, row: Suggestion, language: str) -> str:
    name = rules.plain(row.name) + (f" ({rules.plain(row.icd10)})" if row.icd10 else "")
    lines = [f"{place}. **{name}** {rules.percent(row.probability).replace('<', '&lt;')}"]
    for text, evidence in ((_FOR, row.evidence_for), (_AGAINST, row.evidence_against)):
        names = ", ".join(_told(e, language) for e in evidence[:_EVIDENCE])
        if names:
            lines.append("   - " + translate(text, language).format(names=names))
    if row.by_catalogue:
        lines.append("   - " + translate(_BY_CATALOGUE, language))
    lines += [f"   - {step}" for step in _steps(row, language)]
    return "\n".join(lines)


def _steps(row: Suggestion, language: str) -> Iterable[str]:
    """The first tests, and what in the record forbids the first treatment; the rest is a page."""
    steps = row.next_steps
    if steps and steps.first_tests:
        names = ", ".join(map(rules.plain, steps.first_tests))
        yield translate(_TESTS, language).format(names=names)
    for bar in steps.contraindications if steps else ():
        if bar.standing == "applies":
            yield translate(_FORBIDDEN, language).format(text=rules.plain(bar.text))


def _told(evidence: EvidenceOut, language: str) -> str:
    name = rules.plain(evidence.name)
    return name if evidence.present else translate(_ABSENT, language).format(name=name)
