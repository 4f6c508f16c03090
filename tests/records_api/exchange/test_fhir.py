from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from records_api.exchange.fhir import LOINC, Measured, measurements

AT = datetime(2026, 7, 1, 4, 30, tzinfo=UTC)


def coded(*codes: str) -> dict[str, Any]:
    return {"coding": [{"system": LOINC, "code": code} for code in codes]}


def quantity(value: Any, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "code": unit, "system": "http://unitsofmeasure.org"}


def observed(code: Any = "8310-5", value: Any = 38.5, unit: str = "Cel", **more: Any) -> Any:
    made = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": coded(code) if isinstance(code, str) else code,
        "effectiveDateTime": "2026-07-01T10:00:00+05:30",
        "valueQuantity": quantity(value, unit),
    } | more
    return {key: value for key, value in made.items() if value is not None}


FEVER = Measured("o1", "8310-5", Decimal("38.5"), AT)


def test_a_value_with_its_moment():
    assert measurements(observed()) == [FEVER]
    assert FEVER.unit == "Cel"
    assert measurements(observed(value=101.3, unit="[degF]")) == [FEVER]
    assert measurements(observed(valueQuantity={"value": 38.5, "unit": "Cel"})) == [FEVER]
    several = {"coding": [{"code": "386725007"}, 7, *coded("8331-1", "8310-5")["coding"]]}
    assert measurements(observed(several)) == [FEVER]


def test_pressures_are_components_of_a_panel_or_stand_alone():
    panel = observed(
        "85354-9",
        valueQuantity=None,
        component=[
            {"code": coded("8480-6"), "valueQuantity": quantity(118, "mm[Hg]")},
            {"code": coded("8462-4"), "valueQuantity": quantity(76, "mm[Hg]")},
            {"code": coded("8478-0"), "valueQuantity": quantity(90, "mm[Hg]")},
            {"code": coded("8867-4"), "dataAbsentReason": coded("unknown")},
        ],
    )
    found = {one.code: one.value for one in measurements(panel)}
    assert found == {"8480-6": 118, "8462-4": 76}
    assert [one.code for one in measurements(observed("8480-6", 118, "mm[Hg]"))] == ["8480-6"]
    panel["component"][0]["valueQuantity"]["value"] = 60
    assert measurements(panel) == [], "the wrong way round"


@pytest.mark.parametrize(
    ("effective", "at"),
    [
        ({"effectiveDateTime": "2026-07-01T04:30:00Z"}, AT),
        ({"effectiveDateTime": None, "effectiveInstant": "2026-07-01T04:30:00.000Z"}, AT),
        (
            {
                "effectiveDateTime": None,
                "effectivePeriod": {"start": "2026-06-30", "end": "2026-07-01T04:30:00Z"},
            },
            AT,
        ),
        ({"effectiveDateTime": "2026-07-01"}, None),
        ({"effectiveDateTime": "2026-07-01T10:00:00"}, None),
        ({"effectiveDateTime": "0001-01-01T00:00:00+05:30"}, None),
        ({"effectiveDateTime": "Thursday"}, None),
        ({"effectiveDateTime": 3}, None),
        ({"effectiveDateTime": None}, None),
    ],
)
def test_the_moment(effective: dict[str, Any], at: datetime | None):
    assert [one.measured_at for one in measurements(observed(**effective))] == [at]


@pytest.mark.parametrize(
    "strange",
    [
        observed(status="entered-in-error"),
        observed(status="cancelled"),
        observed(status=None),
        observed(status=["final"]),
        observed(dataAbsentReason=coded("unknown")),
        observed(code="8331-1"),
        observed(code={"coding": [{"code": "8310-5"}]}),  # of no system
        observed(code={"coding": [{"system": LOINC, "code": ["8310-5"]}]}),
        observed(value="38.5"),
        observed(value=True),
        observed(value=None),
        observed(value=float("nan")),
        observed(value=float("inf")),
        observed(value=10**400),
        observed(value=1e-320),
        observed(value=385),
        observed(unit="/min"),
        observed(valueQuantity={"value": 38.5}),
        observed(valueQuantity={"value": 38.5, "code": ["Cel"]}),
        observed(valueQuantity=quantity(38.5, "Cel") | {"comparator": ">"}),
        observed(valueQuantity=[quantity(38.5, "Cel")]),
        observed(valueQuantity=None, component=3),
        observed(valueQuantity=None, component=[None, {"code": 3, "valueQuantity": 4}]),
        {},
    ],
)
def test_what_is_not_certain_is_passed_over(strange: Any):
    assert measurements(strange) == []
