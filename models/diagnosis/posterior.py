"""Naive Bayes along the findings' tree: what each answer says of each condition.

Answers are independent given the condition, but for the tree: a follow-up question has its own
probabilities among those whose first answer was yes. Asked before it, the follow-up answers both.
The first complaint is drawn from all that a patient could complain of, and is weighed as such.
"""

import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.diagnosis.outcomes import Outcomes
from models.diagnosis.questions import Question
from models.diagnosis.storage import ModelFolderError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

YEARS = tuple(range(1, 101))  # where each further year of life begins; the last has no end
BANDS = (1, 5, 15, 30, 45, 60, 75)  # the same of a model that was trained on bands of life
SEXES = ("F", "M")
LEAST = 1e-12  # no answer is impossible: a record may be wrong
_ARRAYS = ("log_prior", "log_age", "log_sex", "log_presenting")


@dataclass(frozen=True)
class Posterior:
    """log_prior: (C,); log_age: (ages, C), `ages` being where each but the first begins; log_sex:
    (F and M, C); log_presenting: (findings, C) that this is the complaint a patient names first; of
    what is no complaint, that it is there. tables: of each question, given that its parent is present,
    yes_no and one_of: (1 + values, C) probability of no value and of each value, columns sum to 1;
    any_of: (values, C) probability of each value by itself. common: of an any_of question the
    answers met most often, (answers, values); empty otherwise. stop: probability of the first
    condition at which asking ends, chosen on validation cases.
    """

    questions: tuple[Question, ...]
    log_prior: Floats
    log_age: Floats
    log_sex: Floats
    log_presenting: Floats
    tables: tuple[Floats, ...]
    common: tuple[Bools, ...]
    urgent: tuple[bool, ...]
    stop: float = 0.99
    ages: tuple[int, ...] = YEARS

    def start(
        self, ages: Sequence[float | None], sexes: Sequence[str | None], prior: Floats | None = None
    ) -> Floats:
        """(N, C) log-scores from age and sex. `prior`, (N, C) shares such as a district's disease
        activity, takes the place of the prevalence in training."""
        known = np.array([np.nan if age is None else age for age in ages], dtype=float)
        age = np.where(np.isfinite(known), np.digitize(known, self.ages), len(self.ages) + 1)
        sex = [SEXES.index(sex) if sex in SEXES else len(SEXES) for sex in sexes]
        base = self.log_prior if prior is None else np.log(np.maximum(prior, LEAST))
        by_age, by_sex = self._person
        return np.asarray(base + by_age[age] + by_sex[sex], dtype=np.float64)

    @cached_property
    def _person(self) -> tuple[Floats, Floats]:
        """(ages + 1, C) and (sexes + 1, C): the last row is for who has told nothing."""
        unknown = np.zeros((1, len(self.log_prior)))
        return np.vstack([self.log_age, unknown]), np.vstack([self.log_sex, unknown])

    def of_first(self, conditions: int) -> "Posterior":
        """The same of the first conditions alone."""
        return replace(
            self,
            tables=tuple(table[:, :conditions] for table in self.tables),
            urgent=self.urgent[:conditions],
            **{name: getattr(self, name)[..., :conditions] for name in _ARRAYS},
        )

    @cached_property
    def parents_first(self) -> tuple[int, ...]:
        """All questions, each after the one that it follows up."""
        order: dict[int, None] = {}
        for row in range(len(self.questions)):
            order.update(dict.fromkeys(reversed(self._line(row))))
        return tuple(order)

    @cached_property
    def question_of(self) -> Ints:
        """(findings,) the question of each."""
        rows = [(column, row) for row, q in enumerate(self.questions) for column in q.columns]
        found = np.zeros(1 + max((column for column, _ in rows), default=-1), dtype=np.int64)
        for column, row in rows:
            found[column] = row
        return found

    @cached_property
    def plain(self) -> Bools:
        """(findings,) whether each is a question by itself, of yes or no."""
        return np.array([q.kind == "yes_no" for q in self.questions], np.bool_)[self.question_of]

    def concerned(self, findings: Bools) -> list[int]:
        """The questions of some findings (findings,) and those behind them, parents first."""
        rows = {int(row) for row in np.unique(self.question_of[findings])}
        wanted = rows.union(*(self._line(row) for row in rows))
        return [row for row in self.parents_first if row in wanted]

    def _line(self, row: int) -> list[int]:
        """A question and those behind it."""
        line = [row]
        while self.questions[line[-1]].parent not in line:
            line.append(self.questions[line[-1]].parent)
        return line

    def has_parent(self, question: int) -> bool:
        return self.questions[question].parent != question

    def answered(self, question: int, values: Bools, parent_unknown: Bools) -> Floats:
        """(n, C) log-likelihood of n answers; values: (n, values of the question), parent_unknown: (n,)
        whether the question behind it was never asked."""
        table = self.tables[question]
        if self.questions[question].kind == "any_of":
            said = values.astype(np.float64)
            given = np.exp(said @ np.log(table) + (1 - said) @ np.log1p(-table))
        else:
            given = table[_outcome(values)]
        if self.has_parent(question):
            there = self.tables[self.questions[question].parent][1]
            nothing = np.asarray(~values.any(axis=1))[:, None]
            both = there * given + (1 - there) * nothing
            given = np.where(parent_unknown[:, None], both, given)
        return np.asarray(np.log(np.maximum(given, LEAST)), dtype=np.float64)

    def told(self, question: int, value: int) -> Floats:
        """(C,) log-likelihood of one value that was told unasked, the others staying unknown."""
        table = self.tables[question]
        row = table[value] if self.questions[question].kind == "any_of" else table[value + 1]
        if self.has_parent(question):
            row = row * self.tables[self.questions[question].parent][1]
        return np.asarray(np.log(np.maximum(row, LEAST)), dtype=np.float64)

    @cached_property
    def alone(self) -> Outcomes:
        """Possible answers to each question while its parent is unknown."""
        return self._outcomes(parent_unknown=True)

    @cached_property
    def after_parent(self) -> Outcomes:
        """The same once its parent is known to be present."""
        return self._outcomes(parent_unknown=False)

    def _outcomes(self, parent_unknown: bool) -> Outcomes:
        every = range(len(self.questions))
        return Outcomes.of(
            [self._possible(q, parent_unknown) for q in every],
            [self._answers(q, parent_unknown) for q in every],
            [question.columns for question in self.questions],
        )

    def _possible(self, question: int, parent_unknown: bool) -> Floats:
        """(outcomes, C), columns sum to 1. Of an any_of question those met most often stand for all."""
        table = self.tables[question]
        if self.questions[question].kind == "any_of":
            said = self.common[question].astype(np.float64)
            table = np.exp(said @ np.log(table) + (1 - said) @ np.log1p(-table))
            table = table / np.maximum(table.sum(axis=0), LEAST)
        if parent_unknown and self.has_parent(question):
            there = self.tables[self.questions[question].parent][1]
            table = np.vstack([table * there, 1 - there])
        return table

    def _answers(self, question: int, parent_unknown: bool) -> Bools:
        """(outcomes, values) what holds in each row of `_possible`."""
        values = len(self.questions[question].columns)
        nothing = np.zeros((1, values), dtype=np.bool_)
        if self.questions[question].kind == "any_of":
            answers = self.common[question]
        else:
            answers = np.vstack([nothing, np.eye(values, dtype=np.bool_)])
        if parent_unknown and self.has_parent(question):
            answers = np.vstack([answers, nothing])
        return answers

    def save(self, folder: Path) -> None:
        text = {
            "questions": [asdict(question) for question in self.questions],
            "urgent": self.urgent,
            "stop": self.stop,
            "ages": self.ages,
        }
        (folder / "posterior.json").write_text(json.dumps(text, indent=1), encoding="utf-8")
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        arrays |= {f"table_{i}": table for i, table in enumerate(self.tables)}
        arrays |= {f"common_{i}": common for i, common in enumerate(self.common)}
        np.savez_compressed(folder / "posterior.npz", **arrays)

    @classmethod
    def load(cls, folder: Path) -> "Posterior | None":
        """None when the model was trained before it could ask. Raises ModelFolderError."""
        if not (folder / "posterior.json").exists():
            return None
        try:
            text: dict[str, Any] = json.loads((folder / "posterior.json").read_text("utf-8"))
            questions = tuple(
                Question(**{**row, "columns": tuple(row["columns"])}) for row in text["questions"]
            )
            with (
                (folder / "posterior.npz").open("rb") as file,
                np.load(file, allow_pickle=False) as archive,
            ):
                return cls(
                    questions=questions,
                    tables=tuple(archive[f"table_{i}"] for i in range(len(questions))),
                    common=tuple(archive[f"common_{i}"] for i in range(len(questions))),
                    urgent=tuple(text["urgent"]),
                    stop=text["stop"],
                    ages=tuple(text.get("ages", BANDS)),
                    **{name: archive[name] for name in _ARRAYS},
                )
        except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile, EOFError) as error:
            raise ModelFolderError(
                f"{folder}: the questions of the diagnosis model cannot be read ({error})."
            ) from error


def _outcome(values: Bools) -> Ints:
    """(n,) 0 for no value, else 1 + the first value said."""
    return np.where(values.any(axis=1), values.argmax(axis=1) + 1, 0)
