"""What PocketSphinx may hear."""

from pathlib import Path

from models.speech.language import (
    common,
    corpus,
    dictionary,
    known_words,
    vocabulary,
    write_model,
)
from models.speech.phrases import medicines, pronunciations


def test_every_word_that_may_be_heard_can_be_pronounced() -> None:
    assert vocabulary(known_words()) <= known_words().keys()


def test_a_word_spoken_in_two_ways_has_two_entries() -> None:
    entries = [line.split(" ", 1)[0] for line in dictionary().splitlines()]
    assert {"paracetamol", "paracetamol(2)"} <= set(entries)
    assert len(entries) == len(set(entries))


def test_our_phones_are_those_of_the_acoustic_model() -> None:
    ours = {phone for _, phones in pronunciations() for phone in phones.split()}
    theirs = {p for line in dictionary().splitlines()[:50_000] for p in line.split()[1:]}
    assert ours <= theirs


def test_drugs_that_are_read_in_notes_are_heard() -> None:
    single = {name for name in medicines() if " " not in name and name.isalpha()}
    assert not single - vocabulary(known_words())


def test_of_two_spellings_of_a_sound_the_catalogues_first_is_heard() -> None:
    phrases = {word for sentence in corpus(known_words()) for word in sentence.split()}
    assert {"anaemia", "thalassaemia", "oedema", "hemorrhage"} <= phrases
    assert not {"anemia", "goiter", "edema"} & phrases


def test_common_words_are_heard_though_no_phrase_has_them() -> None:
    phrases = {word for sentence in corpus(known_words()) for word in sentence.split()}
    assert {"which", "although"} <= set(common()) - phrases


def test_the_model_lists_every_word(tmp_path: Path) -> None:
    write_model(tmp_path / "lm")
    text = (tmp_path / "lm").read_text()
    unigrams = text.split("\\1-grams:\n")[1].split("\n\n")[0].splitlines()
    assert {line.split()[1] for line in unigrams} == vocabulary(known_words()) | {"<s>", "</s>"}
