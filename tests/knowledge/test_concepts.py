"""A catalogue as concepts: what a desk shows of each is all there."""

import pytest

from knowledge import catalogue
from knowledge.concepts import concepts
from knowledge.errors import CatalogueError
from tests.knowledge.conftest import Small


def test_a_yes_no_finding_is_one_concept(small: Small) -> None:
    made = {c["code"]: c for c in concepts(catalogue.load(small.write()))}
    assert made["fever"] == {
        "code": "fever",
        "kind": "finding",
        "name_en": "Fever",
        "name_hi": "बुख़ार",
        "parent": None,
        "detail": {
            "question_en": "Do you have fever?",
            "question_hi": "क्या आपको बुख़ार है?",
            "kind": "symptom",
            "answer": "yes_no",
            "is_antecedent": False,
            "aliases": ["fever word"],
        },
    }


def test_what_decides_a_finding_by_measurement_stands_with_it(small: Small) -> None:
    limits = {"codes": ["8310-5"], "at_least": 38.0, "below_age": 5.0}
    small.findings[0].update(kind="vital", measured=[limits])
    made = {c["code"]: c["detail"] for c in concepts(catalogue.load(small.write()))}
    assert made["fever"]["measured"] == [limits]
    assert "measured" not in made["cough"], "the records look for those that have it"


def test_a_question_with_answers_is_one_concept_and_one_an_answer(small: Small) -> None:
    made = list(concepts(catalogue.load(small.write())))
    codes = [c["code"] for c in made if c["code"].startswith("rash_kind")]
    assert codes == ["rash_kind", "rash_kind_@_flat", "rash_kind_@_raised"]
    named = {c["code"]: c for c in made}
    assert named["rash_kind"]["parent"] == "rash"
    flat = named["rash_kind_@_flat"]
    assert (flat["parent"], flat["name_en"]) == ("rash_kind", "Kind of rash: flat")
    assert flat["name_hi"] == "चकत्तों की क़िस्म: चपटे"
    assert flat["detail"]["question_en"] == "What is the rash like?"
    assert flat["detail"]["answer"] == "one"


def test_a_condition_tells_its_care_and_names_its_sources_in_full(small: Small) -> None:
    small.conditions[0]["citations"] = []  # but its treatment follows one
    made = {c["code"]: c for c in concepts(catalogue.load(small.write()))}
    assert made["dengue"]["icd10"] == "A97.0"
    assert made["dengue"]["detail"] == {
        "aliases": ["dengue alias"],
        "red_flags": [{"findings": ["pallor", "fever"], "why": "both at once"}],
        "first_tests": ["Blood count"],
        "treatment": {"text": "Rest.", "source": "guide-2020"},
        "contraindications": [{"kind": "age", "text": "Not below one year."}],
        "referral": {"when": "No better in two days", "where": "Hospital"},
        "findings": {
            key: link.get("frequency", link) if isinstance(link, dict) else link
            for key, link in small.conditions[0]["findings"].items()
        },
        "rate": made["dengue"]["detail"]["rate"],
        "citations": [
            {
                "id": "guide-2020",
                "title": "A guideline",
                "publisher": "A body",
                "year": 2020,
                "url": None,
            }
        ],
    }


def test_a_study_of_frequencies_is_no_source_of_advice(small: Small) -> None:
    study = {"id": "a-study-2019", "title": "A study", "publisher": "A journal", "year": 2019}
    small.citations.append(study)
    key = next(iter(small.conditions[0]["findings"]))
    small.conditions[0]["findings"][key] = {"frequency": 0.5, "source": "a-study-2019"}
    made = {c["code"]: c for c in concepts(catalogue.load(small.write()))}
    detail = made["dengue"]["detail"]
    assert detail["findings"][key] == 0.5
    assert [cited["id"] for cited in detail["citations"]] == ["guide-2020"]


def test_a_code_names_one_thing(small: Small) -> None:
    small.findings[0]["id"] = "dengue"
    assert "condition dengue: a finding has this id: a code names one thing" in small.faults()
    with pytest.raises(CatalogueError, match="dengue: a finding and a condition"):
        list(concepts(catalogue.load(small.folder)))


def test_every_concept_of_delhi_has_a_parent_that_is_one() -> None:
    made = {c["code"]: c for c in concepts(catalogue.delhi())}
    parents = {c["parent"] for c in made.values() if c.get("parent")}
    assert parents <= made.keys()
    assert {key for f in catalogue.delhi().findings for key in f.keys} <= made.keys()


def test_a_rate_says_at_which_ages_its_bands_begin(small: Small) -> None:
    small.conditions[0]["rate"] = {"per_thousand": 12.0, "source": "judgement", "female": 0.8}
    made = {c["code"]: c["detail"] for c in concepts(catalogue.load(small.write()))}
    rate = made["dengue"]["rate"]
    assert (rate["per_thousand"], rate["female"], rate["male"]) == (12.0, 0.8, 1.0)
    assert len(rate["months"]) == 12
    assert dict(zip(rate["ages_from"], rate["ages"], strict=True)) == dict.fromkeys(
        (0, 5, 18, 45, 65), 1.0
    )
