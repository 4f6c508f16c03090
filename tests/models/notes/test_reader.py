"""A note in, mentions out: places, kinds, misspellings, explained abbreviations, drugs."""

import unicodedata
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.notes import Assertion, Concept, Experiencer, Kind, Mention
from models.notes.reader import NoteReader
from tests.models.notes.concepts import CONCEPTS

COPD = Concept("copd", Kind.CONDITION, "chronic obstructive pulmonary disease")
SCLEROSIS = Concept("as", Kind.CONDITION, "aortic stenosis", "", ("AS",))
READER = NoteReader((*CONCEPTS, COPD, SCLEROSIS))


def read(text: str) -> dict[str, Mention]:
    return {mention.concept_id: mention for mention in READER.read(text)}


def test_a_note_of_shorthand() -> None:
    text = "bukhar 3 din se, no rash, r/o dengue\r\nKhansi nahi hai 😀. h/o DM, mother had TB"
    found = [
        (m.concept_id, m.text, m.assertion.value, m.experiencer.value) for m in READER.read(text)
    ]

    assert found == [
        ("fever", "bukhar", "affirmed", "patient"),
        ("rash", "rash", "negated", "patient"),
        ("dengue", "dengue", "possible", "patient"),
        ("cough", "Khansi", "negated", "patient"),
        ("diabetes", "DM", "historical", "patient"),
        ("tuberculosis", "TB", "affirmed", "other"),
    ]


@pytest.mark.parametrize(
    "before", ["", "😀👩🏽‍⚕️ ", "é" * 3, "e\u0301 ", "\r\n\r\n", "\t\u00a0", "बुखा ", "\x00"]
)
@pytest.mark.parametrize("name", ["chest pain", "CHEST-PAIN", "chest\tpain", "सीने में दर्द"])
def test_a_span_points_at_the_original_text(before: str, name: str) -> None:
    text = f"{before} no {name}\r\nbye"
    [mention] = [m for m in READER.read(text) if m.concept_id == "chest_pain"]

    assert text[mention.start : mention.end] == mention.text == name
    assert mention.start == text.index(name)


def test_composed_and_decomposed_letters_are_the_same() -> None:
    reader = NoteReader([Concept("m", Kind.CONDITION, "Ménière disease")])
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, "😀 no Ménière disease")
        [mention] = reader.read(text)
        assert mention.text == text[5:]
        assert mention.assertion is Assertion.NEGATED


def test_misspelt_words_are_found_with_less_than_certainty() -> None:
    found = read("no diarrohea, bukkhaar x 2 days")
    assert found["diarrhoea"].assertion is Assertion.NEGATED
    assert found["fever"].assertion is Assertion.AFFIRMED
    assert 0.8 <= found["diarrhoea"].score < 1


def test_a_drug_of_another_name_is_not_taken_for_it() -> None:
    assert "prednisolone" not in read("tab prednisone 10 mg od")
    assert "prednisolone" in read("tab prednisolon 10 mg od")


def test_plural_and_singular_are_one() -> None:
    assert read("no headaches, rashes or fevers").keys() == {"headache", "rash", "fever"}


def test_plain_prose_names_nothing() -> None:
    text = """Patient was seen today with his daughter. He walked in, looks well and is taking
    his medicine every morning. Advised rest and plenty of water; review after one week."""
    assert read(text) == {}


def test_the_longest_term_wins_and_nothing_overlaps() -> None:
    assert [m.concept_id for m in READER.read("dengue fever, skin rash")] == ["dengue", "rash"]


def test_a_term_that_is_a_small_word_counts_only_in_capitals() -> None:
    assert "as" not in read("pain as before")
    assert read("severe AS")["as"].text == "AS"


def test_a_term_does_not_cross_a_sign_between_sentences() -> None:
    assert "chest_pain" not in read("clear chest. Pain in the leg")


def test_a_short_form_that_the_note_explains() -> None:
    text = "Chronic obstructive pulmonary disease (COPD) known. No COPD flare."
    found = [m for m in READER.read(text) if m.concept_id == "copd"]
    assert [m.text for m in found] == ["Chronic obstructive pulmonary disease", "COPD", "COPD"]
    assert found[-1].assertion is Assertion.NEGATED


def test_without_concepts_nothing_is_found() -> None:
    assert NoteReader(()).read("fever") == ()


def test_the_reader_forgets_the_words_of_notes() -> None:
    READER.read("fever in zqxjkvopatientname (ABC) zqx")
    assert "zqxjkvopatientname" not in READER.terms.nlp.vocab.strings


def test_one_reader_serves_many_threads() -> None:
    text = "bukhar 3 din se, no rash (skin rash) and r/o dengue. "
    expected = READER.read(text * 5)
    found: list[tuple[Mention, ...]] = []
    threads = [Thread(target=lambda: found.append(READER.read(text * 5))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


@pytest.mark.parametrize(
    "text", ["fever " * 30_000, "(" * 15_000, "a (b " * 4_000, "x" * 500_000, "ab/" * 50_000]
)
def test_long_notes_end(text: str) -> None:
    assert all(text[m.start : m.end] == m.text for m in READER.read(text))


PIECES = st.sampled_from(
    [
        *(
            "no",
            "fever",
            "bukhaar",
            "denies",
            ",",
            ".",
            "\r\n",
            "\n",
            "?",
            "dengue",
            "r/o",
            "(",
            ")",
        ),
        *("mother", "had", "TB", "pcm", "tab paracetamol 500mg bd x 3d", "1-0-1", "नहीं", "बुखार"),
        *(
            "😀",
            "e\u0301",
            "\u0301",
            "\u200d",
            "\x00",
            "-",
            "+",
            ":",
            "and",
            "nahi hai",
            "COPD",
            "h/o",
        ),
    ]
)
TEXTS = st.one_of(
    st.text(st.characters(), max_size=80),
    st.lists(PIECES, max_size=30).map(" ".join),
    st.lists(PIECES, max_size=30).map("".join),
)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_text_is_read_and_every_span_is_its_text(text: str) -> None:
    mentions = READER.read(text)
    end = 0
    for mention in mentions:
        assert end <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
        end = mention.end
        assert isinstance(mention.assertion, Assertion)
        assert isinstance(mention.experiencer, Experiencer)
        assert 0 < mention.score <= 1
        if mention.dosage is not None:
            dosage = mention.dosage
            assert 0 <= dosage.start <= mention.start < mention.end <= dosage.end <= len(text)
