"""Clinical notes: what they name, where, what they say of it and of whom."""

from models.notes.assertion import Judgement
from models.notes.judging import judge_concept
from models.notes.lexicon import common_complaints, drugs
from models.notes.values import Assertion, Concept, Dosage, Experiencer, Kind, Mention

__all__ = [
    "Assertion",
    "Concept",
    "Dosage",
    "Experiencer",
    "Judgement",
    "Kind",
    "Mention",
    "common_complaints",
    "drugs",
    "judge_concept",
]
