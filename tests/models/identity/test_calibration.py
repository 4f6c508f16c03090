"""The score against impostor pairs whose false match rate is known."""

import numpy as np
import pytest

from models.identity.calibration import calibrate

RNG = np.random.default_rng(0)
IMPOSTOR = RNG.normal(0.1, 0.1, 20_000)
GENUINE = RNG.normal(0.7, 0.1, 500)


@pytest.mark.parametrize("rate", [0.3, 0.1, 0.01, 0.001])
def test_score_is_the_false_match_rate(rate: float) -> None:
    """Of fresh impostors, a share of `rate` reaches the score −log10(rate).

    Only 20 of the pairs lie beyond the smallest rate, so it is known to within about a half.
    """
    curve = calibrate([IMPOSTOR], GENUINE)
    fresh = curve.scores(np.random.default_rng(1).normal(0.1, 0.1, 200_000))
    assert np.mean(fresh >= -np.log10(rate)) == pytest.approx(rate, rel=0.5)


def test_score_never_falls_with_similarity_and_keeps_the_order_at_the_top() -> None:
    curve = calibrate([IMPOSTOR], GENUINE)
    scores = curve.scores(np.linspace(-1, 1, 500))
    assert (np.diff(scores) >= 0).all()
    assert curve.scores(np.array([1.0]))[0] > curve.scores(np.array([0.98]))[0]


def test_score_claims_no_more_than_the_pairs_can_show() -> None:
    few = calibrate([IMPOSTOR[:100]], GENUINE)
    many = calibrate([IMPOSTOR], GENUINE)
    assert few.scores(np.array([1.0]))[0] <= np.log10(10 * 100) + 1
    assert few.scores(np.array([1.0]))[0] < many.scores(np.array([1.0]))[0]


def test_thresholds_split_into_three() -> None:
    overlapping = calibrate([IMPOSTOR], RNG.normal(0.45, 0.15, 2_000), false_match=1e-3)
    assert 0 < overlapping.refer_at < overlapping.match_at == pytest.approx(3.0, abs=0.1)
    assert overlapping.decide(overlapping.match_at) == "match"
    assert overlapping.decide((overlapping.refer_at + overlapping.match_at) / 2) == "refer"
    assert overlapping.decide(overlapping.refer_at - 0.01) == "no_match"


def test_thresholds_do_not_cross_when_everybody_is_easy() -> None:
    easy = calibrate([IMPOSTOR], np.full(50, 0.99))
    assert easy.refer_at <= easy.match_at


def test_too_few_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 50"):
        calibrate([IMPOSTOR[:49]], GENUINE)


def test_a_group_of_people_who_look_alike_raises_the_bar() -> None:
    """One group's impostors reach further: the threshold holds for that group too."""
    alike = np.append(RNG.normal(0.1, 0.1, 5_000), RNG.normal(0.75, 0.02, 50))
    calm = calibrate([IMPOSTOR, IMPOSTOR[:5_000]], GENUINE)
    wary = calibrate([IMPOSTOR, alike], GENUINE)
    assert wary.match_at > calm.match_at
    assert np.mean(wary.scores(alike) >= wary.match_at) <= 1.5e-3
