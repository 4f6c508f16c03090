from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records_api.cds import prefetch
from records_api.core.context import Context
from records_api.patients.tables import Patient
from tests.records_api.cds.conftest import Call, bundle, condition, observation
from tests.records_api.models.fake import FakeModels


def coded(code: Any) -> dict[str, Any]:
    return {"coding": [{"code": code}]}


def asked(models: FakeModels) -> tuple[list[str], list[str], list[str]]:
    last = models.asked[-1]
    return last.present, last.absent, last.prior


def test_what_was_sent_is_added_to_what_was_recorded(cards: Call, opened: str, models: FakeModels):
    cards(
        prefetch={
            "patient": {"resourceType": "Patient", "id": "x"},
            "observations": bundle(observation("cough"), observation("rash")),
            "conditions": bundle(condition("J00", "confirmed"), condition("j11.1")),
            "nothing": None,
        }
    )
    assert asked(models) == (["fever", "cough"], ["rash"], ["cold", "flu"])


@pytest.mark.parametrize(
    ("resource", "present", "absent", "prior"),
    [
        (observation("cough", valueBoolean=False), [], ["cough"], []),
        (observation("cough", valueCodeableConcept=coded("373066001")), ["cough"], [], []),
        (observation("cough", valueCodeableConcept=coded("LA32-8")), [], ["cough"], []),
        (condition("cough"), ["cough"], [], []),
        (condition("cough", "refuted"), [], ["cough"], []),
        (condition("flu", "confirmed"), [], [], ["flu"]),
        (condition("J00", system="http://hl7.org/fhir/sid/icd-10"), [], [], ["cold"]),
    ],
)
def test_answers_that_are_understood(
    cards: Call,
    opened: str,
    models: FakeModels,
    resource: Any,
    present: list[str],
    absent: list[str],
    prior: list[str],
):
    cards(prefetch={"any": resource})
    assert asked(models) == (["fever", *present], ["rash", *absent], prior)


@pytest.mark.parametrize(
    "resource",
    [
        observation("unheard-of"),
        observation("flu"),  # a condition is no finding
        observation("cough", valueQuantity={"value": 3}),
        observation("cough", valueCodeableConcept=coded("maybe")),
        observation("cough", valueBoolean=True, status="entered-in-error"),
        observation("cough", valueBoolean=True, dataAbsentReason=coded("unknown")),
        observation("cough", valueBoolean=True, subject={"reference": "Patient/somebody-else"}),
        observation("cough", valueBoolean=True, subject={"reference": ["Patient"]}),
        bundle(observation("cough"), observation("cough", valueBoolean=False)),
        condition("flu", "provisional"),
        condition("flu", "refuted"),
        condition("flu", "entered-in-error"),
        condition("flu", verificationStatus=[1]),
        condition("cough", clinicalStatus=coded("resolved")),
        condition("flu\0"),
        condition("कोड"),
        condition("J00", system="http://local.example/list"),
        {"resourceType": "Bundle", "entry": {"resource": 3}},
        {"resourceType": "Bundle", "entry": [None, 3, {"resource": [observation("cough")]}]},
        {"resourceType": "Observation", "status": {}, "code": {"coding": "cough"}},
        {"resourceType": "OperationOutcome"},
    ],
)
def test_what_is_not_certain_is_passed_over(
    cards: Call, opened: str, models: FakeModels, resource: Any
):
    cards(prefetch={"any": resource})
    assert asked(models) == (["fever"], ["rash"], [])


def test_a_patient_is_found_by_the_health_number_that_both_know(
    doctor: Context, cards: Call, patient: str, opened: str, models: FakeModels
):
    from records_api.patients.rules import with_check_digit

    number = with_check_digit("9100000000000")
    row = doctor.session.get(Patient, patient)
    assert row is not None
    row.health_id = number
    doctor.session.commit()
    written = f"{number[:2]}-{number[2:6]}-{number[6:10]}-{number[10:]}"
    theirs = {"resourceType": "Patient", "id": "MRN-7", "identifier": [{"value": written}]}
    said = observation("cough", valueBoolean=True, subject={"reference": "Patient/MRN-7"})
    assert cards(context={"patientId": "MRN-7"}, prefetch={"patient": theirs, "o": said})
    assert asked(models) == (["fever", "cough"], ["rash"], [])


NAMES = (
    *("resourceType", "entry", "resource", "code", "coding", "system", "subject", "reference"),
    *("status", "verificationStatus", "identifier", "value", "valueBoolean", "id"),
    *("valueQuantity", "unit", "component", "effectiveDateTime", "effectivePeriod", "end"),
)
TELLING = ("Observation", "Condition", "Patient", "Bundle", "final", "http://loinc.org", "8310-5")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner | st.sampled_from(TELLING) | st.datetimes().map(str),
            max_size=6,
        )
    ),
    max_leaves=25,
)


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=3))
def test_no_json_is_too_strange_to_read(value: dict[str, Any]):
    sent = prefetch.read(value, "p")
    assert all(isinstance(answer, bool) for answer in sent.said.values())
    assert isinstance(prefetch.recent(sent.measured, datetime.now(UTC)), list)
