"""The words a model knows: conditions with their codes, findings, earlier conditions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

URGENT_SEVERITY = 2  # severity 1 (worst) and 2 cannot wait; 5 is the mildest

# Where an ICD-10 code is usually seen first, for dictionaries that name no specialty. The longest
# prefix wins. Chapters as in WHO ICD-10, 2019 version.
_SPECIALTY = {
    "A": "infectious diseases", "B": "infectious diseases", "C": "oncology", "D": "internal medicine",
    "E": "endocrinology", "F": "psychiatry", "G": "neurology", "H": "ophthalmology",
    "I": "cardiology", "J": "pulmonology", "K": "gastroenterology", "L": "dermatology",
    "M": "rheumatology", "N": "nephrology", "O": "obstetrics", "P": "paediatrics",
    "Q": "paediatrics", "R": "general medicine", "S": "orthopaedics", "T": "emergency medicine",
    "A15": "pulmonology", "D5": "haematology", "D6": "haematology", "D86": "pulmonology",
    "H6": "ear, nose and throat", "H7": "ear, nose and throat", "H8": "ear, nose and throat",
    "H9": "ear, nose and throat", "J0": "general medicine", "J01": "ear, nose and throat",
    "J04": "ear, nose and throat", "J05": "emergency medicine", "J3": "ear, nose and throat",
    "K40": "surgery", "I26": "emergency medicine",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """One row of the dictionary. severity is 1 (worst) … 5, or None where it is not known."""

    code: str
    icd10: str | None = None
    severity: int | None = None
    specialty: str | None = None

    @property
    def urgent(self) -> bool:
        return self.severity is not None and self.severity <= URGENT_SEVERITY


@dataclass(frozen=True)
class Vocabulary:
    """Columns of the design matrix, in order; every model folder keeps its own.

    `family` gives each finding's question (the values of one question share a family). The last
    `unseen_conditions` and `unseen_findings` no training record has shown: the catalogue alone tells of
    them.
    """

    conditions: tuple[Condition, ...]
    findings: tuple[str, ...]
    families: tuple[str, ...]
    priors: tuple[str, ...] = ()
    unseen_conditions: int = 0
    unseen_findings: int = 0
    finding_column: dict[str, int] = field(init=False, repr=False, compare=False)
    prior_column: dict[str, int] = field(init=False, repr=False, compare=False)
    condition_row: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, words in (
            ("finding_column", self.findings),
            ("prior_column", self.priors),
            ("condition_row", [condition.code for condition in self.conditions]),
        ):
            object.__setattr__(self, name, {word: i for i, word in enumerate(words)})

    @property
    def learned_conditions(self) -> int:
        """How many of the first conditions records have shown."""
        return len(self.conditions) - self.unseen_conditions

    @property
    def learned_findings(self) -> int:
        return len(self.findings) - self.unseen_findings

    def known(self, findings: Iterable[str]) -> dict[int, str]:
        """Column → id of the findings this model knows, each once."""
        columns = self.finding_column
        return {columns[f]: f for f in findings if f in columns}

    def unknown(self, findings: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(f) for f in findings if f not in self.finding_column))


def normalise_icd10(field_text: str | None) -> str | None:
    """Upper case; a field of two codes keeps both, as `J17, J18`.

    ICD-10 has no sign that joins two alternatives into one code (dagger and asterisk pair a cause
    with its manifestation), so they stay a list: comma and blank, each part a valid code.
    """
    codes = [code for code in re.split(r"[,;|\s]+", (field_text or "").upper()) if code]
    return ", ".join(dict.fromkeys(codes)) or None


def specialty_of(icd10: str | None) -> str | None:
    """The specialty of the first code, by its longest known prefix."""
    code = (icd10 or "").split(",")[0].strip()
    for length in range(len(code), 0, -1):
        if code[:length] in _SPECIALTY:
            return _SPECIALTY[code[:length]]
    return None
