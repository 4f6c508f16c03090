"""What is known of a visit's findings: by what people recorded, and by what was measured."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge import measured
from knowledge.measured import Answer, Measurement, Recorded, Said
from records_api.encounters import repository
from records_api.encounters.schemas import FindingOut, FindingsIn
from records_api.encounters.tables import Encounter
from records_api.guidance.schemas import DisputedOut
from records_api.patients.rules import age_at
from records_api.terminology.tables import Concept


@dataclass(frozen=True)
class Answers:
    """`by_code`: what holds; `measured`: what the measurements say, whether or not it holds;
    `concepts`: of the findings that were measured."""

    by_code: Mapping[str, Answer]
    measured: Mapping[str, Answer]
    concepts: Mapping[str, Concept]

    @property
    def present(self) -> list[str]:
        return [code for code, answer in self.by_code.items() if answer.present]

    @property
    def absent(self) -> list[str]:
        return [code for code, answer in self.by_code.items() if not answer.present]

    def joined(self, sent: "Answers") -> "Answers":
        """With what another system sent: it adds what is not known here. What is known here holds,
        but for an "absent" that a later measurement of theirs belies."""
        words = [
            Said(code, "present" if answer.present else "absent", answer.at)
            for code, answer in self.by_code.items()
        ]
        by_code = measured.combined(words, sent.measured)
        by_code |= {code: a for code, a in sent.by_code.items() if code not in self.by_code}
        earlier = {code for code, answer in self.by_code.items() if answer.disputed}
        by_code |= {code: replace(by_code[code], disputed=True) for code in earlier}
        ours = {code: answer for code, answer in self.measured.items() if code in earlier}
        return Answers(
            by_code, {**self.measured, **sent.measured, **ours}, {**self.concepts, **sent.concepts}
        )

    def disputed(self, language: str) -> list[DisputedOut]:
        return [
            DisputedOut(
                code=code,
                name=self.concepts[code].named(language),
                measured="present" if self.measured[code].present else "absent",
                counts="present" if answer.present else "absent",
            )
            for code, answer in self.by_code.items()
            if answer.disputed
        ]


NONE = Answers({}, {}, {})


def of_encounter(
    session: Session,
    encounter: Encounter,
    birth_date: date,
    screen: FindingsIn | None = None,
    now: datetime | None = None,
) -> Answers:
    """For the recorded findings, or for those on the screen (`screen`, as of `now`)."""
    said: Iterable[Recorded]
    if screen is None or now is None:
        said = repository.findings(session, [encounter.id])
    else:
        said = [
            FindingOut.model_validate({"code": code, "status": status, "recorded_at": now})
            for code, status in screen.by_code().items()
        ]
    vitals = repository.vitals(session, [encounter.id])
    return combined(session, said, vitals, age_at(birth_date, encounter.started_at))


def combined(
    session: Session, said: Iterable[Recorded], vitals: Sequence[Measurement], age: float
) -> Answers:
    """`age` in years, when the visit began. Without a measurement the terminology is not asked."""
    concepts = repository.measurable(session) if vitals else {}
    rules = {code: measured.rules_of(c.detail["measured"]) for code, c in concepts.items()}
    found = measured.judged(rules, vitals, max(0.0, age))
    return Answers(measured.combined(said, found), found, concepts)
