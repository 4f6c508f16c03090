"""Error rates against hand-made pairs."""

import numpy as np
import pytest

from training.identity.evaluate import Pairs, det, eer, eigenfaces, fnmr_at, pairs

APART = Pairs(np.array([0.8, 0.9]), np.array([0.1, 0.2, 0.3]))
CROSSED = Pairs(np.array([0.2, 0.6, 0.7, 0.8]), np.array([0.1, 0.3, 0.4, 0.65]))


def test_pairs_are_told_by_their_people() -> None:
    templates = np.eye(4)[[0, 0, 1, 2]]
    found = pairs(templates, np.array([7, 7, 8, 8]))
    assert sorted(found.genuine) == [0.0, 1.0]
    assert len(found.impostor) == 4


def test_separable_pairs_have_no_error() -> None:
    assert eer(APART) == 0.0
    assert fnmr_at(APART, 0.0) == 0.0


def test_equal_error_rate_is_where_the_rates_cross() -> None:
    """At 0.6: one impostor of four at or above, one genuine of four below."""
    assert eer(CROSSED) == pytest.approx(0.25)
    assert fnmr_at(CROSSED, 0.25) == pytest.approx(0.25)
    assert fnmr_at(CROSSED, 0.0) == pytest.approx(0.5)


def test_rates_run_from_all_to_nothing() -> None:
    fmr, fnmr = det(CROSSED)
    assert (fmr[0], fnmr[0]) == (1.0, 0.0)
    assert (fmr[-1], fnmr[-1]) == (0.0, 1.0)
    assert (np.diff(fmr) <= 0).all()
    assert (np.diff(fnmr) >= 0).all()


def test_identical_scores_of_both_kinds_cannot_be_told_apart() -> None:
    assert eer(Pairs(np.full(5, 0.5), np.full(5, 0.5))) == pytest.approx(0.5)


def test_eigenfaces_find_the_same_picture_in_other_light() -> None:
    rng = np.random.default_rng(0)
    train, test = rng.random((30, 64)), rng.random((5, 64))
    both = eigenfaces(train, np.vstack([test, test * 0.5 + 0.1]))
    assert np.diag(both[:5] @ both[5:].T) == pytest.approx(np.ones(5))
