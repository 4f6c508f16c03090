"""What measurements of another system must never do, from its FHIR to the flags of Delhi's catalogue."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from knowledge.measured import Answer, Said, Taken, combined, judged
from records_api.cds import prefetch
from records_api.encounters.answers import Answers
from records_api.encounters.rules import VITALS
from tests.behaviour.diagnosis.test_measured import AGE, RECORD, START, TAKEN
from tests.behaviour.diagnosis.test_red_flags import SEX, raised
from tests.knowledge.measurements import RULES

CODES = sorted(
    {code for rules in RULES.values() for rule in rules for code in rule.codes}
    | {rule.minus for rules in RULES.values() for rule in rules if rule.minus}
)
HUNDREDTH = Decimal("0.01")
# Of each of our units: what others write, and how.
ABROAD: Mapping[str, tuple[str, Decimal, Decimal]] = {  # unit, times, plus
    "Cel": ("[degF]", Decimal("1.8"), Decimal(32)),
    "mm[Hg]": ("kPa", 1 / Decimal("7.50062"), Decimal(0)),
    "mg/dL": ("mmol/L", 1 / Decimal("18.0156"), Decimal(0)),
    "/min": ("{beats}/min", Decimal(1), Decimal(0)),
    "cm": ("[in_i]", 1 / Decimal("2.54"), Decimal(0)),
}


class Value(NamedTuple):
    code: str
    value: Decimal
    minutes: int


def values(code: str) -> st.SearchStrategy[Value]:
    """As they are read at a bedside: degrees and centimetres have one decimal."""
    kind = VITALS[code]
    places = 1 if kind.unit in ("Cel", "cm") else 0
    numbers = st.decimals(kind.low, kind.high, places=places)
    return st.builds(Value, st.just(code), numbers, st.integers(0, 60 * 30))


VALUE = st.sampled_from(CODES).flatmap(values)
SENT = st.lists(VALUE, max_size=8, unique_by=lambda one: (one.code, one.minutes))


def observation(one: Value, *, abroad: bool = False) -> dict[str, Any]:
    unit, value = VITALS[one.code].unit, one.value
    if abroad and unit in ABROAD:
        unit, times, plus = ABROAD[unit]
        value = (one.value * times + plus).quantize(HUNDREDTH)
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": one.code}]},
        "effectiveDateTime": (START - timedelta(minutes=one.minutes)).isoformat(),
        "valueQuantity": {"value": float(value), "code": unit},
    }


def found(resources: list[dict[str, Any]], age: float) -> dict[str, Answer]:
    sent = prefetch.read(dict(enumerate(resources)), "p")  # type: ignore[arg-type]
    return judged(RULES, prefetch.recent(sent.measured, START), age)


@given(SENT, AGE)
def test_units_change_no_answer(sent: list[Value], age: float) -> None:
    ours = found([observation(one) for one in sent], age)
    assert found([observation(one, abroad=True) for one in sent], age) == ours


@given(SENT, AGE, st.data())
def test_the_order_of_observations_never_matters(
    sent: list[Value], age: float, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(sent))
    answers = found([observation(one) for one in sent], age)
    assert found([observation(one) for one in shuffled], age) == answers


@given(SENT, AGE)
def test_nothing_is_absent_that_was_not_measured_within_a_day(
    sent: list[Value], age: float
) -> None:
    fresh = {one.code for one in sent if one.minutes <= 60 * 24}
    for code in found([observation(one) for one in sent], age):
        assert fresh & {c for rule in RULES[code] for c in rule.codes}


@given(RECORD, st.lists(TAKEN, max_size=8), SENT, AGE, SEX)
def test_what_is_sent_takes_no_warning_from_what_is_known_here(
    said: list[Said], taken: list[Taken], sent: list[Value], age: float, sex: str | None
) -> None:
    own = judged(RULES, taken, age)
    here = Answers(combined(said, own), own, {})
    theirs = found([observation(one) for one in sent], age)
    both = here.joined(Answers(theirs, theirs, {}))
    before, after = (raised(frozenset(a.present), sex) for a in (here, both))
    assert all(after.get(flag, 9) <= urgency for flag, urgency in before.items())
    for code, answer in here.by_code.items():
        assert both.by_code[code].disputed or both.by_code[code].present == answer.present


@given(SENT, VALUE, AGE, SEX)
def test_one_more_kind_of_measurement_takes_no_warning(
    sent: list[Value], more: Value, age: float, sex: str | None
) -> None:
    """A newer one of the same code may: who has got better has. So may a pressure that cannot be, for
    nobody knows which of the two is wrong."""
    others = [one for one in sent if one.minutes != more.minutes and not _same(one.code, more.code)]
    before = found([observation(one) for one in others], age)
    after = found([observation(one) for one in [*others, more]], age)
    assert all(after[code].present for code, answer in before.items() if answer.present)


def _same(one: str, other: str) -> bool:
    """Whether they are ways to measure the same."""
    return one == other or any(
        {one, other} <= set(rule.codes) for rules in RULES.values() for rule in rules
    )


def test_the_day_is_that_of_the_call() -> None:
    late = Value("59408-5", Decimal(88), 60 * 24 + 1)
    assert found([observation(late)], 30) == {}
    assert found([observation(late._replace(minutes=60 * 24))], 30)
