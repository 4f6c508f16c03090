"""No endpoint answers 5xx to anything a client can send: schemathesis draws it from the OpenAPI document."""

from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from records_api.core.context import Context, Role
from records_api.encounters.tables import Encounter
from records_api.facilities import service as facilities
from records_api.facilities.schemas import DistrictIn, FacilityIn
from records_api.notes.tables import Note
from records_api.patients import service as patients
from records_api.patients.schemas import PatientIn
from records_api.pharmacy import service as pharmacy
from records_api.pharmacy.schemas import ItemIn, ReceiveIn
from tests.records_api.models.fake import FakeModels

SECONDS = 60  # for all endpoints together
FUZZER = "fuzzer"  # whose draft the known note is
EXAMPLES = 8  # of each endpoint and way of drawing


@pytest.fixture
def models() -> FakeModels:
    return FakeModels()


@pytest.fixture
def known(ctx: Callable[..., Context]) -> dict[str, str]:
    """Path parameters that lead somewhere, so that requests get past 'not found'."""
    acting = ctx("system")
    facilities.put_districts(acting, [DistrictIn(code="delhi", name_en="Delhi")])
    facility = facilities.create(
        acting, FacilityIn(code="D", name="D", kind="dispensary", district="delhi")
    ).id
    item = pharmacy.add_items(acting, [ItemIn(code="PCM", name="PCM", unit="{tbl}")])["PCM"]
    stock = ReceiveIn(item_id=item, number="A", quantity=1000)
    batch = pharmacy.receive(acting, facility, stock).id
    patient = patients.register(acting, PatientIn(name="Asha", sex="F", birth_date="1988-04-12")).id
    encounter = Encounter(patient_id=patient, started_at=acting.now, recorded_at=acting.now)
    acting.session.add(encounter)
    acting.session.flush()
    note = Note(
        encounter_id=encounter.id, author_id=FUZZER, draft="x", text="x", recorded_at=acting.now
    )
    acting.session.add(note)
    acting.session.commit()
    return {
        "facility_id": facility,
        "item_id": item,
        "batch_id": batch,
        "patient_id": patient,
        "encounter_id": encounter.id,
        "note_id": note.id,
    }


@pytest.fixture
def everybody(as_actor: Callable[..., Any], known: dict[str, str]) -> dict[str, str]:
    """One who holds every role, and whose own record is the known one."""
    roles = [role for role in Role if role is not Role.SYSTEM]
    headers: dict[str, str] = as_actor(
        "admin", id=FUZZER, also=roles, patient_id=known["patient_id"]
    )
    return headers


@pytest.mark.parametrize("way", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_input_makes_the_server_fail(
    client: Any, known: dict[str, str], everybody: dict[str, str], way: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_dict(client.app.openapi())
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 40
    until, tried, failed = monotonic() + SECONDS / 2, set(), []
    for operation in operations:
        if monotonic() > until:
            break
        tried.add(operation.label)
        failed += _try(client, operation, known, everybody, way, until)
    assert not failed
    assert len(tried) > 20, "too slow a machine to say anything"


def _try(
    client: Any,
    operation: Any,
    known: dict[str, str],
    headers: dict[str, str],
    way: GenerationMode,
    until: float,
) -> list[str]:
    failed: list[str] = []

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=way), real=st.booleans())
    def run(case: Any, real: bool) -> None:
        if monotonic() > until:
            return
        if real:
            case.path_parameters = {
                name: known.get(name, value) for name, value in (case.path_parameters or {}).items()
            }
        request = case.as_transport_kwargs(base_url="http://test")
        request["headers"] = {**request["headers"], **headers}
        request.pop("cookies", None)
        if isinstance(request.get("data"), bytes | str):
            request["content"] = request.pop("data")
        answer = client.request(**request)
        if answer.status_code >= 500:  # an error that no handler knows is raised right here
            failed.append(f"{operation.label}: {answer.status_code} to {request}")

    with suppress(Unsatisfiable):  # an endpoint without input has no wrong one
        run()
    return failed
