"""A catalogue is read whole or refused with the file and the field."""

import json
from pathlib import Path

import pytest

from knowledge.catalogue import CatalogueError, load
from knowledge.schema import AGE_SHARES, Catalogue
from tests.knowledge.conftest import Break, Small


def test_it_is_read_as_it_was_written_and_comes_back_from_json(small: Small) -> None:
    read = load(small.write())
    assert [finding.id for finding in read.findings] == [f["id"] for f in small.findings]
    assert Catalogue.model_validate_json(read.model_dump_json()) == read


def test_a_bare_number_is_our_judgement_and_says_so(small: Small) -> None:
    small.conditions[0]["findings"]["fever"] = {"frequency": 0.97, "source": "guide-2020"}
    dengue = load(small.write()).condition_by_id["dengue"]
    assert dengue.findings["cough"].source == "judgement"
    assert dengue.findings["fever"].source == "guide-2020"
    assert dengue.sources == {"guide-2020"}


def test_a_value_is_found_by_its_key_and_named(small: Small) -> None:
    read = load(small.write())
    assert read.finding_by_key["rash_kind_@_flat"].id == "rash_kind"
    assert read.names_en["rash_kind_@_flat"] == "Kind of rash: flat"
    assert read.names_en["fever"] == "Fever"


def test_a_rate_is_that_of_an_age_a_sex_and_a_month(small: Small) -> None:
    small.conditions[0]["rate"] |= {
        "ages": [2, 1, 0.5, 1, 3],
        "female": 1.5,
        "male": 0.5,
        "months": [0] * 11 + [12],
    }
    rate = load(small.write()).condition_by_id["dengue"].rate
    assert rate is not None
    assert rate.at(4.9, "female", 12) == 4 * 2 * 1.5 * 12
    assert rate.at(5, "male", 12) == 4 * 1 * 0.5 * 12
    assert rate.at(44, "other", 12) == 4 * 0.5 * 12
    assert rate.at(45, "other", 12) == 4 * 12
    assert rate.at(90, "other", 12) == 4 * 3 * 12
    assert rate.at(90, "other", 1) == 0
    assert sum(AGE_SHARES) == pytest.approx(1)


@pytest.mark.parametrize(
    ("wreck", "said"),
    [
        (lambda s: s.conditions[0].update(severity=6), "fevers.json: dengue: severity: Input"),
        (lambda s: s.conditions[0].update(severty=2), "fevers.json: dengue: severty: Extra"),
        (lambda s: s.conditions[0].pop("icd10"), "fevers.json: dengue: icd10: Field required"),
        (
            lambda s: s.conditions[1]["findings"].update(fever="often"),
            "fevers.json: measles: findings.fever",
        ),
        (lambda s: s.conditions[1].update(findings=[1]), "fevers.json: measles: findings"),
        (lambda s: s.conditions.append(7), "fevers.json: entry 3"),
        (lambda s: s.findings[0].update(kind="smell"), "findings_all.json: fever: kind"),
        (lambda s: s.findings[0].pop("id"), "findings_all.json: entry 1: id"),
        (lambda s: s.citations[0].update(year=20), "citations.json: guide-2020: year"),
        (lambda s: s.head.pop("version"), "catalogue.json: version: Field required"),
        (lambda s: setattr(s, "head", []), "catalogue.json: expected an object"),
        (lambda s: setattr(s, "citations", {}), "citations.json: expected a list"),
    ],
)
def test_what_cannot_be_read_is_refused_with_file_and_field(
    small: Small, wreck: Break, said: str
) -> None:
    wreck(small)
    with pytest.raises(CatalogueError) as refused:
        load(small.write())
    assert str(refused.value).startswith(said)


def test_a_key_given_twice_is_refused_and_not_halved(small: Small) -> None:
    file = small.write() / "fevers.json"
    file.write_text('[{"id": "dengue", "findings": {"fever": 0.1, "fever": 0.9}}]')
    with pytest.raises(CatalogueError, match=r"fevers\.json: an entry: fever is given twice"):
        load(small.folder)


@pytest.mark.parametrize("text", ["{", "\x00", "[" * 100_000])
def test_what_is_not_json_is_refused(small: Small, text: str) -> None:
    (small.write() / "fevers.json").write_text(text)
    with pytest.raises(CatalogueError, match=r"fevers\.json: "):
        load(small.folder)


def test_a_folder_or_file_that_is_not_there_is_named(small: Small, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="there is no such folder"):
        load(tmp_path / "none")
    (small.write() / "citations.json").unlink()
    with pytest.raises(CatalogueError, match=r"citations\.json is missing"):
        load(small.folder)


EVIDENCES = {
    "E_1": {"question_en": "Fever?", "data_type": "B", "code_question": "E_1", "default_value": 0,
            "is_antecedent": False, "possible-values": [], "value_meaning": {}},
    "E_2": {"question_en": "How high?", "data_type": "C", "code_question": "E_1",
            "default_value": 0, "is_antecedent": True, "possible-values": [0, 1],
            "value_meaning": {}},
    "E_3": {"question_en": "Where?", "data_type": "M", "code_question": "E_3",
            "default_value": "V_1", "is_antecedent": False, "possible-values": ["V_1", "V_2"],
            "value_meaning": {"V_1": {"en": "nowhere"}, "V_2": {"en": "arm"}}},
}  # fmt: skip
FLU = {
    "Flu": {"cond-name-eng": "Flu", "icd10-id": "j11.1", "severity": 3,
            "symptoms": {"E_1": {}, "E_3": {}}, "antecedents": {"E_2": {}}},
}  # fmt: skip


def ddxplus(folder: Path, evidences: object = EVIDENCES, conditions: object = FLU) -> Path:
    (folder / "release_evidences.json").write_text(json.dumps(evidences))
    (folder / "release_conditions.json").write_text(json.dumps(conditions))
    return folder


def test_ddxplus_becomes_the_same_catalogue(tmp_path: Path) -> None:
    read = load(ddxplus(tmp_path))
    fever, height, place = read.findings
    assert (fever.answer, height.answer, place.answer) == ("yes_no", "one", "many")
    assert (fever.parent, height.parent, place.parent) == (None, "E_1", None)
    assert (fever.kind, height.kind, height.is_antecedent) == ("symptom", "history", True)
    assert height.keys == ("E_2_@_0", "E_2_@_1")
    assert (place.values[1].name_en, place.default, place.name_hi) == ("arm", "V_1", None)
    [flu] = read.conditions
    assert (flu.icd10, flu.severity, list(flu.findings)) == ("J11.1", 3, ["E_1", "E_3", "E_2"])
    assert flu.findings["E_1"].frequency is None


@pytest.mark.parametrize(
    ("evidences", "conditions", "said"),
    [
        ({"E_1": {**EVIDENCES["E_1"], "data_type": "X"}}, FLU, "release_evidences.json: E_1: X"),
        ({"E_1": {"data_type": "B"}}, FLU, "release_evidences.json: E_1: question_en is missing"),
        ({"E_1": 3}, FLU, "release_evidences.json: E_1: not an entry"),
        ([], FLU, "release_evidences.json: expected an object"),
        (EVIDENCES, {"Flu": {**FLU["Flu"], "severity": 9}}, "release_conditions.json: Flu: severi"),
        (EVIDENCES, {"Flu": {**FLU["Flu"], "icd10-id": None}}, "release_conditions.json: Flu: not"),
    ],
)
def test_what_is_not_ddxplus_as_released_is_refused(
    tmp_path: Path, evidences: object, conditions: object, said: str
) -> None:
    with pytest.raises(CatalogueError) as refused:
        load(ddxplus(tmp_path, evidences, conditions))
    assert str(refused.value).startswith(said)


def test_ddxplus_without_its_evidences_is_refused(tmp_path: Path) -> None:
    (ddxplus(tmp_path) / "release_evidences.json").unlink()
    with pytest.raises(CatalogueError, match=r"release_evidences\.json is missing"):
        load(tmp_path)


@pytest.mark.shared_data
def test_ddxplus_as_released_loads_whole(shared_data: Path) -> None:
    folder = shared_data / "diagnosis"
    read = load(folder)
    evidences = json.loads((folder / "release_evidences.json").read_text())
    assert (len(read.conditions), len(read.findings)) == (49, len(evidences))
    for finding in read.findings:
        assert finding.question_en == evidences[finding.id]["question_en"]
        assert len(finding.values) == len(evidences[finding.id]["possible-values"])
    assert all(c.findings.keys() <= read.finding_by_id.keys() for c in read.conditions)
    assert Catalogue.model_validate_json(read.model_dump_json()) == read
