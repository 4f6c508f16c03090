from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records_api.scheduling import rules

NOW = [
    "I have chest pain since this morning",
    "Pain in my chest",
    "she can't breathe",
    "I cannot breathe properly",
    "short of breath when lying down",
    "my father fainted and is not responding",
    "his face is drooping",
    "one side of my body is weak",
    "he is having fits",
    "vomiting blood",
    "she swallowed poison",
    "snake bite on the leg",
    "I want to die",
    "road accident, leg hurts",
    "pregnant, bleeding since morning",
    "fever and stiff neck",
    "सीने में दर्द हो रहा है",
    "छाती में बहुत दर्द",
    "साँस लेने में तकलीफ़ है",
    "सांस नहीं आ रही",
    "बेहोश हो गए",
    "ज़हर खा लिया",
    "मुँह टेढ़ा हो गया है",
    "गर्भवती हूँ, ख़ून आ रहा है",
    "seene me dard hai",
    "saans lene me takleef",
    "No fever but chest pain",
]
SOON = [
    "high fever since yesterday",
    "fever for 5 days",
    "तेज बुखार है",
    "severe headache",
    "vomiting since yesterday",
    "blood in urine",
    "I am pregnant and have a cold",
    "बार-बार उल्टी, बार बार उल्टी",
    "night sweats",
]
ROUTINE = [
    "",
    "runny nose",
    "knee hurts a little when climbing stairs",
    "सर्दी ज़ुकाम",
    "itchy skin",
    "cough, no chest pain",
    "fever without chest pain",
    "I don't have chest pain, only a cold",
    "सीने में दर्द नहीं है",
    "prescription refill",
]


@pytest.mark.parametrize("complaint", NOW)
def test_cannot_wait(complaint: str):
    said = rules.triage(complaint, age=40)
    assert said.urgency == "now"
    assert said.specialty == rules.EMERGENCY
    assert said.flags


@pytest.mark.parametrize("complaint", SOON)
def test_should_not_wait_long(complaint: str):
    assert rules.triage(complaint, age=40).urgency == "soon"


@pytest.mark.parametrize("complaint", ROUTINE)
def test_can_wait(complaint: str):
    assert rules.triage(complaint, age=40) == rules.RuleTriage("routine", rules.GENERAL, ())


def test_findings_count_like_words():
    assert rules.triage("", ["Chest pain"]).urgency == "now"
    assert rules.triage("cold", ["Fever", "Chest pain"]).urgency == "now"


@pytest.mark.parametrize(
    ("age", "complaint", "urgency"),
    [
        (0.1, "fever", "now"),
        (0.1, "बुख़ार", "now"),
        (0.1, "no fever, rash", "soon"),
        (0.5, "fever", "soon"),
        (40, "fever", "routine"),
        (85, "fever", "soon"),
        (85, "", "routine"),
        (None, "fever", "routine"),
    ],
)
def test_age_counts(age: float | None, complaint: str, urgency: str):
    assert rules.triage(complaint, age=age).urgency == urgency


@given(st.text(max_size=80), st.sampled_from(NOW), st.floats(0, 120))
def test_nothing_that_is_added_hides_a_red_flag(noise: str, complaint: str, age: float):
    assert rules.triage(f"{complaint}. {noise}", age=age).urgency == "now"


@given(st.text(max_size=500))
def test_any_text_is_read(text: str):
    assert rules.triage(text).urgency in rules.URGENCIES
    rules.understood(text, {"f": ["Fever", "बुखार"]})


@pytest.mark.parametrize(
    ("urgent", "abstained", "severities", "urgency"),
    [
        (True, False, {5: 1.0}, "now"),
        (False, True, {5: 1.0}, "soon"),
        (False, False, {3: 0.3, 2: 0.2, 5: 0.5}, "soon"),
        (False, False, {4: 0.6, 3: 0.4}, "routine"),
        (False, False, {}, "routine"),
    ],
)
def test_urgency_of_a_differential(
    urgent: bool, abstained: bool, severities: dict[int, float], urgency: str
):
    assert rules.model_urgency(urgent, abstained, severities) == urgency


def test_the_worst_counts():
    assert rules.worst("routine", "now", "soon") == "now"
    assert rules.worst("routine", "soon") == "soon"


NAMES = {
    "fever": ["Fever", "बुख़ार"],
    "high": ["Fever above 39 °C", "39 °C से ऊपर बुख़ार"],
    "cough": ["Cough", "खाँसी"],
    "rash": ["Skin rash", "त्वचा पर चकत्ते"],
    "vomit": ["Vomiting", "उल्टी"],
    "asked": ["Do you have diarrhea?"],
}


@pytest.mark.parametrize(
    ("complaint", "present", "absent"),
    [
        ("Fever and cough since three days", ["cough", "fever"], []),
        ("I am coughing a lot", ["cough"], []),
        ("fever, no cough", ["fever"], ["cough"]),
        ("no cough or fever", [], ["cough", "fever"]),
        ("rash on the skin", ["rash"], []),
        ("a rash decision", [], []),
        ("बुखार है और उल्टी नहीं", ["fever"], ["vomit"]),
        ("खांसी हो रही है", ["cough"], []),
        ("diarrhea", ["asked"], []),
        ("cannot sleep at night because of the fever", ["fever"], []),
        ("no fever yesterday, fever today", ["fever"], []),
        ("feverish mood", [], []),
        ("", [], []),
    ],
)
def test_what_a_complaint_names(complaint: str, present: list[str], absent: list[str]):
    assert rules.understood(complaint, NAMES) == (present, absent)


@given(st.integers(1, 200), st.integers(5, 600))
def test_places_lie_in_the_session_in_order(places: int, minutes: int):
    begins = datetime(2026, 1, 1, 9, tzinfo=UTC)
    ends = datetime.fromtimestamp(begins.timestamp() + minutes * 60, UTC)
    times = rules.place_times(begins, ends, places)
    assert len(times) == places
    assert times[0] == begins
    assert times == sorted(times)
    assert times[-1] < ends
