"""A terminology may hold anything: what is not ours is passed over."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records_api.guidance import knowledge
from tests.records_api.models.seeds import MI, SOURCE


def read(detail: Any) -> knowledge.Condition:
    return knowledge.condition("mi", "Heart attack", None, None, 1, None, detail)


def test_first_care_is_read():
    care = read(MI).care
    assert care.first_tests == ("ECG within 10 minutes", "Troponin")
    assert care.treatment == "Aspirin 300 mg chewed."
    assert [bar.kind for bar in care.contraindications] == ["disease", "kidney", "pregnancy", "age"]
    assert (care.refer_when, care.refer_where) == ("Always", "Hospital with angioplasty")
    [source] = care.sources
    assert (source.id, source.year, source.url) == ("esc-acs", 2023, SOURCE["url"])
    assert read({}).care.empty


def test_findings_are_named_by_a_list_by_frequencies_or_by_the_flags_alone():
    assert read({"findings": ["a"]}).named == {"a"}
    assert read({"findings": {"a": 0.5}, "red_flags": [{"findings": ["b", "c"]}]}).named == set(
        "abc"
    )


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//host/x", "http:///x", "ftp://host/x", "", 7, "http://["],
)  # fmt: skip
def test_only_addresses_of_the_web_become_links(url: Any):
    [source] = read({"citations": [{"title": "A", "url": url}]}).care.sources
    assert source.url is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)
PARTS = ("red_flags", "findings", "first_tests", "treatment", "contraindications", "referral")
FIELDS = ("findings", "why", "text", "source", "kind", "when", "where", "title", "url", "year")


@given(
    JSON
    | st.dictionaries(
        st.sampled_from((*PARTS, "citations")),
        JSON | st.lists(st.dictionaries(st.sampled_from(FIELDS), JSON)),
    )
)
def test_no_detail_is_too_strange_to_read(detail: Any):
    assert read(detail).code == "mi"
