"""Findings and conditions: found by words in both languages, and corrected by code."""

from collections.abc import Callable
from time import process_time
from typing import Any

import pytest

from records_api.core.context import Context
from records_api.terminology import repository, service
from records_api.terminology.schemas import ConceptIn, Counts

CONCEPTS = [
    ConceptIn(
        code="dengue", kind="condition", name_en="Dengue fever", name_hi="डेंगू बुखार", icd10="A90"
    ),
    ConceptIn(code="E_91", kind="finding", name_en="Fever", name_hi="बुखार"),
    ConceptIn(code="E_92", kind="finding", name_en="High fever at night", parent="E_91"),
    ConceptIn(code="E_54_@_V_180", kind="finding", name_en="Pain: 100% of the day"),
]


@pytest.fixture
def acting(ctx: Callable[..., Context]) -> Context:
    made = ctx("system")
    service.add_many(made, CONCEPTS, source="test")
    made.session.commit()
    return made


def codes(acting: Context, text: str, kind: str | None = None) -> list[str]:
    return [row.code for row in service.search(acting, text, kind)]


def test_what_begins_with_the_words_comes_first(acting: Context) -> None:
    assert codes(acting, "fever") == ["E_91", "dengue", "E_92"]
    assert codes(acting, "FEVER hi") == ["E_92"]
    assert codes(acting, "fever", "condition") == ["dengue"]
    assert codes(acting, "बुखार") == ["E_91", "dengue"]
    assert codes(acting, "a90") == ["dengue"]
    assert codes(acting, "E_54") == ["E_54_@_V_180"]
    assert codes(acting, "100%") == ["E_54_@_V_180"]
    assert codes(acting, "E%4") == []


def test_what_only_an_alias_names_comes_last(acting: Context) -> None:
    told = {"aliases": ["night fever", 'said "hydrophobia"'], "measured": "of nothing"}
    water = ConceptIn(code="E_93", kind="finding", name_en="Spasms on drinking", detail=told)
    service.add_many(acting, [water], source="test")
    assert codes(acting, "hydrophobia") == codes(acting, "spasms HYDRO") == ["E_93"]
    assert codes(acting, "fever night") == ["E_92", "E_93"]
    assert codes(acting, "fever")[-1] == "E_93"
    assert codes(acting, "nothing") == [], "what else is told of a finding is no name"
    assert codes(acting, "  ")[0] == "E_91"


def test_second_time_nothing_changes_and_corrections_are_counted(acting: Context) -> None:
    again = service.add_many(acting, CONCEPTS, source="test")
    assert again == Counts(added=0, changed=0, unchanged=4)
    corrected = [CONCEPTS[1].model_copy(update={"severity": 3}), *CONCEPTS[2:]]
    assert service.add_many(acting, corrected, source="other") == Counts(changed=1, unchanged=2)
    assert repository.get(acting.session, "E_91").severity == 3


def test_over_http(acting: Context, client: Any, as_actor: Callable[..., Any]) -> None:
    doctor, admin = as_actor("doctor"), as_actor("admin")
    assert client.get("/api/concepts", params={"text": "fever"}).status_code == 401
    found = client.get("/api/concepts", params={"text": "fever", "limit": 1}, headers=doctor)
    assert [row["code"] for row in found.json()] == ["E_91"]
    assert client.get("/api/concepts/E_54_@_V_180", headers=doctor).json()["kind"] == "finding"
    assert client.get("/api/concepts/none", headers=doctor).status_code == 404
    body = [{"code": "flu", "kind": "condition", "name_en": "Influenza"}]
    assert client.post("/api/concepts", json=body, headers=doctor).status_code == 403
    assert client.post("/api/concepts", json=body, headers=admin).json()["added"] == 1
    wrong = client.post("/api/concepts", json=[body[0] | {"severity": 9}], headers=admin)
    assert wrong.json()["errors"][0]["field"] == "0.severity"


def test_a_vocabulary_at_once(ctx: Callable[..., Context]) -> None:
    acting = ctx("system")
    many = [
        ConceptIn(code=f"C{n}", kind="condition", name_en=f"Condition {n}") for n in range(3000)
    ]
    began = process_time()
    assert service.add_many(acting, many, source="test").added == 3000
    acting.session.commit()
    assert 3000 / (process_time() - began) > 1000  # a third of what an import needs


def test_of_a_question_with_values_the_values_are_found(acting: Context) -> None:
    made = [
        ConceptIn(code=code, kind="finding", name_en=name, parent=parent, detail={"answer": answer})
        for code, name, parent, answer in (
            ("phlegm", "Phlegm", None, "yes_no"),
            ("look", "Look of phlegm", "phlegm", "one"),
            ("look_@_rusty", "Look of phlegm: rusty", "look", "one"),
        )
    ]
    service.add_many(acting, made, source="test")
    assert [c.code for c in service.search(acting, "phlegm")] == ["phlegm", "look_@_rusty"]
