"""When a red flag is raised, how urgent it is, and to what it points."""

import pytest

from records_api.guidance.knowledge import Condition, RedFlag
from records_api.guidance.rules import DANGER_SIGN, raised, urgency


def ill(
    code: str, severity: int | None, *flags: str, named: str = "", specialty: str | None = None
) -> Condition:
    """Flags and named findings are words; a flag of several has a plus."""
    red_flags = tuple(RedFlag(frozenset(flag.split("+"))) for flag in flags)
    codes = frozenset({*named.split(), *(c for flag in red_flags for c in flag.findings)})
    return Condition(
        code, code, severity=severity, specialty=specialty, named=codes, red_flags=red_flags
    )


def told(conditions: list[Condition], present: str, sex: str | None = None) -> dict[str, str]:
    found = raised(conditions, present.split(), sex)
    return {"+".join(sorted(w.findings)): w.urgency for w in found}


MENINGITIS = ill("meningitis", 1, "fever+neck", "spots", named="fever neck headache vomiting")
RABIES = ill("rabies", 1, "fear_of_water", named="bite fever")
CHOLECYSTITIS = ill("cholecystitis", 2, "jaundice+fever", "confusion", named="pain vomiting fever")
MIGRAINE = ill("migraine", 4, "fever+headache", named="headache nausea light vomiting")


def test_a_flag_is_raised_when_all_its_findings_are_present():
    assert told([MENINGITIS], "fever") == {}
    assert told([MENINGITIS], "fever neck") == {"fever+neck": "now"}


@pytest.mark.parametrize(
    ("present", "said"),
    [
        ("fear_of_water", "soon"),  # alone it must be seen, and may still be a slip
        ("fear_of_water bite", "soon"),
        ("fear_of_water bite fever", "now"),
    ],
)
def test_what_cannot_wait_is_always_heeded_and_urgent_with_support(present: str, said: str):
    assert told([RABIES], present) == {"fear_of_water": said}


def test_a_grave_condition_needs_one_more_finding_or_a_flag_of_several():
    assert told([CHOLECYSTITIS], "confusion") == {}
    assert told([CHOLECYSTITIS], "confusion pain") == {"confusion": "soon"}
    assert told([CHOLECYSTITIS], "jaundice fever") == {"fever+jaundice": "soon"}
    assert told([CHOLECYSTITIS], "jaundice fever pain vomiting") == {"fever+jaundice": "now"}


def test_a_condition_that_can_wait_needs_two_more_findings():
    assert told([MIGRAINE], "fever headache nausea") == {}, "half of all fevers would alarm"
    assert told([MIGRAINE], "fever headache nausea light") == {"fever+headache": "soon"}


def test_the_flag_s_own_findings_do_not_speak_for_it_twice():
    assert told([ill("sprain", 5, "deformed+numb", named="deformed numb swelling")],
                "deformed numb swelling") == {}  # fmt: skip


def test_one_warning_for_one_set_of_findings_with_all_conditions():
    shock = [ill(f"grave-{n}", 2, "shock", named="pain") for n in range(3)]
    nearest = ill("sepsis", 1, "shock", named="fever chills")
    [warned] = raised([*shock, nearest], ["shock", "pain", "fever", "chills"])
    assert [(p.condition.code, p.support) for p in warned.conditions] == [
        ("sepsis", 2),
        ("grave-0", 1),
        ("grave-1", 1),
        ("grave-2", 1),
    ]
    assert warned.urgency == "now", "the worst of what it points to"


def test_a_danger_sign_of_many_conditions_needs_nothing_else():
    many = [ill(f"c{n}", 1, "shock") for n in range(DANGER_SIGN)]
    assert told(many, "shock") == {"shock": "now"}
    assert told(many[1:], "shock") == {"shock": "soon"}


def test_a_man_has_no_illness_of_pregnancy():
    ectopic = ill("ectopic", 1, "pain+missed_period", specialty="obstetrics")
    for sex in ("F", "other", None):
        assert told([ectopic], "pain missed_period", sex)
    assert told([ectopic], "pain missed_period", "M") == {}


def test_a_condition_without_severity_is_not_taken_for_grave():
    assert told([ill("unknown", None, "a+b")], "a b") == {}


def test_the_most_urgent_stands_first():
    found = told([CHOLECYSTITIS, MENINGITIS], "confusion pain fever neck spots")
    assert list(found.values()) == ["now", "now", "soon"]
    assert list(found)[-1] == "confusion"


def test_the_model_may_raise_the_urgency_and_never_lower_it():
    alarm, quiet = raised([MENINGITIS], ["fever", "neck"]), raised([MENINGITIS], [])
    assert urgency(quiet) == "routine"
    assert urgency(quiet, model_urgent=True) == "now"
    assert urgency(alarm, model_urgent=False) == "now"
