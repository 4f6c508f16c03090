"""A knowledge catalogue as the concepts that notes are read against."""

from knowledge.schema import Catalogue, Condition, Finding
from models.notes.lexicon import drugs
from models.notes.values import Concept, Kind


def concepts_of(catalogue: Catalogue) -> list[Concept]:
    """Findings before conditions: of two that share a word, a complaint is what is meant.

    Of a question with several answers each answer is a concept, and the question itself none."""
    found = []
    for finding in catalogue.findings:
        if finding.answer == "yes_no":
            found.append(_concept(finding, Kind.FINDING))
        else:
            keys = finding.keys
            found += [Concept(key, Kind.FINDING, catalogue.names_en[key]) for key in keys]
    found += [_concept(condition, Kind.CONDITION) for condition in catalogue.conditions]
    return [*found, *drugs()]


def _concept(entry: Finding | Condition, kind: Kind) -> Concept:
    """Named by its id too: that is the plain word (rash), where the name may say more (Skin rash)."""
    plain = entry.id.replace("_", " ")
    return Concept(entry.id, kind, entry.name_en, entry.name_hi or "", (plain, *entry.aliases))
