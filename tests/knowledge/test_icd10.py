"""The WHO's codes are told from those that only look like one."""

import pytest

from knowledge.catalogue import delhi
from knowledge.icd10 import is_code
from tests.knowledge.conftest import Small


@pytest.mark.parametrize("code", ["A35", "A97.0", "U07.1", "T63.0", "O99.0"])
def test_codes_of_the_who(code: str) -> None:
    assert is_code(code)


@pytest.mark.parametrize("code", ["A90", "K58.9", "I16.1", "H66.90", "A00-B99", "I", "", "dengue"])
def test_what_only_looks_like_a_code(code: str) -> None:
    """A90 became A97 in 2016; I16.1 and H66.90 are American."""
    assert not is_code(code)


def test_the_linter_asks_the_table_and_not_only_the_shape(small: Small) -> None:
    small.conditions[0]["icd10"] = "K58.9"
    assert "condition dengue: icd10 K58.9 is not one code of the WHO, as A97.0" in small.faults()


def test_every_code_of_delhi_is_the_whos() -> None:
    assert [c.id for c in delhi().conditions if not is_code(c.icd10)] == []
