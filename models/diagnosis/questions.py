"""The findings' tree as questions: a question has values, and may only make sense after another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from models.diagnosis.vocabulary import Vocabulary

Kind = Literal["yes_no", "one_of", "any_of"]


@dataclass(frozen=True, slots=True)
class Question:
    """`columns` are the findings it decides: one for yes_no, one for each value otherwise.

    `parent` is the row of the yes_no question without which it has no answer; its own row if it
    stands alone. Answered, it tells of its parent too: who says where it hurts has pain.
    """

    id: str
    kind: Kind
    parent: int
    columns: tuple[int, ...]


def question_of(finding: str) -> str:
    """`E_54_@_V_180` is the value V_180 of the question E_54; a plain finding is its own question."""
    return finding.split("_@_")[0]


def questions_of(
    vocabulary: Vocabulary, several: frozenset[str], parents: Mapping[str, str] | None = None
) -> tuple[Question, ...]:
    """The questions of a vocabulary in its order. `several` names those that may have more than one
    value at once; `parents` names the question behind a finding (default: the vocabulary's families).
    """
    columns: dict[str, list[int]] = {}
    behind: dict[str, str] = {}
    for column, (finding, family) in enumerate(
        zip(vocabulary.findings, vocabulary.families, strict=True)
    ):
        name = question_of(finding)
        columns.setdefault(name, []).append(column)
        behind[name] = (parents or {}).get(finding, family)
    rows = {name: row for row, name in enumerate(columns)}
    plain = {name for name, held in columns.items() if _is_plain(name, held, vocabulary)}

    def parent(name: str) -> int:
        above = behind[name]
        return rows[above] if above in plain else rows[name]

    return tuple(
        Question(name, _kind(name, plain, several), parent(name), tuple(held))
        for name, held in columns.items()
    )


def _is_plain(name: str, columns: Sequence[int], vocabulary: Vocabulary) -> bool:
    return len(columns) == 1 and vocabulary.findings[columns[0]] == name


def _kind(name: str, plain: set[str], several: frozenset[str]) -> Kind:
    if name in plain:
        return "yes_no"
    return "any_of" if name in several else "one_of"
