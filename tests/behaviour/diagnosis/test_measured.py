"""What a measurement must never do, on the catalogue of Delhi."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from knowledge.measured import Said, Taken, combined, judged
from tests.behaviour.diagnosis.test_red_flags import FLAGGED, SEX, raised
from tests.knowledge.measurements import RULES

START = datetime(2026, 7, 1, 9, tzinfo=UTC)
CODES = sorted({code for rules in RULES.values() for rule in rules for code in rule.codes})


MOMENT = st.integers(0, 5).map(lambda minutes: START + timedelta(minutes=minutes))
TAKEN = st.builds(
    Taken,
    st.sampled_from(CODES),
    st.decimals(10, 300, places=1),
    MOMENT,
    MOMENT,
    st.uuids().map(str),
)
SAID = st.builds(
    Said,
    st.sampled_from(sorted(RULES)) | st.sampled_from(FLAGGED),
    st.sampled_from(["present", "absent", "unknown"]),
    MOMENT,
)
RECORD = st.lists(SAID, max_size=10, unique_by=lambda row: row.code)
VITALS = st.lists(TAKEN, max_size=8, unique_by=lambda row: (row.code, row.measured_at))
AGE = st.floats(0, 100)


def present(said: list[Said], taken: list[Taken], age: float) -> frozenset[str]:
    answers = combined(said, judged(RULES, taken, age))
    return frozenset(code for code, answer in answers.items() if answer.present)


@given(RECORD, VITALS, AGE, SEX)
def test_measuring_takes_no_warning_from_what_people_recorded(
    said: list[Said], taken: list[Taken], age: float, sex: str | None
) -> None:
    before, after = raised(present(said, [], age), sex), raised(present(said, taken, age), sex)
    assert all(after.get(flag, 9) <= urgency for flag, urgency in before.items())


@given(RECORD, VITALS, AGE, st.data())
def test_order_never_matters(
    said: list[Said], taken: list[Taken], age: float, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(taken)), data.draw(st.permutations(said))
    assert combined(shuffled[1], judged(RULES, shuffled[0], age)) == combined(
        said, judged(RULES, taken, age)
    )


@given(RECORD, VITALS, AGE)
def test_nothing_is_absent_that_was_neither_said_nor_measured(
    said: list[Said], taken: list[Taken], age: float
) -> None:
    known = combined(said, judged(RULES, taken, age))
    codes = {row.code for row in taken}
    for code in known.keys() - {row.code for row in said}:
        needed = {c for rule in RULES[code] for c in rule.codes}
        assert needed & codes


@given(RECORD, VITALS, AGE)
def test_where_a_person_and_a_measurement_differ_it_is_told(
    said: list[Said], taken: list[Taken], age: float
) -> None:
    measured = judged(RULES, taken, age)
    known = combined(said, measured)
    for row in said:
        other = measured.get(row.code)
        differ = other and row.status != "unknown" and other.present != (row.status == "present")
        assert not differ or known[row.code].disputed
