"""What a sentence says of a concept in it, and of whom."""

import pytest

from models.notes import Assertion, Experiencer, judge_concept

NO, MAYBE, PAST, YES = (
    Assertion.NEGATED,
    Assertion.POSSIBLE,
    Assertion.HISTORICAL,
    Assertion.AFFIRMED,
)


def said(sentence: str, **concepts: Assertion) -> None:
    for concept, assertion in concepts.items():
        name = concept.replace("_", " ")
        assert judge_concept(sentence, name).assertion is assertion, (sentence, name)


@pytest.mark.parametrize(
    ("sentence", "concepts"),
    [
        ("no rash", {"rash": NO}),
        ("Denies fever, chills or night sweats.", {"fever": NO, "chills": NO, "night_sweats": NO}),
        (
            "Chest x-ray was negative for infiltrate or effusion.",
            {"infiltrate": NO, "effusion": NO},
        ),
        ("Ruled out for MI.", {"MI": NO}),
        ("MI was ruled out.", {"MI": NO}),
        ("Neither fever nor cough.", {"fever": NO, "cough": NO}),
        ("Fecal occult blood was negative.", {"occult_blood": NO}),
        ("Allergies - none.", {"allergies": NO}),
        ("Chest pain: no. Cough: yes.", {"chest_pain": NO, "cough": YES}),
        ("She was not lightheaded or dizzy.", {"lightheaded": NO, "dizzy": NO}),
        ("He doesn't have any cough.", {"cough": NO}),
        ("Pneumonia was not seen.", {"pneumonia": NO}),
        ("His nausea and vomiting resolved.", {"vomiting": NO}),
        ("Some weakness, which has since resolved.", {"weakness": NO}),
        ("No pallor/icterus/cyanosis", {"pallor": NO, "icterus": NO, "cyanosis": NO}),
        ("fever -, cough +", {"fever": NO, "cough": YES}),
        ("fever (-) chills (+)", {"fever": NO, "chills": YES}),
        ("(-) fever (+) chills", {"fever": NO, "chills": YES}),
        ("Findings would not support a diagnosis of lymphoma.", {"lymphoma": NO}),
        ("w/o wheeze, -ve for crepts", {"wheeze": NO, "crepts": NO}),
        ("No significant JVD.", {"JVD": NO}),
        ("No evidence of PE or DVT on CT.", {"DVT": NO}),
        ("Negative for rash (old or new), oedema.", {"oedema": NO}),
    ],
)
def test_negation(sentence: str, concepts: dict[str, Assertion]) -> None:
    said(sentence, **concepts)


@pytest.mark.parametrize(
    ("sentence", "concepts"),
    [
        ("No fever, cough x 3 days", {"fever": NO, "cough": YES}),
        ("Denies fever but has cough.", {"fever": NO, "cough": YES}),
        ("No edema, pulses intact.", {"edema": NO, "pulses": YES}),
        ("No chest pain, he presented with cough.", {"cough": YES}),
        ("No wheeze; crepts bilaterally", {"crepts": YES}),
        ("no fever he has cough", {"fever": NO, "cough": YES}),
        ("No fever. Cough present.", {"cough": YES}),
        ("no fever\ncough x 2d", {"cough": YES}),
        ("No focal weakness, though she does have pain.", {"weakness": NO, "pain": YES}),
        ("No biliary dilatation and positive for stones.", {"dilatation": NO, "stones": YES}),
        ("Negative except for a small polyp.", {"polyp": YES}),
        (
            "COMPLICATIONS: None DIAGNOSIS: 1) hemorrhoids",
            {"complications": NO, "hemorrhoids": YES},
        ),
        ("malaria negative dengue positive", {"malaria": NO, "dengue": YES}),
        ("Cough and CT was negative.", {"cough": YES}),
        ("No fevers, chills were noted.", {"chills": NO}),
        ("Denies that he has any pain.", {"pain": NO}),
        ("No mass, lesion or nodule is seen.", {"nodule": NO}),
        ("Denies chest pain, diarrhoea x 2 days.", {"chest_pain": NO, "diarrhoea": YES}),
        ("No fever, cough in the last 2 days", {"cough": NO}),
    ],
)
def test_scope_ends_where_another_thing_is_told(
    sentence: str, concepts: dict[str, Assertion]
) -> None:
    said(sentence, **concepts)


@pytest.mark.parametrize(
    ("sentence", "concepts"),
    [
        ("No change in cough.", {"cough": YES}),
        ("No change in vision.", {"change_in_vision": NO}),
        ("Gram negative sepsis.", {"sepsis": YES}),
        ("Not only fever but also rash.", {"fever": YES, "rash": YES}),
        ("No doubt this is dengue.", {"dengue": YES}),
        ("Did not take medicine for fever.", {"fever": YES}),
        ("Fever not relieved by PCM.", {"fever": YES}),
        ("No relief of headache.", {"headache": YES}),
        ("We do not know the cause of her anaemia.", {"anaemia": YES}),
    ],
)
def test_what_only_looks_like_a_denial(sentence: str, concepts: dict[str, Assertion]) -> None:
    said(sentence, **concepts)


@pytest.mark.parametrize(
    ("sentence", "concepts"),
    [
        ("Admitted to rule out MI.", {"MI": MAYBE}),
        ("r/o dengue, malaria", {"dengue": MAYBE, "malaria": MAYBE}),
        ("MI cannot be ruled out.", {"MI": MAYBE}),
        ("Can't exclude pneumonia.", {"pneumonia": MAYBE}),
        ("?dengue", {"dengue": MAYBE}),
        ("fever, dengue?", {"fever": YES, "dengue": MAYBE}),
        ("cough likely due to asthma", {"cough": YES, "asthma": MAYBE}),
        ("dengue vs malaria", {"dengue": MAYBE, "malaria": MAYBE}),
        ("s/o viral fever", {"viral_fever": MAYBE}),
        ("Return if bleeding occurs.", {"bleeding": MAYBE}),
        ("Differential includes dengue, malaria and typhoid.", {"typhoid": MAYBE}),
        ("Possible pneumonia, fever x 3d", {"pneumonia": MAYBE, "fever": YES}),
    ],
)
def test_doubt_is_neither_yes_nor_no(sentence: str, concepts: dict[str, Assertion]) -> None:
    said(sentence, **concepts)


@pytest.mark.parametrize(
    ("sentence", "concepts"),
    [
        ("h/o DM, HTN", {"DM": PAST, "HTN": PAST}),
        ("MI 2 years ago", {"MI": PAST}),
        ("s/p CABG", {"CABG": PAST}),
        ("h/o fever x 3 days", {"fever": YES}),
        ("3 day history of fever", {"fever": YES}),
        ("History of present illness: fever", {"fever": YES}),
        ("k/c/o DM on metformin", {"DM": YES}),
        ("no h/o TB", {"TB": NO}),
        ("Denies history of asthma.", {"asthma": NO}),
    ],
)
def test_what_is_past_and_what_lasts(sentence: str, concepts: dict[str, Assertion]) -> None:
    said(sentence, **concepts)


@pytest.mark.parametrize(
    ("sentence", "concepts"),
    [
        ("bukhar 3 din se, no rash, r/o dengue", {"bukhar": YES, "rash": NO, "dengue": MAYBE}),
        ("khansi nahi hai", {"khansi": NO}),
        ("khansi aur bukhar nahi hai", {"khansi": NO, "bukhar": NO}),
        ("bukhar hai aur khansi nahi hai", {"bukhar": YES, "khansi": NO}),
        ("khansi nahi bukhar hai", {"khansi": NO, "bukhar": YES}),
        ("bukhar hai lekin khansi nahi", {"bukhar": YES, "khansi": NO}),
        ("sar dard hai, ulti nahi", {"sar_dard": YES, "ulti": NO}),
        ("bukhar 3 din se khansi nahi", {"bukhar": YES, "khansi": NO}),
        ("bukhar nahi utar raha", {"bukhar": YES}),
        ("ulti ruk nahi rahi", {"ulti": YES}),
        ("dast nahi ho rahe", {"dast": NO}),
        ("bukhar thik ho gaya", {"bukhar": NO}),
        ("bina bukhar ke khansi", {"bukhar": NO}),
        ("dengue lagta hai", {"dengue": MAYBE}),
        ("malaria ho sakta hai", {"malaria": MAYBE}),
        ("pehle TB hua tha", {"TB": PAST}),
        ("बुखार नहीं है", {"बुखार": NO}),
        ("बुखार है, खांसी नहीं", {"बुखार": YES, "खांसी": NO}),
    ],
)
def test_hinglish_and_hindi(sentence: str, concepts: dict[str, Assertion]) -> None:
    said(sentence, **concepts)


@pytest.mark.parametrize(
    ("sentence", "concept", "whose"),
    [
        ("h/o DM, mother had TB", "DM", "patient"),
        ("h/o DM, mother had TB", "TB", "other"),
        ("Family history: DM, HTN", "HTN", "other"),
        ("TB in father", "TB", "other"),
        ("maa ko TB hai", "TB", "other"),
        ("मां को टीबी है", "टीबी", "other"),
        ("papa ko sugar hai, pt ko bukhar", "sugar", "other"),
        ("papa ko sugar hai, pt ko bukhar", "bukhar", "patient"),
        ("wife has flu and he has fever", "flu", "other"),
        ("wife has flu and he has fever", "fever", "patient"),
        ("Fever was noticed by mother.", "fever", "patient"),
        ("Mother reports child has fever.", "fever", "patient"),
        ("Lives with wife, has chest pain.", "chest pain", "patient"),
        ("brother died of MI, pt denies chest pain", "chest pain", "patient"),
    ],
)
def test_whose_it_is(sentence: str, concept: str, whose: str) -> None:
    assert judge_concept(sentence, concept).experiencer is Experiencer(whose)


def test_the_two_answers_of_family_history_do_not_mix() -> None:
    found = judge_concept("No family history of TB.", "TB")
    assert (found.assertion, found.experiencer) == (NO, Experiencer.OTHER)


def test_a_denial_within_the_concept_is_part_of_it() -> None:
    said(
        "Sigmoid diverticulosis without diverticulitis.", diverticulosis_without_diverticulitis=YES
    )


def test_of_several_places_the_one_in_capitals_is_meant() -> None:
    assert judge_concept("Pain gone. No PAIN now. Pain card.", "pain").assertion is NO
    assert judge_concept("Allergies: no known drug allergies", "allergies").assertion is NO


@pytest.mark.parametrize(
    "concept", ["chest  pain", "Chest-Pain", "CHEST\nPAIN", "chest pains", "chestpain"]
)
def test_case_blanks_and_signs_do_not_matter(concept: str) -> None:
    assert judge_concept("Denies chest pain.", concept).assertion is NO


def test_a_misspelt_concept_is_found_by_likeness() -> None:
    said("bukhar hai, no diarrohea, pale.", diarrhoea=NO, bukhaar=YES)


def test_a_concept_that_is_not_there_is_judged_for_the_sentence() -> None:
    said("No complaints.", haematuria=NO)
    said("Doing well.", haematuria=YES)
    assert judge_concept("", "").assertion is YES
    assert judge_concept("Family history of", "xyz").experiencer is Experiencer.OTHER
