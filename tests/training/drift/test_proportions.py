import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.drift.proportions import paired, share


def test_wilson_by_hand() -> None:
    found = share(8, 10)
    assert found.share == 0.8
    assert found.low == pytest.approx(0.4902, abs=1e-4)
    assert found.high == pytest.approx(0.9433, abs=1e-4)
    assert share(0, 0).share is None


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share(of: tuple[int, int]) -> None:
    found = share(*of)
    assert found.low is not None
    assert found.high is not None
    assert found.share is not None
    assert 0 <= found.low <= found.share + 1e-12
    assert found.share - 1e-12 <= found.high <= 1


def test_two_that_are_equally_right() -> None:
    found = paired([True, False] * 20, [True, False] * 20)
    assert (found.difference, found.p, found.enough) == (0.0, 1.0, False)
    assert found.low < 0 < found.high


def test_a_better_challenger() -> None:
    champion = [True] * 50 + [False] * 30 + [True] * 5
    challenger = [True] * 50 + [True] * 30 + [False] * 5
    found = paired(champion, challenger)
    assert (found.only_champion, found.only_challenger, found.enough) == (5, 30, True)
    assert found.difference == pytest.approx(25 / 85)
    assert 0 < found.low < found.difference < found.high
    assert found.p < 0.001
    back = paired(challenger, champion)
    assert (back.low, back.high) == (pytest.approx(-found.high), pytest.approx(-found.low))
