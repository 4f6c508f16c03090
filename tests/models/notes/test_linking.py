"""Misspelt and Hinglish words find their concept, and other words find none."""

import pytest

from knowledge.catalogue import delhi
from models.notes import Concept, Kind
from models.notes.catalogue import concepts_of
from models.notes.likeness import alike, edits, most_like, sound
from models.notes.linking import Linker
from tests.models.notes.concepts import CONCEPTS
from training.notes.misspelling import misspellings

LINKER = Linker(CONCEPTS)


def test_a_thousand_misspelt_aliases_of_the_catalogue_find_their_concept() -> None:
    concepts = concepts_of(delhi())
    cases = misspellings(concepts, 1_000, seed=7)
    links = Linker(concepts).link_all([case.written for case in cases])
    right = [
        link is not None and link.concept.id == case.meant
        for link, case in zip(links, cases, strict=True)
    ]
    print(f"recall@1 of {len(cases):,} misspellings: {sum(right) / len(cases):.3f}")
    assert sum(right) / len(cases) >= 0.98


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("bukar", "fever"),
        ("bokhar", "fever"),
        ("khaansee", "cough"),
        ("sir mai dard", "headache"),
        ("ultee", "vomiting"),
        ("diarhea", "diarrhoea"),
        ("amoxycillin", "amoxicillin"),
        ("kamjoree", "weakness"),
        ("PARACETMOL", "paracetamol"),
    ],
)
def test_what_people_write(written: str, meant: str) -> None:
    link = LINKER.link(written)
    assert link is not None
    assert link.concept.id == meant
    assert 0.7 < link.score <= 1


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("anemia", "low_hb"),
        ("diarrhea", "diarrhoea"),
        ("diarrhoea", "diarrhoea"),
        ("pedal edema", "leg_swelling"),
        ("hemorrhage", "bleeding_any"),
        ("placenta previa", "antepartum_haemorrhage"),
        ("lethargic", "fatigue"),
        ("smokes", "smoker"),
        ("depressive mood", "low_mood"),
        ("shortness of breath", "breathless"),
    ],
)
def test_american_and_report_spellings_are_terms_not_slips(written: str, meant: str) -> None:
    link = Linker(concepts_of(delhi())).link(written)
    assert link is not None
    assert (link.concept.id, link.score) == (meant, 1)


@pytest.mark.parametrize("written", ["pohda", "era discharge", "eesy bruising"])
def test_the_first_letter_counts_as_it_is_written(written: str) -> None:
    concepts = [Concept(n, Kind.FINDING, n) for n in ("phoda", "ear discharge", "easy bruising")]
    assert Linker(concepts).link(written) is not None


@pytest.mark.parametrize("written", ["", "   ", "!!!", "xylophone", "tuesday", "発熱", "\ud800"])
def test_what_is_like_no_term_finds_none(written: str) -> None:
    assert LINKER.link(written) is None


def test_without_concepts_nothing_is_found() -> None:
    assert Linker(()).link("fever") is None
    assert Linker([Concept("x", Kind.FINDING, "!!")]).link("fever") is None


def test_edits_are_counted_with_swaps_as_one() -> None:
    assert edits("dengue", "dengeu", 3) == 1
    assert edits("abc", "", 3) == 3
    assert edits("abcdef", "uvwxyz", 2) == 3
    assert edits("kitten", "sitting", 5) == 3


def test_spellings_of_one_sound_meet() -> None:
    assert sound("bukhaar") == sound("bukar") == sound("bukkhar")
    assert sound("zukaam") == sound("jukam")
    assert 0.8 < alike("bukhaar", "bukar") < 1
    assert most_like("fever", ["nothing", "fevr", "fever"], 0.6) == 2
    assert most_like("fever", ["nothing"], 0.6) is None


@pytest.mark.parametrize("written", ["hypotension", "afebrile", "bradycardia"])
def test_a_contrary_is_no_misspelling(written: str) -> None:
    contraries = [Concept(n, Kind.CONDITION, n) for n in ("hypertension", "febrile", "tachycardia")]
    assert Linker(contraries).link(written, 0.6) is None
