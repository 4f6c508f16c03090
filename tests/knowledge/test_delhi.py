"""Our own catalogue is sound, complete and of a useful size, and says that nobody reviewed it."""

import re
import statistics

import pytest

from knowledge.catalogue import delhi
from knowledge.lint import check
from knowledge.schema import Catalogue

FIRST_TO_MISS_NOTHING = {
    "dengue", "severe_dengue", "malaria_vivax", "malaria_falciparum", "typhoid", "scrub_typhus",
    "tuberculosis_pulmonary", "heat_stroke", "snakebite_krait", "snakebite_viper", "dog_bite",
    "organophosphate_poisoning", "acs", "stroke", "meningitis", "dka", "hypoglycaemia",
    "ectopic_pregnancy", "pre_eclampsia", "neonatal_sepsis", "diphtheria", "copd_exacerbation",
}  # fmt: skip


# British, American: parts of words as clinicians write them on either side.
SPELLINGS = (
    ("aem", "em"), (r"\boedem", "edem"), ("rrhoea", "rrhea"), ("pnoea", "pnea"), ("aesth", "esth"),
    ("melaena", "melena"), ("praevia", "previa"), ("amoeb", "ameb"), ("oesoph", "esoph"),
    ("paed", "ped"), ("gynaec", "gynec"), ("caes", "ces"), ("faec", "fec"), ("foet", "fet"),
    ("leuco", "leuko"), ("goitre", "goiter"), ("litre", "liter"), ("fibre", "fiber"),
    ("colour", "color"), ("odour", "odor"), ("labour", "labor"), ("behaviour", "behavior"),
    ("tumour", "tumor"), ("grey", "gray"), ("haloes", "halos"), ("(?<!ra)ised", "ized"),
    ("isation", "ization"), ("ysed", "yzed"),
)  # fmt: skip


def american(text: str) -> str:
    for here, there in SPELLINGS:
        text = re.sub(here, there, text.lower())
    return text


def test_what_is_spelt_in_two_ways_is_found_by_both() -> None:
    """An alias has its other spelling beside it, and each word of a name is in an alias."""
    lacking = []
    for entry in (*delhi().findings, *delhi().conditions):
        aliases = {alias.lower() for alias in entry.aliases}
        words = set(re.findall(r"\w+", " ".join(aliases)))
        names = set(re.findall(r"[a-z]+", f"{entry.name_en} {entry.id.replace('_', ' ')}".lower()))
        wanted = {american(alias) for alias in aliases} - aliases
        wanted |= {re.sub(r"\bedem", "oedem", alias) for alias in aliases} - aliases
        wanted |= {american(name) for name in names} - names - words
        lacking += [f"{entry.id}: {text}" for text in sorted(wanted)]
    assert not lacking


def test_it_has_no_fault() -> None:
    assert [str(fault) for fault in check(delhi())] == []


def test_a_published_frequency_can_be_looked_up() -> None:
    links = [link for c in delhi().conditions for link in c.findings.values() if link.is_published]
    assert len(links) >= 100
    for link in links:
        assert delhi().citation_by_id[link.source or ""].url, link.source


def test_it_is_large_enough_to_be_of_use() -> None:
    catalogue = delhi()
    assert len(catalogue.conditions) >= 80
    assert len(catalogue.findings) >= 200
    assert catalogue.condition_by_id.keys() >= FIRST_TO_MISS_NOTHING
    for condition in catalogue.conditions:
        assert 8 <= len(condition.findings) <= 16, condition.id


def test_it_says_that_no_clinician_outside_the_team_has_reviewed_it() -> None:
    assert "no clinician outside the team has reviewed it" in (delhi().review or "")


def test_it_comes_back_whole_from_json() -> None:
    assert Catalogue.model_validate_json(delhi().model_dump_json()) == delhi()


def test_no_two_conditions_look_the_same() -> None:
    """Two with nearly the same findings could never be told apart by them."""
    profiles = {
        condition.id: {key: link.frequency or 0.0 for key, link in condition.findings.items()}
        for condition in delhi().conditions
    }
    for one, left in profiles.items():
        for other, right in profiles.items():
            if one < other:
                apart = sum(abs(left.get(k, 0) - right.get(k, 0)) for k in left.keys() | right)
                assert apart > 1.0, (one, other)


def test_a_red_flag_names_each_finding_once() -> None:
    for condition in delhi().conditions:
        for flag in condition.red_flags:
            assert len(set(flag.findings)) == len(flag.findings), condition.id


@pytest.mark.parametrize(
    ("peak", "conditions"),
    [
        ({9, 10}, ["dengue", "severe_dengue", "chikungunya", "malaria_falciparum", "scrub_typhus"]),
        ({5, 6}, ["heat_stroke", "heat_exhaustion"]),
        (
            {11, 12, 1},
            ["copd_exacerbation", "pollution_airway", "asthma_attack", "carbon_monoxide"],
        ),
        ({12, 1, 2}, ["pneumonia", "bronchiolitis", "influenza"]),
        ({6, 7, 8}, ["cholera", "gastroenteritis", "typhoid", "snakebite_krait"]),
    ],
)
def test_illnesses_peak_in_their_season(peak: set[int], conditions: list[str]) -> None:
    for name in conditions:
        rate = delhi().condition_by_id[name].rate
        assert rate is not None
        assert rate.months.index(max(rate.months)) + 1 in peak, name


def test_an_illness_of_one_sex_or_age_is_of_no_other() -> None:
    by_id = delhi().condition_by_id
    for name, condition in by_id.items():
        rate = condition.rate
        assert rate is not None
        if condition.specialty in ("obstetrics", "gynaecology"):
            assert rate.male == 0, name
        if condition.specialty == "obstetrics":
            assert rate.at(3, "female", 6) == rate.at(50, "female", 6) == 0, name
    assert by_id["bph"].rate is not None
    assert by_id["bph"].rate.female == 0


def test_every_urgent_condition_says_what_forbids_its_treatment_or_has_none_to_forbid() -> None:
    """All but a few: for rabies there is none, and comfort is forbidden to nobody."""
    bare = {c.id for c in delhi().conditions if c.severity <= 2 and not c.contraindications}
    assert bare <= {"rabies", "pneumothorax"}


def test_rates_add_up_to_a_citys_visits() -> None:
    """First visits a resident a year: a few, not one in ten years and not one a week."""
    rates = [c.rate.per_thousand for c in delhi().conditions if c.rate]
    assert 1000 < sum(rates) < 3000
    assert statistics.median(rates) < 10


def test_no_alias_is_a_word_that_notes_use_for_something_else() -> None:
    """“BP 120/80” is not hypertension, “low Hb” not weight loss, “OD” once daily and no overdose,
    “98 % on RA” room air, and a test that is named alone has no result yet."""
    misleading = {
        "age", "ad", "af", "ar", "bp", "cap", "cold", "cp", "fb", "hf", "hi", "kft", "loc", "low",
        "mr", "od", "pa", "pe", "pnd", "ra", "rpr", "sam", "shock", "si", "sugar", "tap", "tension",
        "vdrl", "viral", "widal",
    }  # fmt: skip
    entries = (*delhi().findings, *delhi().conditions)
    found = {alias for entry in entries for alias in entry.aliases}
    assert {alias for alias in found if alias.casefold() in misleading} == set()
