from typing import Any

from sqlalchemy import JSON, CheckConstraint, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from records_api.core.columns import Instant, Name
from records_api.core.db import Base

VALUE = "_@_"  # stands between a question and one of its values


class Concept(Base):
    """A finding or a condition. A finding with values is one row a value, `E_54_@_V_180`, beside one
    of the question.

    `detail` of a condition: red_flags, first_tests, treatment, contraindications, referral, citations
    and aliases; of a finding: question_en, question_hi, kind, answer (yes_no, one or many),
    is_antecedent and aliases, and `measured` if measurements decide it. Each may lack where nobody has told it.
    """

    __tablename__ = "concepts"
    __table_args__ = (CheckConstraint("kind IN ('finding', 'condition')", name="kind"),)

    code: Mapped[str] = mapped_column(String(100), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), index=True)
    name_en: Mapped[Name]
    name_hi: Mapped[str | None] = mapped_column(String(200))
    icd10: Mapped[str | None] = mapped_column(String(40))
    severity: Mapped[int | None] = mapped_column(Integer, doc="1 cannot wait … 5 harmless")
    specialty: Mapped[str | None] = mapped_column(String(64))
    parent: Mapped[str | None] = mapped_column(String(100), doc="the question it is a value of")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    source: Mapped[str] = mapped_column(String(40))
    recorded_at: Mapped[Instant]

    def named(self, language: str) -> str:
        """The Hindi name for a reader of Hindi, where there is one; else the English one."""
        return (self.name_hi if language == "hi" else None) or self.name_en


class TerminologyRevision(Base):
    """One row. Triggers draw another at every write to a concept."""

    __tablename__ = "terminology_revision"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    drawn: Mapped[str] = mapped_column(String(36))
