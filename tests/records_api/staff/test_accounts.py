"""Accounts: who may make them, what they may hold, and finding a doctor."""

from collections.abc import Callable
from typing import Any

import pytest

from records_api.core.context import Context
from records_api.core.errors import Invalid
from records_api.staff import passwords, service
from records_api.staff.rules import password_fault
from records_api.staff.schemas import AccountIn

BODY = {
    "username": "dr.rao",
    "name": "Dr Meera Rao",
    "password": "three words together",
    "roles": ["doctor"],
}


def test_only_an_administrator_makes_accounts(client: Any, as_actor: Callable[..., Any]) -> None:
    assert client.post("/api/accounts", json=BODY).status_code == 401
    assert client.post("/api/accounts", json=BODY, headers=as_actor("doctor")).status_code == 403
    answer = client.post("/api/accounts", json=BODY, headers=as_actor("admin"))
    assert answer.status_code == 201
    assert answer.json()["roles"] == ["doctor"]
    assert not {"password", "password_hash"} & answer.json().keys()


def test_client_does_not_choose_the_id(client: Any, as_actor: Callable[..., Any]) -> None:
    answer = client.post("/api/accounts", json={**BODY, "id": "mine"}, headers=as_actor("admin"))
    assert answer.json()["id"] != "mine"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"roles": ["system"]}, "roles"),
        ({"roles": []}, "roles"),
        ({"password": "short"}, "password"),
        ({"password": "aaaaaaaaaaaa"}, "password"),
        ({"password": "i am dr.rao and well"}, "password"),
        ({"roles": ["resident"]}, "patient_id"),
        ({"patient_id": "x"}, "patient_id"),
        ({"facility_id": "nowhere"}, "facility_id"),
        ({"username": "a b"}, "username"),
        ({"extra": 1}, "extra"),
    ],
)
def test_wrong_account_names_the_field(
    client: Any, as_actor: Callable[..., Any], wrong: dict[str, Any], field: str
) -> None:
    answer = client.post("/api/accounts", json={**BODY, **wrong}, headers=as_actor("admin"))
    assert answer.status_code in {404, 422}
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert "three words" not in answer.text


def test_taken_name_is_a_conflict(client: Any, as_actor: Callable[..., Any]) -> None:
    admin = as_actor("admin")
    client.post("/api/accounts", json=BODY, headers=admin)
    answer = client.post("/api/accounts", json=BODY | {"username": "DR.RAO"}, headers=admin)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "username")


def test_stale_change_is_refused(client: Any, as_actor: Callable[..., Any]) -> None:
    admin = as_actor("admin")
    made = client.post("/api/accounts", json=BODY, headers=admin)
    address, seen = f"/api/accounts/{made.json()['id']}", {"If-Match": made.headers["ETag"]}
    first = client.patch(address, json={"name": "Dr M Rao"}, headers=admin | seen)
    second = client.patch(address, json={"name": "Dr Rao"}, headers=admin | seen)
    assert (first.status_code, second.status_code) == (200, 412)
    assert client.get(address, headers=admin).json()["name"] == "Dr M Rao"


def test_administrator_cannot_lock_themself_out(
    client: Any, make_actor: Callable[..., Any], as_actor: Callable[..., Any]
) -> None:
    me = make_actor("admin")
    answer = client.patch(
        f"/api/accounts/{me.id}", json={"disabled": True}, headers=as_actor("admin", id=me.id)
    )
    assert answer.status_code == 403


def test_search_finds_doctors_and_no_residents(
    client: Any, as_actor: Callable[..., Any], ctx: Callable[..., Context]
) -> None:
    acting = ctx("system")
    people = [("meera", "Dr Meera Rao", "doctor"), ("mohan", "Mohan Rao", "nurse")]
    service.create_many(
        acting,
        [
            AccountIn(username=u, name=n, password="three words together", roles=[r])
            for u, n, r in people
        ],
        hasher=passwords.CHEAP,
    )
    acting.session.commit()
    asking = as_actor("clerk")

    def names(**query: str) -> list[str]:
        found = client.get("/api/staff", params=query, headers=asking).json()
        return [account["name"] for account in found]

    assert names(text="rao") == ["Dr Meera Rao", "Mohan Rao"]
    assert names(text="RAO meera") == ["Dr Meera Rao"]
    assert names(text="rao", role="nurse") == ["Mohan Rao"]
    assert names(text="100%") == []
    assert client.get("/api/staff").status_code == 401


def test_nobody_is_made_when_one_of_many_is_wrong(ctx: Callable[..., Context]) -> None:
    acting = ctx("system")
    good = AccountIn(username="good", name="Good", password="three words together", roles=["nurse"])
    bad = good.model_copy(update={"username": "bad", "password": "short"})
    with pytest.raises(Invalid):
        service.create_many(acting, [good, bad], hasher=passwords.CHEAP)
    acting.session.rollback()
    assert service.search(acting, "Good") == []


def test_password_rules() -> None:
    assert password_fault("three words together", "rao") is None
    assert password_fault("123456789", "rao") is not None
    assert password_fault("abababababab", "rao") is not None
