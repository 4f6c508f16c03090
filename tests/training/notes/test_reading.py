"""Notes of five sentences, and the time that their reading takes."""

from knowledge.catalogue import delhi
from models.notes.catalogue import concepts_of
from models.notes.reader import NoteReader
from models.notes.tokens import sentences, tokenise
from training.notes.evaluate import Marked
from training.notes.reading import SENTENCES, composed, of_marked, times

CONCEPTS = concepts_of(delhi())


def test_composed_notes_differ_and_have_five_sentences() -> None:
    notes = composed(CONCEPTS, count=200, seed=1)
    assert len({*notes}) == 200
    counts = [len(sentences(tokenise(note))) for note in notes]
    assert sum(count == SENTENCES for count in counts) > 180  # a name may hold a full stop
    assert notes == composed(CONCEPTS, count=200, seed=1)


def test_marked_sentences_are_taken_once_and_by_five() -> None:
    rows = [Marked(f"Sentence {n // 2}.", "x", False) for n in range(24)]
    notes = of_marked(rows)
    assert notes[0] == "Sentence 0. Sentence 1. Sentence 2. Sentence 3. Sentence 4."
    assert len(notes) == 2


def test_times_count_every_note() -> None:
    found = times(NoteReader(CONCEPTS[:5]), ["fever since 2 days.", "no cough."])
    assert found.count == 2
    assert 0 < found.mean <= found.p95 * 2
