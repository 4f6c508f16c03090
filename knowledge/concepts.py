"""A catalogue as the terminology keeps it: one concept a condition, a finding, and an answer.

A question with several answers is a concept of its own, so that its words are kept once it is asked;
each answer is a concept whose parent is the question. What stands in `detail` is all that a desk
shows of a concept: nobody reads the catalogue's files at the bedside.
"""

import re
from collections.abc import Iterator
from typing import Any

from knowledge.errors import CatalogueError
from knowledge.schema import AGE_BANDS, Catalogue, Condition, Finding

LONGEST_NAME = 200  # letters; a longer one is cut, for DDXPlus uses whole questions as names


def concepts(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """The fields of each concept: findings first, each question before its answers, then conditions.

    Raises CatalogueError where a finding and a condition have one id: a code names one thing.
    """
    both = catalogue.finding_by_key.keys() & catalogue.condition_by_id.keys()
    if both:
        raise CatalogueError(f"{min(both)}: a finding and a condition have this id.")
    for finding in catalogue.findings:
        yield from _finding(finding)
    for condition in catalogue.conditions:
        yield _condition(catalogue, condition)


def _finding(finding: Finding) -> Iterator[dict[str, Any]]:
    asked = {
        "question_en": finding.question_en,
        "question_hi": finding.question_hi,
        "kind": finding.kind,
        "answer": finding.answer,
        "is_antecedent": finding.is_antecedent,
    }
    yield {
        "code": finding.id,
        "kind": "finding",
        "name_en": finding.name_en[:LONGEST_NAME],
        "name_hi": _cut(finding.name_hi),
        "parent": finding.parent,
        "detail": {**asked, "aliases": list(finding.aliases), **_measured(finding)},
    }
    if finding.answer == "yes_no":
        return
    for key, value in zip(finding.keys, finding.values, strict=True):
        hindi = finding.name_hi and value.name_hi and f"{finding.name_hi}: {value.name_hi}"
        yield {
            "code": key,
            "kind": "finding",
            "name_en": f"{finding.name_en}: {value.name_en}"[:LONGEST_NAME],
            "name_hi": _cut(hindi),
            "parent": finding.id,
            "detail": {**asked, "aliases": []},
        }


def _measured(finding: Finding) -> dict[str, Any]:
    """Only where a measurement decides: the records look for those that have it."""
    told = [measure.model_dump(mode="json", exclude_defaults=True) for measure in finding.measured]
    return {"measured": told} if told else {}


def _condition(catalogue: Catalogue, condition: Condition) -> dict[str, Any]:
    told = condition.model_dump(
        mode="json",
        include={
            "red_flags",
            "first_tests",
            "treatment",
            "contraindications",
            "referral",
            "aliases",
        },
    )
    # What the treatment follows is named even where the condition does not list it. Studies that
    # counted how often a finding occurs are no source of advice: desks and cards link what is here.
    followed = [condition.treatment.source] if condition.treatment else []
    sources = dict.fromkeys([*condition.citations, *followed])
    known = catalogue.citation_by_id
    cited = [known[source].model_dump(mode="json") for source in sources if source in known]
    return {
        "code": condition.id,
        "kind": "condition",
        "name_en": condition.name_en[:LONGEST_NAME],
        "name_hi": _cut(condition.name_hi),
        "icd10": condition.icd10,
        "severity": condition.severity,
        "specialty": condition.specialty,
        # How often each is met counts as cases where there are few of them; the rules ask only
        # whether a finding fits.
        "detail": {
            **told,
            "findings": _frequencies(condition),
            **_rate(condition),
            "citations": cited,
        },
    }


def _frequencies(condition: Condition) -> dict[str, float | None]:
    return {key: link.frequency for key, link in condition.findings.items()}


def _rate(condition: Condition) -> dict[str, Any]:
    """With the ages at which its bands begin: whoever reads it need not know ours."""
    if condition.rate is None:
        return {}
    begin = [int(re.split("[-+]", band)[0]) for band in AGE_BANDS]
    return {"rate": {**condition.rate.model_dump(mode="json"), "ages_from": begin}}


def _cut(name: str | None) -> str | None:
    return name[:LONGEST_NAME] if name else None
