"""The linter finds each kind of fault, and finds none where there is none."""

from pathlib import Path
from typing import Any

import pytest

from knowledge.catalogue import load
from knowledge.lint import check
from tests.knowledge.conftest import Break, Small

TEMP = {"codes": ["8310-5"], "at_least": 38}


def vital(small: Small, measure: dict[str, Any]) -> None:
    small.findings[0].update(kind="vital", measured=[measure])


def test_a_sound_catalogue_has_no_fault(small: Small) -> None:
    assert small.faults() == []
    vital(small, {**TEMP, "from_age": 0.5, "below_age": 5, "source": "guide-2020"})
    assert small.faults() == []
    small.citations.append({**small.citations[0], "id": "limits-2021"})
    vital(small, {**TEMP, "source": "limits-2021"})
    assert small.faults() == [], "a limit takes from a citation too"


@pytest.mark.parametrize(
    ("wreck", "said"),
    [
        (lambda s: s.findings.append(s.findings[0]), "finding fever: the id is given twice"),
        (lambda s: s.conditions.append(s.conditions[0]), "condition dengue: the id is given twice"),
        (lambda s: s.citations.append(s.citations[0]), "citation guide-2020: the id is given twice"),
        (lambda s: s.conditions[0].update(id="Dengue!"), "an id has small letters"),
        (lambda s: s.findings[1].update(aliases=["FEVER  word"]), "“fever word” also names cough"),
        (lambda s: s.findings[1].update(aliases=["fever"]), "“fever” also names cough"),
        (lambda s: s.findings[1].update(aliases=["c", "c"]), "the alias “c” is given twice"),
        (lambda s: s.conditions[1].update(aliases=["dengue"]), "“dengue” also names measles"),
        (lambda s: s.findings[0].update(parent="heat"), "fever: its parent heat does not exist"),
        (
            lambda s: (s.findings[2].update(parent="rash_kind")),
            "finding rash: its parents go round in a circle at rash",
        ),
        (lambda s: s.findings[0].update(answer="one"), "has values if and only if"),
        (lambda s: s.findings[5].update(values=[]), "has values if and only if"),
        (lambda s: s.findings[5]["values"][0].update(id="raised"), "two of its values"),
        (lambda s: s.findings[5].update(default="none"), "its default none is none of its values"),
        (lambda s: s.findings[0].update(question_hi="Kya bukhar hai?"), "question_hi is not in"),
        (lambda s: s.findings[0].update(name_hi="बुख़ार fever"), "name_hi is not in Devanagari"),
        (lambda s: s.findings[0].update(measured=[TEMP]), "only a vital sign or a test"),
        (lambda s: vital(s, {**TEMP, "codes": ["8310-6"]}), "8310-6 is not a code of LOINC"),
        (lambda s: vital(s, {**TEMP, "minus": "x"}), "measured: x is not a code of LOINC"),
        (lambda s: vital(s, {"codes": ["8310-5"]}), "give at_least or below, one of them"),
        (lambda s: vital(s, {**TEMP, "below": 40}), "give at_least or below, one of them"),
        (lambda s: vital(s, {**TEMP, "at_least": 0}), "a limit of 0 cannot be"),
        (lambda s: vital(s, {**TEMP, "at_least": 1e9}), "a limit of 1e+09 cannot be"),
        (lambda s: vital(s, {**TEMP, "from_age": 5, "below_age": 5}), "and less than below_age"),
        (lambda s: vital(s, {**TEMP, "from_age": -1}), "from_age is 0 or more"),
        (lambda s: vital(s, {**TEMP, "below_age": 131}), "an age of 131 cannot be"),
        (lambda s: vital(s, {**TEMP, "source": "lost"}), "the citation lost does not exist"),
        (lambda s: s.findings[0].pop("name_hi"), "fever: name_hi is missing"),
        (lambda s: s.findings[5]["values"][0].pop("name_hi"), "values.flat.name_hi is missing"),
        (lambda s: s.findings[0].update(name_en="बुख़ार"), "name_en is English and has"),
        (lambda s: s.conditions[0].update(name_hi="Dengue"), "dengue: name_hi is not in"),
        (lambda s: s.conditions[0].update(icd10="A9"  "7.012"), "icd10 A97.012 is not one code of the WHO"),
        (lambda s: s.conditions[0].update(icd10="A97, B05"), "is not one code of the WHO"),
        (lambda s: s.conditions[0].update(findings={"fever": 0.5}), "has fewer than 5 findings"),
        (lambda s: s.conditions[0]["findings"].update(heat=0.5), "there is no finding heat"),
        (lambda s: s.conditions[0]["findings"].update(fever=1.0), "1.0 is not between 0 and 1"),
        (lambda s: s.conditions[0]["findings"].update(fever=0), "0.0 is not between 0 and 1"),
        (lambda s: s.conditions[0]["findings"].update(rash_kind=0.3), "has several answers"),
        (
            lambda s: s.conditions[0]["findings"].update({"rash_kind_@_raised": 0.3}),
            "findings.rash_kind (0.7) follows rash (0.6)",
        ),
        (lambda s: s.conditions[0]["findings"].pop("rash"), "rash_kind (0.4) follows rash (0)"),
        (
            lambda s: s.conditions[0]["findings"].update(fever={"frequency": 0.5}),
            "findings.fever has no source",
        ),
        (
            lambda s: s.conditions[0]["findings"].update(fever={"source": "guide-2020"}),
            "findings.fever has no frequency",
        ),
        (
            lambda s: s.conditions[0]["findings"].update(fever={"frequency": 0.5, "source": "x"}),
            "the citation x does not exist",
        ),
        (lambda s: s.conditions[0]["red_flags"][0].update(findings=["heat"]), "red_flags: there"),
        (lambda s: s.conditions[0].update(citations=["lost"]), "the citation lost does not exist"),
        (lambda s: s.citations.append({**s.citations[0], "id": "b"}), "citation b: nothing is taken"),
        (
            lambda s: s.citations.append({**s.citations[0], "id": "judgement"}),
            "the word stands for having no source",
        ),
        (lambda s: s.conditions[0].pop("red_flags"), "dengue: red_flags is missing"),
        (lambda s: s.conditions[0].pop("first_tests"), "dengue: first_tests is missing"),
        (lambda s: s.conditions[0].pop("referral"), "dengue: referral is missing"),
        (lambda s: s.conditions[0].pop("treatment"), "dengue: treatment is missing"),
        (lambda s: s.conditions[0].pop("specialty"), "dengue: specialty is missing"),
        (lambda s: s.conditions[0].pop("rate"), "dengue: rate is missing"),
        (lambda s: s.conditions[0]["rate"].update(per_thousand=0), "0.0 a thousand a year cannot"),
        (lambda s: s.conditions[0]["rate"].update(per_thousand=1001), "cannot be"),
        (lambda s: s.conditions[0]["rate"].update(ages=[1, 1]), "needs 5 ages and 12 months"),
        (lambda s: s.conditions[0]["rate"].update(months=[1] * 11), "needs 5 ages and 12 months"),
        (lambda s: s.conditions[0]["rate"].update(female=-1), "a factor of -1.0 cannot be"),
        (lambda s: s.conditions[0]["rate"].update(months=[2] * 12), "months average 2.00 and not 1"),
        (lambda s: s.conditions[0]["rate"].update(ages=[2] * 5), "ages average 2.00 and not 1"),
        (lambda s: s.conditions[0]["rate"].update(female=1.5), "sexes average 1.25 and not 1"),
        (
            lambda s: s.findings.append({**s.findings[1], "id": "sneeze", "name_en": "S",
                                         "name_hi": "छींक", "aliases": []}),
            "finding sneeze: no condition names it",
        ),
        (
            lambda s: s.conditions[1]["findings"].pop("rash_kind_@_raised"),
            "no condition names rash_kind_@_raised",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_named(small: Small, wreck: Break, said: str) -> None:
    wreck(small)
    faults = small.faults()
    assert any(said in fault for fault in faults), faults


def test_a_mild_condition_may_do_without_red_flags_tests_and_referral(small: Small) -> None:
    for field in ("red_flags", "first_tests", "referral"):
        small.conditions[0].pop(field)
    small.conditions[0]["severity"] = 3
    assert small.faults() == []


def test_what_is_missing_is_told_from_what_is_broken(small: Small) -> None:
    small.conditions[0].pop("rate")
    small.findings[0]["parent"] = "heat"
    kinds = {str(fault): fault.kind for fault in check(load(small.write()))}
    assert kinds == {
        "finding fever: its parent heat does not exist": "broken",
        "condition dengue: rate is missing": "missing",
    }


def test_a_circle_ends_for_those_above_which_it_lies(small: Small) -> None:
    small.findings[0]["parent"] = "cough"
    small.findings[1]["parent"] = "cough"
    assert len([fault for fault in small.faults() if "circle at cough" in fault]) == 2


@pytest.mark.shared_data
def test_of_ddxplus_it_says_what_the_release_leaves_open(shared_data: Path) -> None:
    broken = [str(f) for f in check(load(shared_data / "diagnosis")) if f.kind == "broken"]
    wrong = " is not one code of the WHO, as A97.0"
    assert sorted(broken) == [
        f"condition Acute dystonic reactions: icd10 G24.02{wrong}",
        f"condition Acute otitis media: icd10 H66.90{wrong}",
        f"condition Acute pulmonary edema: icd10 J81.0{wrong}",
        f"condition Atrial fibrillation: icd10 I48.91{wrong}",
        f"condition Cluster headache: icd10 G44.009{wrong}",
        f"condition Pneumonia: icd10 J17, J18{wrong}",
        "finding E_118: its parent E_117 does not exist",
        "finding E_123: its parent E_122 does not exist",
        "finding E_37: its parent E_36 does not exist",
        "finding E_69: its parent E_68 does not exist",
        "finding E_87: its parent E_85 does not exist",
    ]
