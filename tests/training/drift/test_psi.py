"""The index against what can be reckoned by hand, and against chance."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.drift.psi import EXPECTED, noise_floor, pooled, psi, stability

counts = st.dictionaries(
    st.sampled_from("abcdefgh"), st.integers(0, 400), min_size=1, max_size=8
).filter(lambda found: sum(found.values()) >= 50)


def test_by_hand() -> None:
    pairs = [(50, 30), (50, 70)]
    p, q = 50.5 / 101, 30.5 / 101
    assert psi(pairs) == pytest.approx((p - q) * log(p / q) + (q - p) * log((1 - p) / (1 - q)))


@given(counts, counts)
def test_it_is_never_negative_and_knows_no_side(one: dict[str, int], other: dict[str, int]) -> None:
    pairs = pooled(one, other)
    assert psi(pairs) >= 0
    assert psi(pairs) == pytest.approx(psi([(b, a) for a, b in pairs]))


@given(counts)
def test_the_same_population_is_steady(found: dict[str, int]) -> None:
    assert stability("x", found, found).level == "steady"


@given(counts, counts)
def test_pooling_loses_no_case(one: dict[str, int], other: dict[str, int]) -> None:
    pairs = pooled(one, other)
    assert sum(a for a, _ in pairs) == sum(one.values())
    assert sum(b for _, b in pairs) == sum(other.values())


@given(counts, counts)
def test_the_order_of_labels_does_not_matter(one: dict[str, int], other: dict[str, int]) -> None:
    again = stability("x", dict(reversed(one.items())), dict(reversed(other.items())))
    assert again.psi == stability("x", one, other).psi


@pytest.mark.parametrize(("bins", "before", "now"), [(2, 5000, 50), (8, 5000, 50), (30, 900, 200)])
def test_chance_alone_seldom_crosses_the_floor(bins: int, before: int, now: int) -> None:
    rng = np.random.default_rng(bins)
    shares = rng.dirichlet(np.ones(bins))
    crossed, convention = 0, 0
    for _ in range(400):
        one = {str(k): int(v) for k, v in enumerate(rng.multinomial(before, shares))}
        other = {str(k): int(v) for k, v in enumerate(rng.multinomial(now, shares))}
        found = stability("x", one, other)
        assert found.psi is not None
        assert found.floor is not None
        crossed += found.level != "steady"
        convention += found.psi >= 0.1
    assert crossed <= 12  # 1 % is meant
    if (bins, now) == (8, 50):
        assert convention > 60  # what the convention alone would have cried


def test_the_floor_falls_with_rows_and_rises_with_questions() -> None:
    assert noise_floor(8, 5000, 500) < noise_floor(8, 5000, 50)
    assert noise_floor(8, 5000, 500, tests=20) > noise_floor(8, 5000, 500)


def test_too_few_rows_say_nothing_whatever_they_look_like() -> None:
    found = stability("x", {"a": 1000}, {"b": 49})
    assert (found.level, found.psi) == ("few", None)


def test_a_value_that_training_never_saw_is_seen() -> None:
    assert stability("x", {"no": 900}, {"no": 100, "yes": 400}).level == "alarm"
    assert stability("x", {"no": 900}, {"no": 499, "yes": 1}).level == "steady"


def test_rare_values_are_looked_at_together() -> None:
    rare = {f"r{k}": 4 for k in range(10)}
    [*others, together] = pooled({"a": 500, **rare}, {"a": 500, **rare})
    assert others == [(500, 500)]
    assert together == (40, 40)
    assert together[0] >= EXPECTED
