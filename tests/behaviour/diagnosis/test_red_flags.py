"""What a red flag must never do, on the catalogue of Delhi; and how often it alarms there.

The patients are drawn from the catalogue's own frequencies, finding by finding: the counts compare
rules with rules. They say nothing of the patients of a clinic.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import catalogue
from knowledge.schema import Catalogue
from records_api.guidance import rules
from records_api.guidance.knowledge import Condition, RedFlag
from records_api.scheduling.rules import URGENCIES


@cache
def delhi() -> Catalogue:
    return catalogue.load(catalogue.DELHI)


@cache
def conditions() -> tuple[Condition, ...]:
    return tuple(
        Condition(
            c.id,
            c.name_en,
            severity=c.severity,
            specialty=c.specialty,
            named=frozenset(c.findings).union(*(f.findings for f in c.red_flags)),
            red_flags=tuple(RedFlag(frozenset(f.findings), f.why) for f in c.red_flags),
        )
        for c in delhi().conditions
    )


FINDINGS = sorted(delhi().finding_by_key)
FLAGGED = sorted({code for c in conditions() for flag in c.red_flags for code in flag.findings})
PRESENT = st.frozensets(st.sampled_from(FLAGGED) | st.sampled_from(FINDINGS), max_size=12)
SEX = st.sampled_from(["F", "M", None])


def raised(present: frozenset[str] | list[str], sex: str | None) -> dict[frozenset[str], int]:
    """Each warning's findings, with how urgent it is: 0 is now."""
    found = rules.raised(conditions(), present, sex)
    return {warned.findings: URGENCIES.index(warned.urgency) for warned in found}


@given(PRESENT, st.sampled_from(FINDINGS) | st.sampled_from(FLAGGED), SEX)
def test_another_present_finding_removes_no_warning_and_lowers_no_urgency(
    present: frozenset[str], more: str, sex: str | None
) -> None:
    before, after = raised(present, sex), raised(present | {more}, sex)
    assert all(after.get(flag, 9) <= urgency for flag, urgency in before.items())


@given(PRESENT, st.data(), SEX)
def test_order_and_repetition_never_matter(
    present: frozenset[str], data: st.DataObject, sex: str | None
) -> None:
    order = data.draw(st.permutations(sorted(present)))
    shuffled = data.draw(st.permutations(conditions()))
    assert rules.raised(shuffled, [*order, *order], sex) == rules.raised(conditions(), present, sex)


@given(PRESENT, SEX)
def test_no_warning_without_all_its_findings(present: frozenset[str], sex: str | None) -> None:
    assert all(flag <= present for flag in raised(present, sex))


@given(PRESENT, SEX)
def test_translations_change_no_answer(present: frozenset[str], sex: str | None) -> None:
    hindi = [replace(c, name_hi="क", name_en="x") for c in conditions()]
    said = rules.raised(hindi, present, sex)
    assert {w.findings: URGENCIES.index(w.urgency) for w in said} == raised(present, sex)


@pytest.mark.parametrize(
    "condition", [c for c in conditions() if c.severity == 1], ids=lambda c: str(c.code)
)
def test_every_flag_of_what_cannot_wait_is_heard_alone(condition: Condition) -> None:
    assert condition.red_flags
    for flag in condition.red_flags:
        assert flag.findings in raised(flag.findings, "F")


def drawn(rng: random.Random, number: int, worst: int, best: int) -> Iterator[frozenset[str]]:
    """Patients as they come: by the catalogue's rates, of conditions of these severities."""
    ill = [c for c in delhi().conditions if worst <= c.severity <= best and c.rate]
    rates = [c.rate.per_thousand for c in ill if c.rate]
    for condition in rng.choices(ill, rates, k=number):
        yield frozenset(
            code
            for code, f in sorted(condition.findings.items())
            if rng.random() < (f.frequency or 0)
        )


@pytest.mark.parametrize(
    ("worst", "best", "warned", "now"),
    [(1, 1, (0.93, 1.0), (0.8, 1.0)), (3, 5, (0.0, 0.3), (0.0, 0.05))],
    ids=["cannot wait", "can wait"],
)
def test_alarms_are_many_where_they_must_be_and_few_elsewhere(
    worst: int, best: int, warned: tuple[float, float], now: tuple[float, float]
) -> None:
    patients = [*drawn(random.Random(7), 1500, worst, best)]
    found = [raised(p, None) for p in patients]
    any_share = sum(map(bool, found)) / len(found)
    now_share = sum(0 in warnings.values() for warnings in found) / len(found)
    flags = {flag.findings for c in conditions() for flag in c.red_flags}
    every = sum(any(flag <= p for flag in flags) for p in patients) / len(patients)
    print(
        f"severity {worst}-{best}: warned {any_share:.3f}, now {now_share:.3f}; "
        f"every raised flag would warn {every:.3f}"
    )
    assert warned[0] <= any_share <= warned[1]
    assert now[0] <= now_share <= now[1]
