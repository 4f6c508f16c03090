"""The note reader of the model service over our own catalogue, and its answers as messages."""

import pytest

from knowledge.catalogue import delhi
from knowledge.schema import Catalogue
from models.notes import Kind, drugs
from models.notes.catalogue import concepts_of
from serving.notes.api import Notes, notes
from serving.notes.schema import Mention, NotesRequest


@pytest.fixture(scope="module")
def reader() -> Notes:
    return notes()


def read(reader: Notes, text: str) -> dict[str, Mention]:
    answer = reader.answer(NotesRequest(text=text))
    assert answer.model.name == "notes"
    for mention in answer.mentions:
        assert text[mention.start : mention.end] == mention.text
    return {mention.code: mention for mention in answer.mentions}


def test_hinglish_shorthand_is_read_with_the_citys_own_catalogue(reader: Notes) -> None:
    found = read(reader, "bukhar 3 din se, no rash, r/o dengue. mother had TB")
    assert {code: (m.kind, m.assertion, m.experiencer) for code, m in found.items()} == {
        "fever": ("finding", "affirmed", "patient"),
        "rash": ("finding", "negated", "patient"),
        "dengue": ("condition", "possible", "patient"),
        "tuberculosis_pulmonary": ("condition", "affirmed", "other"),
    }


def test_a_drug_comes_with_its_dose(reader: Notes) -> None:
    pcm = read(reader, "tab pcm 500 mg tds x 3d")["paracetamol"]
    assert pcm.dose is not None
    assert (pcm.dose.strength, pcm.dose.unit, pcm.dose.per_day, pcm.dose.days) == (500, "mg", 3, 3)


def test_no_drug_has_the_code_of_something_else() -> None:
    known = {*delhi().finding_by_key, *delhi().condition_by_id}
    assert not known.intersection(drug.id for drug in drugs())


def test_answers_of_a_question_are_concepts_and_an_id_is_a_word() -> None:
    catalogue = Catalogue.model_validate(
        {
            "name": "t",
            "version": "1",
            "findings": [
                {
                    "id": "look",
                    "kind": "sign",
                    "name_en": "Look",
                    "question_en": "?",
                    "answer": "one",
                    "values": [{"id": "red", "name_en": "red"}],
                },
                {"id": "stiff_neck", "kind": "sign", "name_en": "A neck", "question_en": "?"},
            ],
            "conditions": [],
        }
    )
    concepts = {c.id: c for c in concepts_of(catalogue) if c.kind is not Kind.DRUG}
    assert set(concepts) == {"look_@_red", "stiff_neck"}
    assert "stiff neck" in concepts["stiff_neck"].terms


def test_any_text_has_an_answer(reader: Notes) -> None:
    for text in ("", "\n\t", "😀" * 50, "बुखार نہیں fever", "x" * 20_000):
        read(reader, text)
