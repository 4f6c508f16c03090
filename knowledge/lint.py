"""What is wrong with a catalogue, and what it lacks, one fault a line.

`check` gives faults of two kinds: "broken" (an id that leads nowhere, a figure that cannot be) and
"missing" (nothing said where we always say something). A catalogue made elsewhere may lack much
and still be sound.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from knowledge.icd10 import is_code
from knowledge.schema import (
    AGE_BANDS,
    AGE_SHARES,
    JUDGEMENT,
    Catalogue,
    Condition,
    Finding,
    Measure,
    Rate,
)

URGENT = 2  # conditions of this severity or worse need red flags, tests and a referral
FEWEST_FINDINGS = 5
HIGHEST_RATE = 1000.0  # visits a thousand residents a year
HIGHEST_FACTOR = 17.0  # one in 17 is 65 or older, so an illness of theirs alone has a factor of 17
TOLERANCE = 0.05  # of a mean that should be 1
OLDEST = 130.0  # years
HIGHEST_LIMIT = 10_000.0  # of a measurement, in any unit that is used at a bedside

_SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_ICD10 = re.compile(r"[A-Z]\d\d(\.\d{1,2})?")
_LOINC = re.compile(r"[1-9]\d{0,5}-\d")
_DEVANAGARI = re.compile(r"[\u0900-\u097F]")
_LATIN = re.compile(r"[A-Za-z]")

Texts = Iterable[tuple[str, str | None]]  # (field, text)


@dataclass(frozen=True)
class Fault:
    """`where` is an entry's id with what it is: `condition dengue`."""

    where: str
    what: str
    kind: Literal["broken", "missing"] = "broken"

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def check(catalogue: Catalogue) -> list[Fault]:
    """Every fault, in the order of the entries; none means that it is sound and complete."""
    return [
        *_doubled(catalogue),
        *_aliases("finding", catalogue.findings),
        *_aliases("condition", catalogue.conditions),
        *_parents(catalogue),
        *(fault for finding in catalogue.findings for fault in _finding(finding)),
        *(fault for finding in catalogue.findings for fault in _measured(catalogue, finding)),
        *(
            fault
            for condition in catalogue.conditions
            for fault in _condition(catalogue, condition)
        ),
        *_unused(catalogue),
    ]


def _doubled(catalogue: Catalogue) -> Iterator[Fault]:
    for kind, entries in (
        ("finding", catalogue.findings),
        ("condition", catalogue.conditions),
        ("citation", catalogue.citations),
    ):
        seen: set[str] = set()
        for entry in entries:
            if entry.id in seen:
                yield Fault(f"{kind} {entry.id}", "the id is given twice")
            seen.add(entry.id)
            if catalogue.review is not None and not _SLUG.fullmatch(entry.id.replace("-", "_")):
                yield Fault(f"{kind} {entry.id}", "an id has small letters, digits and _ alone")
    for both in sorted(catalogue.finding_by_key.keys() & catalogue.condition_by_id.keys()):
        yield Fault(f"condition {both}", "a finding has this id: a code names one thing")


def _aliases(kind: str, entries: Iterable[Finding] | Iterable[Condition]) -> Iterator[Fault]:
    """A word of a note must lead to one finding, and to one condition."""
    named: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        own = {entry.name_en, entry.name_hi or entry.name_en}
        for word in {_plain(word) for word in (*entry.aliases, *own)}:
            named[word].append(entry.id)
        for word in {w for w in entry.aliases if entry.aliases.count(w) > 1}:
            yield Fault(f"{kind} {entry.id}", f"the alias “{word}” is given twice")
    for word, ids in named.items():
        if len(set(ids)) > 1:
            yield Fault(f"{kind} {ids[0]}", f"“{word}” also names {', '.join(sorted(ids[1:]))}")


def _plain(word: str) -> str:
    return " ".join(word.casefold().split())


def _parents(catalogue: Catalogue) -> Iterator[Fault]:
    for finding in catalogue.findings:
        passed, at = {finding.id}, finding.parent
        while at is not None:
            if at in passed:
                yield Fault(f"finding {finding.id}", f"its parents go round in a circle at {at}")
                break
            above = catalogue.finding_by_id.get(at)
            if above is None:
                if at == finding.parent:
                    yield Fault(f"finding {finding.id}", f"its parent {at} does not exist")
                break
            passed.add(at)
            at = above.parent


def _finding(finding: Finding) -> Iterator[Fault]:
    where = f"finding {finding.id}"
    values = [value.id for value in finding.values]
    if (finding.answer == "yes_no") == bool(values):
        yield Fault(where, "has values if and only if its answer is “one” or “many”")
    if len(set(values)) < len(values):
        yield Fault(where, "two of its values have the same id")
    if finding.default is not None and finding.default not in values:
        yield Fault(where, f"its default {finding.default} is none of its values")
    english = [("name_en", finding.name_en), ("question_en", finding.question_en)]
    hindi = [("name_hi", finding.name_hi), ("question_hi", finding.question_hi)]
    english += [(f"values.{value.id}.name_en", value.name_en) for value in finding.values]
    hindi += [(f"values.{value.id}.name_hi", value.name_hi) for value in finding.values]
    yield from _scripts(where, english, hindi)


def _measured(catalogue: Catalogue, finding: Finding) -> Iterator[Fault]:
    where = f"finding {finding.id}"
    if finding.measured and (
        finding.kind not in ("vital", "test") or finding.answer != "yes_no" or finding.is_antecedent
    ):
        yield Fault(where, "only a vital sign or a test of yes or no is measured")
    for measure in finding.measured:
        for what in _measure(measure):
            yield Fault(where, f"measured: {what}")
        if measure.source not in {JUDGEMENT, *catalogue.citation_by_id}:
            yield Fault(where, f"measured: the citation {measure.source} does not exist")


def _measure(measure: Measure) -> Iterator[str]:
    for code in (*measure.codes, *([measure.minus] if measure.minus else [])):
        if not _is_loinc(code):
            yield f"{code} is not a code of LOINC"
    limits = [limit for limit in (measure.at_least, measure.below) if limit is not None]
    if len(limits) != 1:
        yield "give at_least or below, one of them"
    if not all(0 < limit <= HIGHEST_LIMIT for limit in limits):
        yield f"a limit of {limits[0]:g} cannot be"
    if not 0 <= measure.from_age < (OLDEST if measure.below_age is None else measure.below_age):
        yield "from_age is 0 or more, and less than below_age"
    if measure.below_age is not None and not measure.below_age <= OLDEST:
        yield f"an age of {measure.below_age:g} cannot be"


def _is_loinc(code: str) -> bool:
    """By its form and its check digit (Luhn's)."""
    if not _LOINC.fullmatch(code):
        return False
    digits = [int(digit) for digit in code.replace("-", "")[::-1]]
    return sum(sum(divmod(d * (1 + place % 2), 10)) for place, d in enumerate(digits)) % 10 == 0


def _scripts(where: str, english: Texts, hindi: Texts) -> Iterator[Fault]:
    for field, text in english:
        if text and _DEVANAGARI.search(text):
            yield Fault(where, f"{field} is English and has Devanagari letters")
    for field, text in hindi:
        if text is None:
            yield Fault(where, f"{field} is missing", "missing")
        elif not _DEVANAGARI.search(text) or _LATIN.search(text):
            yield Fault(where, f"{field} is not in Devanagari alone")


def _condition(catalogue: Catalogue, condition: Condition) -> Iterator[Fault]:
    where = f"condition {condition.id}"
    yield from _scripts(where, [("name_en", condition.name_en)], [("name_hi", condition.name_hi)])
    if not _ICD10.fullmatch(condition.icd10) or not is_code(condition.icd10):
        yield Fault(where, f"icd10 {condition.icd10} is not one code of the WHO, as A97.0")
    if len(condition.findings) < FEWEST_FINDINGS:
        yield Fault(where, f"has fewer than {FEWEST_FINDINGS} findings")
    for key, link in condition.findings.items():
        yield from _resolves(catalogue, where, "findings", key)
        if link.source is None:
            yield Fault(where, f"findings.{key} has no source", "missing")
        if link.frequency is None:
            yield Fault(where, f"findings.{key} has no frequency", "missing")
        elif not 0 < link.frequency < 1:
            yield Fault(where, f"findings.{key}: {link.frequency} is not between 0 and 1")
    yield from _follow_ups(catalogue, where, condition)
    for flag in condition.red_flags:
        for key in flag.findings:
            yield from _resolves(catalogue, where, "red_flags", key)
    for source in sorted(condition.sources - set(catalogue.citation_by_id)):
        yield Fault(where, f"the citation {source} does not exist")
    if condition.rate is None:
        yield Fault(where, "rate is missing", "missing")
    else:
        yield from _rate(where, condition.rate)
    yield from _care(where, condition)


def _resolves(catalogue: Catalogue, where: str, field: str, key: str) -> Iterator[Fault]:
    if key not in catalogue.finding_by_key:
        yield Fault(where, f"{field}: there is no finding {key}")
    elif catalogue.review is not None and key not in catalogue.finding_by_key[key].keys:
        yield Fault(where, f"{field}: {key} has several answers; name one of them")


def _follow_ups(catalogue: Catalogue, where: str, condition: Condition) -> Iterator[Fault]:
    """Who has what a question goes on to ask has what it follows: never fewer of the latter.

    The answers of a question that takes one are counted together.
    """
    asked: dict[str, float] = defaultdict(float)
    for key, link in condition.findings.items():
        finding = catalogue.finding_by_key.get(key)
        if finding and finding.parent in catalogue.finding_by_id and link.frequency:
            together = asked[finding.id] + link.frequency
            one = finding.answer == "one"
            asked[finding.id] = together if one else max(asked[finding.id], link.frequency)
    for finding_id, often in asked.items():
        parent = catalogue.finding_by_id[finding_id].parent or ""
        link_above = condition.findings.get(parent)
        above = (link_above.frequency or 0.0) if link_above else 0.0
        if often > above + 1e-9:
            yield Fault(where, f"findings.{finding_id} ({often:g}) follows {parent} ({above:g})")


def _care(where: str, condition: Condition) -> Iterator[Fault]:
    needed: dict[str, object] = {
        "specialty": condition.specialty,
        "treatment": condition.treatment,
    }
    if condition.severity <= URGENT:
        needed |= {
            "red_flags": condition.red_flags,
            "first_tests": condition.first_tests,
            "referral": condition.referral,
        }
    for field, content in needed.items():
        if not content:
            yield Fault(where, f"{field} is missing", "missing")


def _rate(where: str, rate: Rate) -> Iterator[Fault]:
    if not 0 < rate.per_thousand <= HIGHEST_RATE:
        yield Fault(where, f"rate: {rate.per_thousand} a thousand a year cannot be")
    if len(rate.ages) != len(AGE_BANDS) or len(rate.months) != 12:
        yield Fault(where, f"rate: needs {len(AGE_BANDS)} ages and 12 months")
        return
    for factor in (*rate.ages, *rate.months, rate.female, rate.male):
        if not 0 <= factor <= HIGHEST_FACTOR:
            yield Fault(where, f"rate: a factor of {factor} cannot be")
    means = {
        "ages": sum(a * share for a, share in zip(rate.ages, AGE_SHARES, strict=True)),
        "months": sum(rate.months) / 12,
        "sexes": (rate.female + rate.male) / 2,
    }
    for name, mean in means.items():
        if abs(mean - 1) > TOLERANCE:
            yield Fault(where, f"rate: the factors of {name} average {mean:.2f} and not 1")


def _unused(catalogue: Catalogue) -> Iterator[Fault]:
    sources = {source for condition in catalogue.conditions for source in condition.sources}
    sources |= {measure.source for finding in catalogue.findings for measure in finding.measured}
    for citation in catalogue.citations:
        if citation.id not in sources:
            yield Fault(f"citation {citation.id}", "nothing is taken from it")
        if citation.id == JUDGEMENT:
            yield Fault(f"citation {citation.id}", "the word stands for having no source")
    keys = {key for condition in catalogue.conditions for key in condition.findings}
    keys |= {k for c in catalogue.conditions for flag in c.red_flags for k in flag.findings}
    used = {finding.id for key in keys if (finding := catalogue.finding_by_key.get(key))}
    parents = {finding.parent for finding in catalogue.findings}
    for finding in catalogue.findings:
        if finding.id not in used | parents:
            yield Fault(f"finding {finding.id}", "no condition names it", "missing")
        for key in finding.keys:
            if finding.answer != "yes_no" and catalogue.review is not None and key not in keys:
                yield Fault(f"finding {finding.id}", f"no condition names {key}", "missing")
