"""Abbreviations that a note explains itself: `acute febrile illness (AFI) ... AFI settled`.

scispaCy's detector (Schwartz and Hearst, PSB 2003) finds them. It is asked only for notes that
have a bracket, and not for very long ones, since its search grows with the square of the length.
"""

import warnings
from typing import Any

from spacy.tokens import Doc

from models.notes.tokens import Token

LONGEST = 20_000  # characters


def explained(nlp: Any, text: str, tokens: list[Token]) -> list[tuple[int, int, int, int]]:
    """(start, end) of each use of a short form with (start, end) of the long form, in characters
    of the text."""
    if "(" not in text or len(text) > LONGEST:
        return []
    words = [token for token in tokens if not token.is_line_end]
    doc = Doc(
        nlp.vocab,
        words=[text[t.start : t.end].encode("utf-8", "replace").decode() for t in words],
    )
    found = detector(nlp)(doc)._.abbreviations
    return [
        (
            words[short.start].start,
            words[short.end - 1].end,
            words[short._.long_form.start].start,
            words[short._.long_form.end - 1].end,
        )
        for short in found
    ]


def detector(nlp: Any) -> Any:
    """scispaCy's component, made anew: it keeps what it matched in the vocabulary of one note. Its
    import compiles a file that Python 3.11 warns about."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from scispacy.abbreviation import AbbreviationDetector
    return AbbreviationDetector(nlp)
