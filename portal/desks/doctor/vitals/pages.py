from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from records_api.encounters.rules import VITALS, VitalKind

# What is measured of most patients, in the order in which it is done.
FIELDS: Sequence[VitalKind] = tuple(
    VITALS[code]
    for code in (
        *("8310-5", "8867-4", "9279-1", "59408-5", "8480-6", "8462-4"),
        *("2339-0", "29463-7", "56072-2"),
    )
)


@dataclass(frozen=True)
class VitalsForm:
    """`typed`: what was written and could not be kept, by code; `errors` by the field's id."""

    fields: Sequence[VitalKind] = FIELDS
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def id_of(code: str) -> str:
    return f"vital-{code}"
