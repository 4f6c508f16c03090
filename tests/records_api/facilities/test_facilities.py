"""The register of facilities and its tree of districts."""

from collections.abc import Callable
from time import process_time
from typing import Any

import pytest

from records_api.core.context import Context
from records_api.core.errors import Conflict, Invalid
from records_api.facilities import service
from records_api.facilities.rules import below, closes_circle
from records_api.facilities.schemas import DistrictIn, FacilityIn

Headers = Callable[..., dict[str, str]]
TREE = [
    DistrictIn(code="delhi", name_en="Delhi"),
    DistrictIn(code="south", name_en="South", name_hi="दक्षिण", parent="delhi"),
    DistrictIn(code="okhla", name_en="Okhla", parent="south"),
    DistrictIn(code="north", name_en="North", parent="delhi"),
]


def facility(code: str, district: str = "okhla", **more: Any) -> FacilityIn:
    values = {"name": f"Clinic {code}", "kind": "mohalla_clinic", "district": district}
    return FacilityIn(**({"code": code} | values | more))


@pytest.fixture
def acting(ctx: Callable[..., Context]) -> Context:
    made = ctx("system")
    service.put_districts(made, TREE)
    made.session.commit()
    return made


def test_tree() -> None:
    parents = {"delhi": None, "south": "delhi", "okhla": "south", "north": "delhi"}
    assert below("south", parents) == {"south", "okhla"}
    assert closes_circle("south", "okhla", parents)
    assert not closes_circle("okhla", "north", parents)
    assert not closes_circle("delhi", None, parents)


def test_districts_are_put_again_without_change(acting: Context) -> None:
    assert service.put_districts(acting, TREE) == 0
    renamed = TREE[1].model_copy(update={"name_en": "South Delhi"})
    assert service.put_districts(acting, [renamed]) == 1


@pytest.mark.parametrize(("code", "parent"), [("south", "okhla"), ("new", "nowhere")])
def test_impossible_tree_is_refused(acting: Context, code: str, parent: str) -> None:
    with pytest.raises(Invalid) as refused:
        service.put_districts(acting, [DistrictIn(code=code, name_en="X", parent=parent)])
    assert refused.value.field == "parent"


def test_list_by_district_kind_and_words(acting: Context, client: Any) -> None:
    service.create_many(
        acting,
        [
            facility("A", name="Okhla Clinic"),
            facility("B", "south", name="Saket Hospital", kind="hospital", name_hi="साकेत"),
            facility("C", "north", name="Civil Lines Clinic"),
        ],
    )
    acting.session.commit()

    def codes(**query: Any) -> list[str]:
        return [row["code"] for row in client.get("/api/facilities", params=query).json()]

    assert codes() == ["C", "A", "B"]  # by name
    assert codes(district="south") == ["A", "B"]
    assert codes(district="delhi", kind="hospital") == ["B"]
    assert codes(text="clinic okh") == ["A"]
    assert codes(text="साकेत") == ["B"]
    assert codes(text="%") == []
    assert codes(district="nowhere") == []


def test_pages_follow_each_other(acting: Context, client: Any) -> None:
    service.create_many(acting, [facility(f"F{n}", name="Same name") for n in range(5)])
    acting.session.commit()
    seen: list[str] = []
    after = None
    while page := client.get(
        "/api/facilities", params={"limit": 2} | ({"after": after} if after else {})
    ).json():
        seen += [row["code"] for row in page]
        after = page[-1]["id"]
    assert sorted(seen) == [f"F{n}" for n in range(5)]


def test_only_administrators_change_the_register(
    acting: Context, client: Any, as_actor: Headers
) -> None:
    body = facility("A").model_dump()
    assert client.post("/api/facilities", json=body).status_code == 401
    assert client.post("/api/facilities", json=body, headers=as_actor("clerk")).status_code == 403
    admin = as_actor("admin")
    made = client.post("/api/facilities", json=body | {"id": "mine"}, headers=admin)
    assert made.status_code == 201
    assert made.json()["id"] != "mine"
    assert client.post("/api/facilities", json=body, headers=admin).status_code == 409
    address = f"/api/facilities/{made.json()['id']}"
    seen = {"If-Match": made.headers["ETag"]}
    changed = client.patch(address, json={"name": "New"}, headers=admin | seen)
    assert (changed.json()["name"], changed.json()["version"]) == ("New", 2)
    assert client.patch(address, json={"name": "Old"}, headers=admin | seen).status_code == 412
    assert client.get(address).json()["name"] == "New"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"district": "nowhere"}, "district"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"kind": "tent"}, "kind"),
        ({"latitude": 91}, "latitude"),
        ({"code": "a b"}, "code"),
    ],
)
def test_wrong_facility_names_the_field(
    acting: Context, client: Any, as_actor: Headers, wrong: dict[str, Any], field: str
) -> None:
    body = facility("A").model_dump() | wrong
    answer = client.post("/api/facilities", json=body, headers=as_actor("admin"))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_doubled_code_in_one_go_writes_nothing(acting: Context) -> None:
    with pytest.raises(Conflict):
        service.create_many(acting, [facility("A"), facility("A")])
    acting.session.rollback()
    assert service.find(acting) == []


def test_many_at_once_with_ids_of_their_source(acting: Context) -> None:
    began = process_time()
    ids = service.create_many(
        acting, [facility(f"F{n}", id=f"id-{n}") for n in range(2000)], synthetic=True
    )
    acting.session.commit()
    assert ids[7] == "id-7"
    assert service.exists(acting, "id-1999")
    assert not service.exists(acting, "id-2000")
    assert 2000 / (process_time() - began) > 1000  # a third of what an import needs
