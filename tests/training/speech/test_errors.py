"""What counts as an error, and of which kind."""

import pytest

from training.speech.errors import (
    Heard,
    compared,
    invented,
    kind,
    missed_rate,
    word_errors,
    word_rate,
    words_of,
)


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("a b c", "a b c", 0),
        ("a b c", "a c", 1),
        ("a b", "a x b", 1),
        ("a b", "b a", 2),
        ("a b", "", 2),
        ("", "a", 1),
        ("a b c d", "x b d d e", 3),
    ],
)
def test_errors_are_counted(said: str, heard: str, errors: int) -> None:
    assert word_errors(said.split(), heard.split()) == errors


def test_said_and_heard_are_compared_as_they_are_written() -> None:
    assert words_of("Give Paracetamol 500 mg.") == words_of(
        "give paracetamol five hundred milligrams"
    )
    assert words_of("Hb 7.5, BP 130/80") == ["hb", "7.5", "bp", "130/80"]


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("fever", "findings"),
        ("metformin", "drugs"),
        ("130/80", "numbers"),
        ("94%", "numbers"),
        ("nahi", "negations"),
        ("not", "negations"),
        ("patient", None),
        ("the", None),
        ("and", None),
        ("acid", "findings"),
        ("days", None),
    ],
)
def test_words_that_a_clinician_acts_on(word: str, found: str | None) -> None:
    assert kind(word) == found


def test_what_was_missed_and_what_was_invented() -> None:
    heard = [
        compared("no fever for three days", "no fever for four days"),
        compared("no rash", "rash with cough"),
    ]
    assert missed_rate(heard, "numbers").value == 1
    assert missed_rate(heard, "negations").value == 0.5
    assert missed_rate(heard, "findings").value == 0
    assert [invented(heard, what) for what in ("numbers", "negations", "findings")] == [1, 0, 1]


def test_a_rate_is_over_all_words() -> None:
    rate = word_rate([compared("no fever", "no fever"), compared("rash on hand", "")])
    assert (rate.words, rate.errors, rate.value) == (5, 3, 0.6)
    assert rate.low <= rate.value <= rate.high


def test_the_interval_is_over_sentences_and_not_over_voices() -> None:
    one = [Heard(f"s{i}", 10, i % 3) for i in range(12)]
    once, thrice = word_rate(one), word_rate(3 * one)
    assert (once.low, once.high) == (thrice.low, thrice.high)
    assert once.low < once.value < once.high


def test_without_words_there_is_no_rate() -> None:
    assert str(word_rate([])) == "–"
    assert str(missed_rate([compared("rash", "rash")], "drugs")) == "–"
