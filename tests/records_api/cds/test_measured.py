"""Vital signs that another system sends count as findings, beside those of the visit."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest

from knowledge import catalogue
from records_api.cds import prefetch
from records_api.core.audit import AuditRow
from records_api.core.context import SYSTEM, Context
from records_api.encounters import service
from records_api.encounters.rules import VITALS
from records_api.encounters.schemas import EncounterIn, FindingsIn, VitalIn
from records_api.encounters.tables import Encounter
from records_api.patients.tables import Patient
from records_api.terminology import service as terminology
from sehat.terminology import terms
from tests.records_api.cds.conftest import Call, bundle, observation
from tests.records_api.models.fake import FakeModels

SPO2, BREATHS, TEMP, SYSTOLIC, DIASTOLIC = "59408-5", "9279-1", "8310-5", "8480-6", "8462-4"
NOW = datetime.now(UTC)


def part(code: str, value: float, unit: str | None = None) -> dict[str, Any]:
    unit = unit or VITALS[code].unit
    return {
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "valueQuantity": {"value": value, "unit": unit, "code": unit},
    }


def measured(
    code: str, value: float, unit: str | None = None, ago: timedelta = timedelta(0), **more: Any
) -> dict[str, Any]:
    head = {
        "resourceType": "Observation",
        "id": str(uuid4()),
        "status": "final",
        "effectiveDateTime": (datetime.now(UTC) - ago).isoformat(),
    }
    return head | part(code, value, unit) | more


HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def delhi(doctor: Context, patient: str) -> None:
    terminology.add_many(Context(doctor.session, SYSTEM), terms(catalogue.delhi()), source="test")
    doctor.session.commit()


@pytest.fixture
def visit(doctor: Context, patient: str) -> str:
    encounter = service.open_encounter(doctor, patient, EncounterIn(complaint="Breathless"))
    doctor.session.commit()
    return encounter.id


@pytest.fixture
def here(doctor: Context, visit: str) -> Callable[..., None]:
    def record(spo2: int | None = None, ago: timedelta = timedelta(0), **said: list[str]) -> None:
        if said:
            service.record_findings(doctor, visit, FindingsIn(**said))
        if spo2 is not None:
            one = VitalIn(code=SPO2, value=Decimal(spo2), unit="%", measured_at=doctor.now - ago)
            service.record_vitals(doctor, visit, [one])
        doctor.session.commit()

    return record


@pytest.fixture
def asked(cards: Call, models: FakeModels) -> Callable[..., tuple[set[str], set[str]]]:
    """The present and the absent findings that the model was asked about, for what was sent."""

    def ask(*resources: Any, **fields: Any) -> tuple[set[str], set[str]]:
        models.asked.clear()
        cards(prefetch={"observations": bundle(*resources)}, **fields)
        if not models.asked:
            return set(), set()
        assert len(set(models.asked[-1].present)) == len(models.asked[-1].present)
        return set(models.asked[-1].present), set(models.asked[-1].absent)

    return ask


Asked = Callable[..., tuple[set[str], set[str]]]


@pytest.mark.parametrize("hook", ["patient-view", "encounter-start"])
def test_what_was_measured_elsewhere_counts(asked: Asked, hook: str):
    about = {"context": {"encounterId": "theirs-7"}}
    present, absent = asked(measured(SPO2, 88), measured(TEMP, 36.8), hook=hook, **about)
    assert present == {"low_oxygen", "very_low_oxygen"}
    assert absent == {"temp_over_38", "temp_over_40"}


def test_what_was_not_measured_is_unknown_and_not_absent(asked: Asked):
    assert asked() == (set(), set())
    assert asked(measured("29463-7", 60)) == (set(), set()), "a weight decides none"
    assert asked(measured(SYSTOLIC, 120, "mm[Hg]")) == (set(), {"low_bp"})


def test_units_and_codes_of_others_change_no_answer(asked: Asked):
    at_home = asked(measured(TEMP, 38.0), measured("2339-0", 301), measured(SYSTOLIC, 90))
    abroad = asked(
        measured(TEMP, 100.4, "[degF]"),
        measured("15074-8", 16.7, "mmol/L"),
        measured(SYSTOLIC, 12, "kPa"),
    )
    assert at_home == abroad
    assert {"temp_over_38", "very_high_sugar"} <= at_home[0]


def test_a_panel_of_pressures(asked: Asked):
    panel = measured("85354-9", 0, "mm[Hg]", component=[part(SYSTOLIC, 184), part(DIASTOLIC, 96)])
    panel.pop("valueQuantity")
    present, absent = asked(panel)
    assert present == {"high_bp", "very_high_bp"}
    assert absent == {"low_bp", "narrow_pulse_pressure"}


def test_the_newest_of_each_code_counts_whatever_the_order(asked: Asked):
    sent = [
        measured(SPO2, 88, ago=3 * HOUR),
        measured(SPO2, 97, ago=HOUR),
        measured("2708-6", 92, ago=2 * HOUR),
        measured(TEMP, 39),
    ]
    answers = [asked(*some) for some in permutations(sent)]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0] == {"temp_over_38"}
    assert {"low_oxygen", "very_low_oxygen"} <= answers[0][1]


def test_two_of_one_moment_are_one_whatever_the_order(asked: Asked):
    at = datetime.now(UTC).isoformat()
    pair = [
        measured(SPO2, value, effectiveDateTime=at, id=name)
        for value, name in ((88, "same"), (97, "same"))
    ]
    assert asked(*pair) == asked(*reversed(pair))


@pytest.mark.parametrize(
    "sent",
    [
        measured(SPO2, 88, status="entered-in-error"),
        measured(SPO2, 88, subject={"reference": "Patient/somebody-else"}),
        measured(SPO2, 88, ago=25 * HOUR),
        measured(SPO2, 88, ago=-240 * HOUR),
        measured(SPO2, 88, effectiveDateTime=f"{NOW:%F}"),
        measured(SPO2, 88, effectiveDateTime=None),
        measured(SPO2, 0.88, "1"),
        measured(SPO2, 8, "%"),
        measured(SPO2, 88) | {"code": {"coding": [{"code": SPO2}]}},
    ],
)
def test_what_is_not_certain_or_not_of_today_is_passed_over(asked: Asked, sent: Any):
    assert asked(sent) == (set(), set())


def test_pressures_the_wrong_way_round_in_two_resources_are_passed_over(asked: Asked):
    at = datetime.now(UTC).isoformat()
    low = measured(SYSTOLIC, 70, effectiveDateTime=at)
    assert asked(low, measured(DIASTOLIC, 118, effectiveDateTime=at)) == (set(), set())
    assert "low_bp" in asked(low, measured(DIASTOLIC, 118))[0], "of another moment"


@pytest.mark.parametrize(("days", "fast"), [(200, False), (400, True), (9000, True)])
def test_it_is_judged_by_the_patient_s_age(
    asked: Asked, doctor: Context, patient: str, days: int, fast: bool
):
    row = doctor.session.get(Patient, patient)
    assert row is not None
    row.birth_date = (datetime.now(UTC) - timedelta(days=days)).date()
    doctor.session.commit()
    assert ("fast_breathing" in asked(measured(BREATHS, 44))[0]) is fast


def test_the_age_is_that_at_the_visit_s_beginning(
    asked: Asked, doctor: Context, patient: str, visit: str
):
    row, encounter = doctor.session.get(Patient, patient), doctor.session.get(Encounter, visit)
    assert row is not None
    assert encounter is not None
    row.birth_date = (datetime.now(UTC) - timedelta(days=400)).date()
    encounter.started_at = datetime.now(UTC) - timedelta(days=60)
    doctor.session.commit()
    assert "fast_breathing" in asked(measured(BREATHS, 44))[1]


def test_what_was_recorded_or_measured_here_goes_first(asked: Asked, here: Callable[..., None]):
    here(spo2=97, present=["temp_over_38"])
    present, absent = asked(
        measured(SPO2, 88, ago=HOUR), measured(TEMP, 36.6, ago=HOUR), measured(BREATHS, 30)
    )
    assert present == {"temp_over_38", "fast_breathing"}
    assert {"low_oxygen", "very_low_oxygen"} <= absent
    assert "temp_over_40" in absent, "what nobody knew here is taken"


def test_what_got_worse_since_is_not_hidden(
    asked: Asked, here: Callable[..., None], doctor: Context, visit: str
):
    """Recorded as it was an hour ago: the clock of a test does not move."""
    here(absent=["very_low_oxygen"])
    for row in service.repository.findings(doctor.session, [visit]):
        row.recorded_at -= HOUR
    doctor.session.commit()
    assert "very_low_oxygen" in asked(measured(SPO2, 88, ago=2 * HOUR))[1]
    assert "very_low_oxygen" in asked(measured(SPO2, 88))[0]


def detail(cards: Call, *resources: Any, language: str = "en") -> str:
    [card] = cards(prefetch={"observations": bundle(*resources)}, language=language)
    return str(card["detail"])


def test_a_difference_is_told(cards: Call, here: Callable[..., None]):
    here(absent=["low_oxygen"])
    assert "differ" not in detail(cards, measured(SPO2, 97))
    told = detail(cards, measured(SPO2, 92))
    assert "Recorded and measured differ: Oxygen saturation below 94 %" in told
    assert "ऑक्सीजन 94 प्रतिशत से कम" in detail(cards, measured(SPO2, 92), language="hi")


def test_a_difference_within_what_was_sent_is_told(cards: Call, asked: Asked):
    denied = observation("low_oxygen", valueBoolean=False)
    assert "low_oxygen" in asked(denied, measured(SPO2, 92))[0]
    assert "Recorded and measured differ" in detail(cards, denied, measured(SPO2, 92))
    affirmed = observation("low_oxygen", valueBoolean=True)
    assert "low_oxygen" in asked(affirmed, measured(SPO2, 97))[0]


def test_a_difference_here_is_still_told(cards: Call, here: Callable[..., None]):
    here(spo2=88)
    here(absent=["very_low_oxygen"])
    differ = "Recorded and measured differ: {}Oxygen saturation below 90 %."
    assert differ.format("") in detail(cards)
    better = detail(cards, measured(SPO2, 97, ago=HOUR))
    assert differ.format("Oxygen saturation below 94 %, ") in better


def test_the_card_and_the_audit_say_how_many_were_sent(
    cards: Call, here: Callable[..., None], rows: Callable[..., list[Any]]
):
    here(present=["fever"], absent=["temp_over_40"])
    told = detail(cards, measured(TEMP, 38.6), measured(SPO2, 88), observation("cough"))
    assert "sent and this rests on: 4." in told
    assert "by measurements of the last 24 hours: 3." in told
    [row] = [row for row in rows(AuditRow) if row.action == "cds.call"]
    assert (row.detail["sent"], row.detail["measured"]) == (4, 3)
    assert "24" not in detail(cards, observation("cough"))


@pytest.mark.parametrize("down", [False, True], ids=["models up", "models down"])
def test_a_red_flag_that_is_sent_is_on_the_card(cards: Call, models: FakeModels, down: bool):
    models.down = down
    [card] = cards(prefetch={"o": measured(SPO2, 88)})
    assert card["indicator"] == "warning"
    assert "Oxygen saturation below 90 %" in card["detail"]


def test_ten_thousand_measurements_are_read(asked: Asked):
    many = [measured(SPO2, 90 + n % 10, ago=timedelta(minutes=n % 999 + 1)) for n in range(9999)]
    assert "very_low_oxygen" in asked(*many, measured(SPO2, 88))[0]


def test_a_day_is_counted_to_the_second():
    at = datetime(2026, 7, 1, 9, tzinfo=UTC)
    one = prefetch.Measured("x", SPO2, Decimal(88), at)
    assert prefetch.recent([one], at + timedelta(hours=24))
    assert not prefetch.recent([one], at + timedelta(hours=24, seconds=1))
    assert prefetch.recent([one], at - timedelta(minutes=5))
    assert not prefetch.recent([one], at - timedelta(minutes=5, seconds=1))
