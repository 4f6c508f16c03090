"""What a differential is asked with and what it answers: plain values, no framework."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.diagnosis.questions import Kind


class Reason(StrEnum):
    """Why the model abstains. The values are sentences a person reads, and keys of translation."""

    NO_FINDING = "No known finding yet. Record at least one."
    STRANGE = (
        "These findings fit no condition that the model knows. "
        "Think of two illnesses at once, or of one that it has never met."
    )
    TOO_WIDE = "Too many conditions are still possible. Record more findings."


@dataclass(frozen=True, slots=True)
class Case:
    """One patient as far as is known now. A finding that is not listed is unknown, not absent.

    age in years; sex F, M, other or None; local_shares are the shares (0..1) of local_conditions
    among the district's confirmed diagnoses of the last weeks. A finding listed as both present
    and absent counts as present.
    """

    present: Sequence[str] = ()
    absent: Sequence[str] = ()
    age: float | None = None
    sex: str | None = None
    local_conditions: Sequence[str] = ()
    local_shares: Sequence[float] = ()
    prior_conditions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Weight:
    """One finding's additive share in a condition's score: log-odds against the average condition.

    Besides finding ids, `finding` may be `age`, `sex`, `local` (district's disease activity) or
    `prior:CODE` (an earlier confirmed condition).
    """

    finding: str
    present: bool
    weight: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """`by_catalogue`: no training record has shown it, and the catalogue alone tells of it."""

    condition: str
    icd10: str | None
    probability: float
    evidence_for: tuple[Weight, ...] = ()
    evidence_against: tuple[Weight, ...] = ()
    by_catalogue: bool = False


@dataclass(frozen=True, slots=True)
class Differential:
    """Best first. `prediction_set` holds the truth as often as the model's coverage says; `considered`
    are the conditions that belong into the differential, none while the model abstains, and None if
    it has not learned which do."""

    ranked: tuple[Ranked, ...]
    prediction_set: tuple[str, ...]
    abstained: bool
    reason: Reason | None
    urgent: bool
    urgent_probability: float
    specialty: str | None
    unknown_findings: tuple[str, ...]
    considered: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NextQuestion:
    """A question worth asking now. `findings` are the ids that its answers decide: one for yes_no,
    one for each value otherwise. gain: nats that the answer is expected to tell of the condition
    and, at a quarter of the weight, of whether it can wait."""

    question: str
    kind: Kind
    findings: tuple[str, ...]
    gain: float
