"""Tokens and sentences of clinical notes, each at its place in the original text.

Shorthand stays whole (`r/o`, `c/o`, `+ve`, `x`), a number parts from its unit (`500mg`), and a
contraction gives up its `not` (`didn't`, `cannot`), since that is what the reading turns on.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from models.notes.words import word_set

# Letters with the marks that belong to them: Latin accents, Devanagari vowels, joiners.
_MARKS = "\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u200c\u200d"
_LETTER = f"(?:[^\\W\\d_][{_MARKS}]*)"
_TOKEN = re.compile(
    rf"""
    \*\*[A-Z-]+(?:\[[^\]\n]{{0,80}}\])?     # what stands for a removed name or date
  | (?<![^\W_])[+-]ve\b                     # +ve, -ve
  | (?<![^\W_])[A-Za-z]{{1,3}}(?:/[A-Za-z]{{1,2}}){{1,3}}(?![^\W_])  # r/o, k/c/o, s/p, w/o
  | [A-Za-z]+?(?=n['’]t\b) | n['’]t\b       # did n't
  | can(?=not\b)
  | \d+(?:[.,]\d+)*                         # 500, 98.6, 1,000
  | {_LETTER}+(?:['’]{_LETTER}{{1,3}}(?![^\W_]))?     # words, also mother's
  | \r?\n | \s                              # a line's end counts, other blanks do not
  | .                                       # every other sign by itself
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_SAME = {"n't": "not", "n’t": "not", "–": "-", "—": "-", "−": "-", "w/out": "without"}
_ENDS = frozenset([".", "!", "।", "॥"])
_ABBREVIATED = word_set(
    """
    dr mr mrs ms smt vs tab cap inj syp syr sr jr st no approx wt ht temp resp e.g i.e
    """
)
WRAPPED_LINE = 60  # characters; a line that long may have been broken by an editor, not by a person
_BULLETS = frozenset("-*•>#")


@dataclass(frozen=True, slots=True)
class Token:
    """text[start:end] of the original; `norm` is what rules and matching compare."""

    start: int
    end: int
    norm: str
    upper: bool = False
    spaced: bool = False  # a blank, or the beginning of the text, stands before it

    @property
    def is_word(self) -> bool:
        return self.norm[:1].isalnum()

    @property
    def is_line_end(self) -> bool:
        return self.norm == "\n"


@lru_cache(maxsize=8192)
def fold(character: str) -> str:
    """A character as it is compared: no case, no accent, no compatibility form, no joiner."""
    kept = (
        part
        for part in unicodedata.normalize("NFKD", character.casefold())
        if not "\u0300" <= part <= "\u036f" and part not in "\u200c\u200d\u093c"
    )
    return "".join(kept)


def fold_text(text: str) -> str:
    """A text as it is compared."""
    if text.isascii():
        return text.lower()
    return "".join(map(fold, text))


def tokenise(text: str, start: int = 0) -> list[Token]:
    """Every token but blanks, in order; line ends are tokens of norm "\\n". Takes any text.

    `start` is added to each place."""
    found: list[Token] = []
    spaced = True
    for match in _TOKEN.finditer(text):
        piece = match.group()
        if piece.isspace():
            if piece.endswith("\n"):
                found.append(Token(start + match.start(), start + match.end(), "\n"))
            spaced = True
            continue
        norm = fold_text(piece)
        norm = _SAME.get(norm, norm) or piece
        found.append(
            Token(start + match.start(), start + match.end(), norm, piece.isupper(), spaced)
        )
        spaced = False
    return found


def sentences(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens of each sentence, without line ends.

    A line's end ends a sentence, for shorthand has no full stops; but not where a long line runs on
    in lower case, which is how editors wrap. Dots of `Dr.`, `Tab.` and initials end nothing.
    """
    parts: list[list[Token]] = [[]]
    line = 0  # where the line began
    for index, token in enumerate(tokens):
        current = parts[-1]
        if token.is_line_end:
            if not _runs_on(tokens, index, token.start - line):
                parts.append([])
            line = token.end
            continue
        current.append(token)
        if (token.norm in _ENDS and _closes(current, tokens, index)) or (
            token.norm == "?" and _begins_new(tokens, index)
        ):
            parts.append([])
    return [part for part in parts if part]


def _runs_on(tokens: Sequence[Token], index: int, length: int) -> bool:
    if length < WRAPPED_LINE or index + 1 >= len(tokens):
        return False
    before, after = tokens[index - 1], tokens[index + 1]
    if before.norm in _ENDS or after.norm in _BULLETS or after.is_line_end:
        return False
    return after.is_word and not _capital(after)


def _capital(token: Token) -> bool:
    return token.upper or token.norm[:1].isdigit()


def _begins_new(tokens: Sequence[Token], index: int) -> bool:
    """A question mark ends a sentence only before a blank: `?dengue` is a doubt about dengue."""
    return index + 1 < len(tokens) and tokens[index + 1].spaced and tokens[index + 1].upper


def _closes(current: Sequence[Token], tokens: Sequence[Token], index: int) -> bool:
    if tokens[index].norm != ".":
        return True
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    before = current[-2] if len(current) > 1 else None
    abbreviated = before is not None and (before.norm in _ABBREVIATED or _initial(current))
    if following is not None and not following.spaced and not following.is_line_end:
        # `b.d.s`, `No.5`: a dot inside a word. After a longer word a blank was forgotten.
        long = before is not None and len(before.norm) > 2 and before.norm.isalpha()
        return long and not abbreviated and following.norm.isalpha()
    return not abbreviated


def _initial(current: Sequence[Token]) -> bool:
    """A single letter before the dot: `J.` in capitals, as in a name, or the last of `b.d.`."""
    letter = current[-2]
    if len(letter.norm) != 1 or not letter.norm.isalpha():
        return False
    dotted = len(current) > 2 and current[-3].norm == "." and not letter.spaced
    return letter.upper or dotted
