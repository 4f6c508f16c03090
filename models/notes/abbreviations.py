"""Abbreviations that a note explains itself: `acute febrile illness (AFI) ... AFI settled`.

scispaCy's form of Schwartz and Hearst's algorithm (PSB 2003) tells which words before a bracket the
short form stands for. Brackets and later uses are found here: scispaCy's own search for them grows
with the square of the length, and warns of every note that explains nothing.
"""

import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from spacy.tokens import Doc

from models.notes.tokens import Token

Place = tuple[int, int]  # characters of the text, from and to


def explained(
    nlp: Any, text: str, sentences: Sequence[Sequence[Token]]
) -> list[tuple[Place, Place]]:
    """(use of a short form, the long form that explains it), in characters of the text."""
    if "(" not in text:
        return []
    found: dict[str, Place] = {}
    for sentence in sentences:
        for bracket in _brackets(text, sentence):
            short = sentence[bracket]
            name = text[short.start : short.end]
            # The long form may have a few more words than the short form has letters.
            begin = max(0, bracket - 1 - min(len(name) + 5, 2 * len(name)))
            place = _long_form(nlp, text, sentence[begin : bracket - 1], short)
            if place is not None:
                found.setdefault(name, place)
    if not found:
        return []
    return [
        ((token.start, token.end), found[text[token.start : token.end]])
        for sentence in sentences
        for token in sentence
        if text[token.start : token.end] in found
    ]


def _brackets(text: str, sentence: Sequence[Token]) -> Iterator[int]:
    """Where a single word stands in brackets that may be a short form: 2 to 10 letters, a capital."""
    for index in range(2, len(sentence) - 1):
        token = sentence[index]
        if sentence[index - 1].norm == "(" and sentence[index + 1].norm == ")":
            word = text[token.start : token.end]
            if 2 <= len(word) <= 10 and word[0].isalnum() and any(c.isupper() for c in word):
                yield index


def _long_form(nlp: Any, text: str, before: Sequence[Token], short: Token) -> Place | None:
    tokens = [*before, short]
    words = [text[t.start : t.end].encode("utf-8", "replace").decode() for t in tokens]
    doc = Doc(nlp.vocab, words=words)
    _, long = _finder()(doc[: len(before)], doc[len(before) :])
    return None if long is None else (tokens[long.start].start, tokens[long.end - 1].end)


@cache
def _finder() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import compiles a file that Python warns about
        from scispacy.abbreviation import find_abbreviation
    return find_abbreviation
