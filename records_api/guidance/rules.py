"""Red flags: what must not be missed, whatever a model ranks and whether or not it answers.

A condition's red flag is raised when all its findings are present. It is heeded, so that alarms stay
few enough to be read,

- of a condition of severity 1, always;
- of severity 2, if it has several findings or one more present finding speaks of the condition;
- of any other, if two more present findings speak of the condition.

Flags with the same findings are one warning, with all conditions it points to. It says "now"

- of a condition of severity 1, if the flag has several findings, or two more findings speak of the
  condition, or the finding alone is a danger sign (a red flag of ten such conditions: shock);
- of severity 2, if the flag has several findings and two more speak of the condition;

else "soon". Another present finding only ever adds to this; an absent or unknown one plays no part.
Counted on patients drawn from the catalogue of Delhi by `tests/behaviour/diagnosis/test_red_flags.py`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from records_api.guidance.knowledge import Condition
from records_api.scheduling.rules import URGENCIES, Urgency, worst

CANNOT_WAIT, GRAVE = 1, 2  # severity: 1 cannot wait … 5 harmless
DANGER_SIGN = 10  # conditions of severity 1 of which a finding alone is a red flag
_SPEAK = 2  # findings beside the flag's own
_OF_WOMEN = {"obstetrics", "gynaecology"}  # specialties


@dataclass(frozen=True)
class Pointed:
    """A condition that a warning points to; `support`: present findings beside the flag's own that
    speak of it."""

    condition: Condition
    support: int


@dataclass(frozen=True)
class Warned:
    """A raised flag with the conditions it points to, the best supported first."""

    findings: frozenset[str]
    urgency: Urgency
    conditions: tuple[Pointed, ...]
    why: tuple[str, ...]


def raised(
    conditions: Iterable[Condition], present: Collection[str], sex: str | None = None
) -> list[Warned]:
    """Warnings for the findings that are present, the most urgent first."""
    known = [c for c in conditions if c.red_flags and not (sex == "M" and c.specialty in _OF_WOMEN)]
    here = frozenset(present)
    signs = danger_signs(known)
    heeded: dict[frozenset[str], list[tuple[Pointed, Urgency]]] = {}
    why: dict[frozenset[str], set[str]] = {}
    for condition in known:
        for flag in condition.red_flags:
            if not flag.findings <= here:
                continue
            support = len((condition.named & here) - flag.findings)
            if _heeded(condition.severity, len(flag.findings), support):
                danger = not signs.isdisjoint(flag.findings)
                urgency = _urgency(condition.severity, len(flag.findings), support, danger)
                heeded.setdefault(flag.findings, []).append((Pointed(condition, support), urgency))
                why.setdefault(flag.findings, set()).update({flag.why} if flag.why else ())
    found = [_warned(findings, to, why[findings]) for findings, to in heeded.items()]
    return sorted(found, key=_order)


def danger_signs(conditions: Iterable[Condition]) -> frozenset[str]:
    """Findings each of which alone is a red flag of many conditions that cannot wait."""
    alone = Counter(
        code
        for condition in conditions
        if condition.severity == CANNOT_WAIT
        for code in {c for f in condition.red_flags if len(f.findings) == 1 for c in f.findings}
    )
    return frozenset(code for code, count in alone.items() if count >= DANGER_SIGN)


def urgency(warnings: Sequence[Warned], *, model_urgent: bool = False) -> Urgency:
    """Of all together; a model may raise it, never lower it."""
    return worst("now" if model_urgent else "routine", *(w.urgency for w in warnings))


def _heeded(severity: int | None, findings: int, support: int) -> bool:
    if severity == CANNOT_WAIT:
        return True
    if severity == GRAVE:
        return findings > 1 or support > 0
    return support >= _SPEAK


def _urgency(severity: int | None, findings: int, support: int, danger: bool) -> Urgency:
    if severity == CANNOT_WAIT:
        return "now" if findings > 1 or support >= _SPEAK or danger else "soon"
    return "now" if severity == GRAVE and findings > 1 and support >= _SPEAK else "soon"


def _warned(
    findings: frozenset[str], to: list[tuple[Pointed, Urgency]], why: Iterable[str]
) -> Warned:
    pointed = sorted((p for p, _ in to), key=_nearest)
    return Warned(findings, worst(*(u for _, u in to)), tuple(pointed), tuple(sorted(why)))


def _nearest(pointed: Pointed) -> tuple[int, int, str]:
    condition = pointed.condition
    return (-pointed.support, condition.severity or 9, condition.code)


def _order(warned: Warned) -> tuple[int, int, int, list[str]]:
    best = warned.conditions[0]
    return (
        URGENCIES.index(warned.urgency),
        -best.support,
        best.condition.severity or 9,
        sorted(warned.findings),
    )
