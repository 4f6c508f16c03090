"""What in a record forbids a treatment."""

import pytest

from records_api.guidance.contraindications import Fact, Person, age_limits, names, standing
from records_api.guidance.knowledge import Contraindication

ASTHMA = Fact("known_asthma", ("asthma", "allergy"))
CKD = Fact("ckd_stage_3", ("chronic kidney disease",), icd10="N18.3")
LATE = Fact("more_than_20_weeks", parent="pregnant")


@pytest.mark.parametrize(
    ("kind", "text", "facts", "stands"),
    [
        ("pregnancy", "Azithromycin instead of doxycycline.", [Fact("pregnant")], True),
        ("pregnancy", "Azithromycin instead of doxycycline.", [LATE], True),
        ("pregnancy", "Azithromycin instead of doxycycline.", [Fact("x", icd10="O24.4")], True),
        ("pregnancy", "Azithromycin instead of doxycycline.", [ASTHMA], False),
        ("drug", "Miltefosine is forbidden in pregnancy.", [Fact("pregnant")], True),
        ("kidney", "Watch gentamicin.", [CKD], True),
        ("disease", "Less in kidney disease.", [CKD], True),
        ("kidney", "Watch gentamicin.", [Fact("stone", icd10="N20.0")], False),
        ("heart", "Slower fluids.", [Fact("known_heart_disease")], True),
        ("liver", "Less paracetamol.", [Fact("x", icd10="K74.6")], True),
        ("disease", "No propranolol in asthma.", [ASTHMA], True),
        ("disease", "No propranolol in Asthma.", [ASTHMA], True),
        ("disease", "No propranolol in asthmatics.", [ASTHMA], False),
        ("allergy", "Clindamycin after a penicillin reaction.", [ASTHMA], False),
        ("allergy", "Clindamycin instead.", [Fact("x", icd10="Z88.0")], True),
        ("nonsense", "Anything.", [CKD, ASTHMA], False),
    ],
)
def test_what_the_record_says_makes_it_stand(kind: str, text: str, facts: list[Fact], stands: bool):
    said, because = standing(Contraindication(kind, text), Person(facts=tuple(facts)))
    assert said == ("applies" if stands else "not_known")
    assert because == ([facts[0].code] if stands else [])


@pytest.mark.parametrize(
    ("text", "age", "said"),
    [
        ("No aspirin below 18 years.", 4, "applies"),
        ("No aspirin below 18 years.", 18, "does_not_apply"),
        ("No aspirin below 18 years.", None, "not_known"),
        ("No aspirin below 18 years, no cough mixtures below 5.", 40, "not_known"),
        ("No aspirin below 18 years, no cough mixtures below 5.", 7, "applies"),
        ("Half doses over 65, and stroke risk in dementia.", 70, "applies"),
        ("Half doses over 65, and stroke risk in dementia.", 30, "not_known"),
        ("Below 6 weeks: keep in hospital.", 0.05, "applies"),
        ("Below 6 weeks: keep in hospital.", 0.5, "does_not_apply"),
        ("No ivermectin below 15 kg.", 3, "not_known"),
        ("Children: slow fluids.", 8, "applies"),
        ("Newborn: hospital.", 0.02, "applies"),
        ("Doses of vitamin A by age.", 3, "not_known"),
    ],
)
def test_ages(text: str, age: float | None, said: str):
    found, because = standing(Contraindication("age", text), Person(age=age))
    assert (found, because) == (said, ["age"] if said == "applies" else [])


def test_a_number_of_something_else_is_no_age():
    assert age_limits(Contraindication("kidney", "No metformin with eGFR below 30.")) == ()
    assert age_limits(Contraindication("age", "Only below 3.5 mmol.")) == ()
    assert age_limits(Contraindication("age", "Only above 185/110.")) == ()


def test_a_pregnancy_is_ruled_out_by_sex_by_age_and_by_an_answer():
    bar = Contraindication("pregnancy", "No doxycycline.")
    for person in (
        Person(sex="M"),
        Person(age=6),
        Person(age=71),
        Person(absent=frozenset({"pregnant"})),
    ):
        assert standing(bar, person)[0] == "does_not_apply"
    assert standing(bar, Person(sex="F", age=30))[0] == "not_known"
    assert standing(bar, Person(sex="M", facts=(Fact("pregnant"),)))[0] == "applies", "as recorded"


def test_a_disease_that_was_denied_is_none_that_is_known():
    bar = Contraindication("kidney", "No ibuprofen.")
    assert standing(bar, Person(absent=frozenset({"known_kidney_disease"})))[0] == "does_not_apply"


@pytest.mark.parametrize(
    ("name", "aliases", "called"),
    [
        ("Known asthma or allergy", ["dama", "DM"], ("asthma", "allergy", "dama")),
        ("Takes a blood thinner", ["warfarin"], ("blood thinner", "warfarin")),
        ("Tuberculosis before", ["TB", "MDR"], ("tuberculosis", "MDR")),
        ("Asthma or allergy in the family", ["atopy"], ()),
        ("Born early or small", [], ("born early or small",)),
    ],
)
def test_what_sentences_call_it(name: str, aliases: list[str], called: tuple[str, ...]):
    assert names(name, aliases) == called
