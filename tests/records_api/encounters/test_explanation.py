import math

import pytest

from records_api.encounters import explanation


@pytest.mark.parametrize(
    ("factor", "words", "times"),
    [
        (12, "strongly for", "12 times likelier"),
        (9.97, "strongly for", "10 times likelier"),
        (9.94, "moderately for", "9.9 times likelier"),
        (4.98, "moderately for", "5 times likelier"),
        (2.5, "weakly for", "2.5 times likelier"),
        (1.2, "barely for", "1.2 times likelier"),
        (1 / 1.2, "barely against", "1.2 times less likely"),
        (1 / 4, "weakly against", "4 times less likely"),
        (1 / 60, "strongly against", "60 times less likely"),
        (1e9, "strongly for", "> 100 times likelier"),
    ],
)
def test_a_weight_in_words(factor: float, words: str, times: str):
    weight = math.log(factor)
    assert explanation.words(weight, "en") == words
    assert explanation.times(weight, "en") == times
    assert explanation.words(weight, "hi") != words


def test_a_bar_grows_with_the_weight_and_has_an_end():
    assert explanation.share(0) == 0
    assert explanation.share(1) == explanation.share(-1) < explanation.share(2) < 1
    assert explanation.share(1e300) == explanation.share(-50) == 1
    assert explanation.ratio(1e300) < math.inf
