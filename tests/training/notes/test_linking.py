"""Misspelt aliases: how they are made, and what is counted of them."""

import random

import pytest

from models.notes import Concept
from models.notes import Kind as Of
from training.notes.linking import measure
from training.notes.misspelling import KINDS, Kind, misspell, misspellings

FEVER = Concept("fever", Of.FINDING, "Fever", "बुखार", ("bukhaar", "tez bukhar", "taap", "shared"))
COUGH = Concept("cough", Of.FINDING, "Cough", "खाँसी", ("khansi", "khaansi sukhi", "shared"))
DENGUE = Concept("dengue", Of.CONDITION, "Dengue", "", ("breakbone fever", "haddi tod bukhar"))
CONCEPTS = (FEVER, DENGUE, COUGH)


@pytest.mark.parametrize(
    ("kind", "letters"), [("dropped", -1), ("doubled", 1), ("swapped", 0), ("neighbour", 0)]
)
def test_a_slip_is_one_of_its_kind(kind: Kind, letters: int) -> None:
    made = {misspell("bukhar", kind, random.Random(seed)) for seed in range(200)}
    assert all(len(word) == len("bukhar") + letters for word in made)
    assert len(made) > 3
    if kind == "swapped":
        assert all(sorted(word) == sorted("bukhar") for word in made)


def test_choices_are_other_spellings() -> None:
    levelled = {misspell("bukhaar", "levelled choice", random.Random(s)) for s in range(100)}
    other = {misspell("bukhaar", "other choice", random.Random(s)) for s in range(100)}
    assert {"bukhar", "bukaar", "bookhaar"} <= levelled
    assert "bokhaar" in other
    assert levelled.isdisjoint(other)
    assert misspell("123", "swapped", random.Random(0)) == "123"


def test_what_is_made_is_no_term_and_nobodys_but_one_concepts() -> None:
    made = misspellings(CONCEPTS, 60, seed=1)
    terms = {term.lower() for concept in CONCEPTS for term in concept.terms}
    written = [case.written for case in made]
    assert len(set(written)) == len(written) == 60
    assert terms.isdisjoint(written)
    assert not any(word.startswith(("shar", "taap")) for word in written)  # of two; too short
    assert {case.kind for case in made} == {*KINDS}
    assert made == misspellings(CONCEPTS, 60, seed=1) != misspellings(CONCEPTS, 60, seed=2)


def test_recall_is_told_beside_the_nearest_alias() -> None:
    found = measure(CONCEPTS, count=60, seed=1)
    assert found.count == 60
    assert 0.9 < found.recall <= 1
    assert 0.5 < found.nearest <= 1
    assert 0 <= found.wrong < found.wrong_nearest <= 1
    assert 0.5 < found.in_notes <= 1
    assert set(found.by_kind) == {*KINDS}
    assert set(found.in_notes_by_words) == {1, 2, 3}
