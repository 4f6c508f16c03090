"""Reads notes against the knowledge catalogue: no web, no registry."""

from functools import cache
from threading import Lock

from knowledge.catalogue import delhi
from knowledge.schema import Catalogue
from models.notes import Mention as Found
from models.notes.catalogue import concepts_of
from models.notes.reader import NoteReader
from serving.common import ModelRef
from serving.notes.schema import Dose, Mention, NotesAnswer, NotesRequest

_LOADING = Lock()


class Notes:
    """A catalogue's reader: it names what the catalogue names, and common drugs."""

    def __init__(self, catalogue: Catalogue) -> None:
        concepts = concepts_of(catalogue)
        self._names = {concept.id: concept.name_en for concept in concepts}
        self._reader = NoteReader(concepts)
        self._model = ModelRef(name="notes", version=catalogue.version)

    def answer(self, request: NotesRequest) -> NotesAnswer:
        mentions = [self._mention(found) for found in self._reader.read(request.text)]
        return NotesAnswer(model=self._model, mentions=mentions)

    def _mention(self, found: Found) -> Mention:
        dosage = found.dosage
        dose = (
            Dose(**{name: getattr(dosage, name) for name in Dose.model_fields}) if dosage else None
        )
        return Mention(
            code=found.concept_id,
            kind=found.kind.value,
            name=self._names[found.concept_id],
            start=found.start,
            end=found.end,
            text=found.text,
            assertion=found.assertion.value,
            experiencer=found.experiencer.value,
            score=min(max(found.score, 0.0), 1.0),
            dose=dose,
        )


@cache
def _delhi() -> Notes:
    made = Notes(delhi())
    made.answer(NotesRequest(text="no fever"))  # the tables of the rules are made by the first note
    return made


def notes() -> Notes:
    """The reader of this process, made on first use: spaCy and its index take a second."""
    with _LOADING:
        return _delhi()
