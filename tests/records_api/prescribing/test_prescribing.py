"""Prescribing in an encounter, and supplying against it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from records_api.consent import service as consent
from records_api.consent.schemas import GrantIn
from records_api.core.context import Actor, Context
from records_api.core.db import Database
from records_api.core.errors import Forbidden, Invalid
from records_api.encounters.tables import Encounter
from records_api.facilities import service as facilities
from records_api.facilities.schemas import DistrictIn, FacilityIn
from records_api.patients import service as patients
from records_api.patients.schemas import PatientIn
from records_api.pharmacy import service as pharmacy
from records_api.pharmacy.schemas import DispenseIn, ItemIn, ReceiveIn
from records_api.pharmacy.tables import Dispense
from records_api.prescribing import service
from records_api.prescribing.schemas import PrescriptionRecord
from records_api.prescribing.tables import Prescription


class Visit:
    """A resident who opened the record to a doctor and a pharmacist, in an open encounter."""

    def __init__(self, acting: Context, make_actor: Callable[..., Actor]) -> None:
        self.doctor, self.pharmacist = make_actor("doctor"), make_actor("pharmacist")
        facilities.put_districts(acting, [DistrictIn(code="delhi", name_en="Delhi")])
        self.facility = facilities.create(
            acting, FacilityIn(code="D", name="D", kind="dispensary", district="delhi")
        ).id
        items = [ItemIn(code=code, name=code, unit="{tbl}") for code in ("PCM", "ORS")]
        self.items = pharmacy.add_items(acting, items)
        self.patient = patients.register(
            acting, PatientIn(name="Asha", sex="F", birth_date="1988-04-12")
        ).id
        for actor in (self.doctor, self.pharmacist):
            consent.grant(acting, self.patient, GrantIn(grantee_id=actor.id))
        now = datetime.now(UTC)
        encounter = Encounter(patient_id=self.patient, started_at=now, recorded_at=now)
        acting.session.add(encounter)
        acting.session.commit()
        self.encounter = encounter.id


@pytest.fixture
def visit(ctx: Callable[..., Context], make_actor: Callable[..., Actor]) -> Visit:
    acting = ctx("system")
    made = Visit(acting, make_actor)
    acting.session.commit()
    return made


@pytest.fixture
def prescribe(client: Any, visit: Visit, as_actor: Callable[..., Any]) -> Callable[..., Any]:
    def call(*lines: tuple[str, str], **headers: str) -> Any:
        body = [
            {
                "item_id": visit.items.get(code, code),
                "quantity": quantity,
                "directions": "one a day",
            }
            for code, quantity in lines
        ]
        return client.post(
            f"/api/encounters/{visit.encounter}/prescriptions",
            json=body,
            headers=as_actor("doctor", id=visit.doctor.id) | headers,
        )

    return call


def test_doctor_prescribes_and_reads(
    prescribe: Callable[..., Any], client: Any, visit: Visit, as_actor: Callable[..., Any]
) -> None:
    made = prescribe(("PCM", "15"), ("ORS", "4"))
    assert made.status_code == 201
    assert [Decimal(row["quantity"]) for row in made.json()] == [15, 4]
    doctor = as_actor("doctor", id=visit.doctor.id)
    of_visit = client.get(f"/api/encounters/{visit.encounter}/prescriptions", headers=doctor)
    of_patient = client.get(f"/api/patients/{visit.patient}/prescriptions", headers=doctor)
    assert len(of_visit.json()) == len(of_patient.json()) == 2


def test_without_consent_nothing_is_read_or_written(
    client: Any, visit: Visit, as_actor: Callable[..., Any], prescribe: Callable[..., Any]
) -> None:
    prescribe(("PCM", "15"))
    stranger = as_actor("doctor")
    address = f"/api/encounters/{visit.encounter}/prescriptions"
    body = [{"item_id": visit.items["PCM"], "quantity": "1", "directions": "x"}]
    assert client.get(address, headers=stranger).status_code == 403
    assert client.post(address, json=body, headers=stranger).status_code == 403
    nurse = as_actor("nurse")
    assert client.post(address, json=body, headers=nurse).status_code == 403


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ([("PCM", "0")], "0.quantity"),
        ([("PCM", "1"), ("PCM", "2")], "item_id"),
        ([("PCM", "1"), ("unknown", "2")], "item_id"),
        ([], "body"),
    ],
)
def test_wrong_prescription_writes_nothing(
    prescribe: Callable[..., Any],
    database: Database,
    lines: list[tuple[str, str]],
    field: str,
) -> None:
    answer = prescribe(*lines)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    with database.transaction() as session:
        assert session.scalars(select(Prescription)).all() == []


def test_closed_encounter_takes_none(
    prescribe: Callable[..., Any], visit: Visit, database: Database
) -> None:
    with database.transaction() as session:
        session.get_one(Encounter, visit.encounter).status = "closed"
    assert prescribe(("PCM", "1")).status_code == 409


@pytest.fixture
def prescription(prescribe: Callable[..., Any], visit: Visit, ctx: Callable[..., Context]) -> str:
    acting = ctx("system")
    stock = ReceiveIn(item_id=visit.items["PCM"], number="A", quantity=Decimal(100))
    pharmacy.receive(acting, visit.facility, stock)
    acting.session.commit()
    return str(prescribe(("PCM", "15")).json()[0]["id"])


def test_supply_against_a_prescription_never_exceeds_it(
    client: Any, visit: Visit, prescription: str, as_actor: Callable[..., Any]
) -> None:
    pharmacist = as_actor("pharmacist", id=visit.pharmacist.id)

    def supply(quantity: str, **more: Any) -> Any:
        body = {
            "item_id": visit.items["PCM"],
            "quantity": quantity,
            "prescription_id": prescription,
        }
        address = f"/api/facilities/{visit.facility}/dispenses"
        return client.post(address, json=body | more, headers=pharmacist)

    assert supply("10").json()["patient_id"] == visit.patient
    over = supply("6")
    assert (over.status_code, over.json()["errors"][0]["field"]) == (422, "quantity")
    assert "5" in over.json()["detail"]
    assert supply("5").status_code == 201
    assert supply("1").status_code == 422
    assert supply("1", item_id=visit.items["ORS"]).json()["errors"][0]["field"] == "item_id"
    assert supply("1", patient_id="other").json()["errors"][0]["field"] == "patient_id"


def test_supply_to_a_resident_needs_their_consent(
    client: Any, visit: Visit, prescription: str, as_actor: Callable[..., Any]
) -> None:
    body = {"item_id": visit.items["PCM"], "quantity": "1"}
    address = f"/api/facilities/{visit.facility}/dispenses"
    stranger = as_actor("pharmacist")
    for named in ({"prescription_id": prescription}, {"patient_id": visit.patient}):
        assert client.post(address, json=body | named, headers=stranger).status_code == 403
    assert client.post(address, json=body, headers=stranger).status_code == 201


def test_many_pharmacists_at_once_supply_one_prescription_once(
    visit: Visit, prescription: str, database: Database
) -> None:
    data = DispenseIn(
        item_id=visit.items["PCM"], quantity=Decimal(15), prescription_id=prescription
    )

    def supply(_: int) -> bool:
        with database.session() as session:
            try:
                pharmacy.dispense(Context(session, visit.pharmacist), visit.facility, data)
                session.commit()
            except Invalid:
                return False
            return True

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(supply, range(12))) == 1
    with database.transaction() as session:
        assert [row.supplied for row in session.scalars(select(Dispense))] == [15]


def test_history_is_written_by_the_system_alone(visit: Visit, ctx: Callable[..., Context]) -> None:
    then = datetime(2023, 5, 1, tzinfo=UTC)
    record = PrescriptionRecord(
        "p-1", visit.encounter, visit.patient, visit.items["PCM"], 10, "one a day", "somebody", then
    )
    with pytest.raises(Forbidden):
        service.prescribe_many(ctx("doctor"), [record])
    acting = ctx("system")
    assert service.prescribe_many(acting, [record]) == 1
    acting.session.commit()
    (row,) = service.of_patient(acting, visit.patient)
    assert (row.id, row.quantity, row.recorded_at) == ("p-1", 10, then)
