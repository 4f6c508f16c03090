"""The words a note is likely to hold: a catalogue's names, aliases, tests and treatments, common
drugs, and the words of notes that are no terms."""

import re

from knowledge.schema import Catalogue
from models.notes.lexicon import common_complaints, drugs, plain_words

_WORD = re.compile(r"[A-Za-z](?:[A-Za-z/+-]*[A-Za-z])?")


def vocabulary(catalogue: Catalogue) -> tuple[str, ...]:
    texts = [*plain_words()]
    for concept in (*common_complaints(), *drugs()):
        texts += [concept.name_en, *concept.aliases]
    for finding in catalogue.findings:
        texts += [finding.name_en, finding.question_en, *finding.aliases]
    for condition in catalogue.conditions:
        texts += [condition.name_en, *condition.first_tests, *condition.aliases]
        texts += [condition.treatment.text] if condition.treatment else []
    return tuple(sorted({word for text in texts for word in _WORD.findall(text)}))
