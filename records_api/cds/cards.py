"""The services that discovery lists, and the words of their cards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from records_api.cds import rules
from records_api.cds.rules import _
from records_api.cds.schemas import Card, Coding, Hook, Indicator, Link, Source
from records_api.core.i18n import translate
from records_api.encounters.schemas import Differential, EvidenceOut, Suggestion
from records_api.terminology.tables import Concept

RANKED = 5  # conditions on a card: more is a page, and the card links to it
_EVIDENCE = 4  # findings for and against each
_SET = 10

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
_SENT = _("Findings and conditions that your system sent and this rests on: {count}.")
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
    sent: int,
    language: str,
    base: str,
    page: str,
) -> Card:
    """`concepts`: those of the prediction set. `sent`: how much of the evidence the prefetch gave."""
    loud: Mapping[str, Indicator] = {"info": "info", "warning": "warning", "critical": "critical"}
    severities = [concept.severity for concept in concepts.values()]
    return Card(
        uuid=found.advice_id,
        summary=_fitting(_summary(found, language)),
        indicator=loud[rules.indicator(found.urgent, found.degraded, severities)],
        detail="\n\n".join(_detail(found, concepts, sent, language)),
        source=_source(language, base),
        override_reasons=[
            Coding(code=code, system=rules.REASON_SYSTEM, display=translate(text, language))
            for code, text in rules.OVERRIDES.items()
        ],
        links=[Link(label=translate(_OPEN, language), url=base + page)],
    )


def _fitting(text: str) -> str:
    return rules.shortened(text, rules.LONGEST_SUMMARY)


def _source(language: str, base: str) -> Source:
    topic = Coding(
        code="differential-diagnosis",
        system="urn:sehat:cds:topic",
        display=translate(_TOPIC, language),
    )
    return Source(label="Sehat", url=base, topic=topic)


def _summary(found: Differential, language: str) -> str:
    if found.degraded:
        return translate(_DOWN, language)
    names = ", ".join(f"{s.name} {rules.percent(s.probability)}" for s in found.ranked[:3])
    if found.urgent and names:
        return translate(_URGENT, language).format(names=names)
    if found.abstained or not names:
        return translate(_ABSTAINED, language)
    return translate(_LIKELY, language).format(names=names)


def _detail(
    found: Differential, concepts: Mapping[str, Concept], sent: int, language: str
) -> Iterable[str]:
    """Paragraphs in Markdown."""

    def said(text: str, **names: object) -> str:
        return translate(text, language).format(**names) if names else translate(text, language)

    if found.urgent and not found.degraded:
        yield f"**{said(_ACT)}**"
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
        yield said(_SENT, count=sent)
    yield f"*{said(_CAUTION)}*"


def _named(code: str, concepts: Mapping[str, Concept], language: str) -> str:
    concept = concepts.get(code)
    if concept is None:
        return code
    return (concept.name_hi if language == "hi" else None) or concept.name_en


def _ranked(place: int, row: Suggestion, language: str) -> str:
    name = rules.plain(row.name) + (f" ({rules.plain(row.icd10)})" if row.icd10 else "")
    lines = [f"{place}. **{name}** {rules.percent(row.probability).replace('<', '&lt;')}"]
    for text, evidence in ((_FOR, row.evidence_for), (_AGAINST, row.evidence_against)):
        names = ", ".join(_told(e, language) for e in evidence[:_EVIDENCE])
        if names:
            lines.append("   - " + translate(text, language).format(names=names))
    return "\n".join(lines)


def _told(evidence: EvidenceOut, language: str) -> str:
    name = rules.plain(evidence.name)
    return name if evidence.present else translate(_ABSENT, language).format(name=name)
