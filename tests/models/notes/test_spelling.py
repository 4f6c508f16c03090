"""Where misspelt terms may stand, and how they are read in a sentence."""

import pytest

from knowledge.catalogue import delhi
from models.notes import Concept, Kind
from models.notes.catalogue import concepts_of
from models.notes.reader import NoteReader
from models.notes.spelling import Spelling
from training.notes.linking import in_notes
from training.notes.misspelling import misspellings

TERMS = (
    "fever",
    "tertian fever",
    "chest pain",
    "pain abdomen",
    "heat exposure",
    "hiv positive",
    "band headache",
    "pulmonary oedema",
    "edema",
    "pet dard",
    "hypertension",
    "hypotension",
    "low sugar",
)
READER = NoteReader([Concept(term, Kind.FINDING, term) for term in TERMS])
SPELLING = Spelling(tuple(term.split()) for term in TERMS)


def read(text: str) -> list[str]:
    return [mention.concept_id for mention in READER.read(text)]


def runs(text: str) -> list[str]:
    words = text.split()
    found = SPELLING.runs(words, SPELLING.meant(words))
    return [" ".join(words[first:last]) for first, last in found]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("chst pain", "chest pain"),
        ("pain abdomne", "pain abdomen"),
        ("tertiann fever", "tertian fever"),
        ("haet exposure", "heat exposure"),
        ("low suger", "low sugar"),
        ("pulmonary edema", "pulmonary oedema"),
        ("petdard", "pet dard"),
        ("hyper tension", "hypertension"),
    ],
)
def test_a_misspelt_term_is_read_whole_in_a_sentence(written: str, meant: str) -> None:
    assert read(f"pt c/o {written} since 2 days") == [meant]


@pytest.mark.parametrize(
    "written",
    [
        "hcv positive",
        "hbv positive",
        "plain abdomen",
        "chest plan",
        "hypertention off",
        "wet exposure",
    ],
)
def test_other_words_are_no_slips(written: str) -> None:
    found = read(f"pt c/o {written} since 2 days")
    assert found == (["hypertension"] if written.startswith("hyper") else [])


def test_hindi_is_misspelt_too() -> None:
    reader = NoteReader([Concept("cough", Kind.FINDING, "खाँसी")])
    [said] = reader.read("बुखार नहीं, खांसी है")
    assert (said.concept_id, said.text) == ("cough", "खांसी")


def test_another_word_beside_a_term_leaves_it_alone() -> None:
    assert read("pt has bad headache, old fever, no edema") == ["fever", "edema"]


def test_a_term_does_not_reach_over_a_comma() -> None:
    assert read("chst, pain") == []
    assert read("chst-pain") == ["chest pain"]


def test_what_stands_as_a_term_is_no_run_to_try() -> None:
    assert runs("chest pain with fever") == []
    assert runs("chst pain with fevr") == ["chst pain", "fevr"]


def test_words_too_short_too_long_or_with_figures_are_not_read_as_others() -> None:
    assert SPELLING.meant(["pn", "p4in", "x" * 500_000]) == {}


def test_four_of_five_misspelt_aliases_and_more_are_read_in_a_sentence() -> None:
    concepts = concepts_of(delhi())
    found = in_notes(NoteReader(concepts), misspellings(concepts, 400, seed=7))
    assert sum(found) / len(found) >= 0.87


def test_a_note_of_many_strange_words_ends() -> None:
    words = (
        f"{'chst' if n % 2 else 'fevr'}{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}"
        for n in range(40_000)
    )
    assert READER.read(" ".join(words)) is not None
