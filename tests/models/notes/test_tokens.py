"""Tokens at their place, and sentences of shorthand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.notes import Assertion, judge_concept
from models.notes.tokens import fold_text, sentences, tokenise


def norms(text: str) -> list[str]:
    return [token.norm for token in tokenise(text)]


def parts(text: str) -> list[str]:
    return [text[part[0].start : part[-1].end] for part in sentences(tokenise(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k/c/o DM, +ve", ["k/c/o", "dm", ",", "+ve"]),
        ("500mg x3d", ["500", "mg", "x", "3", "d"]),
        ("didn't can’t cannot", ["did", "not", "ca", "not", "can", "not"]),
        ("mother's **NAME[AAA BBB]", ["mother's", "**name[aaa bbb]"]),
        ("Ménière – ß", ["meniere", "-", "ss"]),
        ("बुखार नहीं", ["बुखार", "नहीं"]),
        ("no\r\nrash", ["no", "\n", "rash"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert norms(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No fever. Cough +", ["No fever.", "Cough +"]),
        ("no fever\ncough", ["no fever", "cough"]),
        ("Tab. PCM 98.6 given", ["Tab. PCM 98.6 given"]),
        ("Dr. J. Rao saw him.No rash", ["Dr. J. Rao saw him.", "No rash"]),
        ("बुखार है। खांसी नहीं", ["बुखार है।", "खांसी नहीं"]),
        ("Is it dengue? Not sure", ["Is it dengue? Not sure"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


def test_a_line_that_an_editor_broke_runs_on() -> None:
    text = "The patient came in the evening and he firmly denies all chest\npain today.\n- rash"
    assert parts(text) == [text.split("\n- ")[0], "- rash"]


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=200))
def test_tokens_cover_all_but_blanks_of_any_text(text: str) -> None:
    tokens = tokenise(text)
    end = 0
    for token in tokens:
        assert text[end : token.start].isspace() or end == token.start
        assert token.start < token.end
        assert token.norm
        end = token.end
    assert not text[end:].strip()
    assert sum(map(len, sentences(tokens))) == sum(not token.is_line_end for token in tokens)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=120), st.text(st.characters(), max_size=30))
def test_any_two_texts_are_judged(sentence: str, concept: str) -> None:
    assert isinstance(judge_concept(sentence, concept).assertion, Assertion)


def test_folding_levels_case_accent_and_form() -> None:
    assert fold_text("FÉVER") == fold_text("fe\u0301ver") == "fever"
