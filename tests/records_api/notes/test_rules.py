import pytest
from hypothesis import given
from hypothesis import strategies as st

from records_api.notes import rules

WORDS = st.text(alphabet="ab \n.é😀", max_size=40)


@given(WORDS, WORDS)
def test_the_changes_make_the_text_of_the_draft(draft: str, text: str) -> None:
    found, words = rules.changes(draft, text)
    assert rules.applied(draft, found) == text
    assert (words == 0) == (draft.split() == text.split())
    assert [list(c) for c in found] == sorted(list(c) for c in found)


@pytest.mark.parametrize(
    ("draft", "text", "found", "words"),
    [
        ("fever for tree days", "fever for three days", [(10, 15, "three ")], 1),
        ("no rash", "no rash", [], 0),
        ("no rash", "rash", [(0, 3, "")], 1),
        ("cough", "cough, wet", [(0, 5, "cough, wet")], 2),
        ("", "two words", [(0, 0, "two words")], 2),
    ],
)
def test_changes_are_told_by_words(
    draft: str, text: str, found: list[rules.Change], words: int
) -> None:
    assert rules.changes(draft, text) == (found, words)


def test_a_long_note_of_one_word_repeated_is_no_burden() -> None:
    draft, text = "a " * 10_000, "b " + "a " * 9_000 + "c"
    found, _ = rules.changes(draft, text)
    assert rules.applied(draft, found) == text


def test_extractions_follow_an_edit_elsewhere() -> None:
    was = "Fever. No rash. Cough"
    now = "High fever since Monday. No rash. Cough"
    spans = [(0, 5), (10, 14), (16, 21)]
    assert rules.moved(spans, was, now) == [None, (28, 32), (34, 39)]


@pytest.mark.parametrize("now", ["rash. Cough", "No rash, cough", "No rash? Cough", ""])
def test_what_is_said_of_a_thing_stands_in_its_sentence(now: str) -> None:
    assert rules.moved([(3, 7)], "No rash. Cough", now) in ([None], [(3, 7)])
    assert now.startswith("No rash?") or rules.moved([(3, 7)], "No rash. Cough", now) == [None]


@pytest.mark.parametrize(
    ("kind", "assertion", "experiencer", "antecedent", "status"),
    [
        ("finding", "affirmed", "patient", False, "present"),
        ("finding", "negated", "patient", False, "absent"),
        ("finding", "negated", "patient", True, "absent"),
        ("finding", "possible", "patient", False, None),
        ("finding", "possible", "patient", True, None),
        ("finding", "historical", "patient", False, None),
        ("finding", "historical", "patient", True, "present"),
        ("finding", "affirmed", "other", True, None),
        ("finding", "historical", "other", True, None),
        ("condition", "affirmed", "patient", False, None),
        ("drug", "affirmed", "patient", False, None),
    ],
)
def test_what_an_accepted_extraction_records(
    kind: str, assertion: str, experiencer: str, antecedent: bool, status: str | None
) -> None:
    found = rules.finding_status(kind, assertion, experiencer, antecedent=antecedent)
    assert found == status


def test_one_code_has_one_answer() -> None:
    assert rules.both_ways([("a", "present"), ("b", "absent"), ("a", "present")]) is None
    assert rules.both_ways([("a", "present"), ("a", "absent")]) == "a"


@pytest.mark.parametrize(
    ("kind", "content", "found"),
    [
        ("audio", b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        ("audio", b"OggS\0", "audio/ogg"),
        ("audio", b"\x1a\x45\xdf\xa3webm", "audio/webm"),
        ("audio", b"MZ\x90\0", None),
        ("audio", b"", None),
        ("ink", b'<?xml version="1.0"?>\n<!-- pen --><ink xmlns="x"/>', None),
        ("ink", b'<?xml version="1.0"?>\n<ink xmlns="http://www.w3.org/2003/InkML"/>', "ink"),
        ("ink", b"<ink><trace>1 2</trace></ink>", "ink"),
        ("ink", b"<inkwell/>", None),
        ("ink", b'<ink><!ENTITY a "b"></ink>', None),
        ("ink", b"<!DOCTYPE ink><ink/>", None),
        ("ink", b"<html/>", None),
    ],
)
def test_a_file_is_what_it_begins_with(kind: str, content: bytes, found: str | None) -> None:
    expected = rules.INK_TYPE if found == "ink" else found
    assert rules.media_type(kind, content) == expected
