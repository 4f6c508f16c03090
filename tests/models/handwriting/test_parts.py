"""What the recogniser is made of: lines, features, decoding, the lexicon."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from models.handwriting.decoding import beam, likelihoods, segments
from models.handwriting.features import CHANNELS, FEWEST, steps
from models.handwriting.lexicon import Lexicon
from models.handwriting.lines import Line, lines

LETTERS = "ab"


def stroke(*points: tuple[float, float]) -> Line:
    return np.array(points, float)


def letter(x: float, y: float, height: float = 20) -> Line:
    """A slanting bar of a letter's height, its middle at x, y."""
    return stroke((x - 3, y - height / 2), (x + 3, y + height / 2))


def test_lines_are_read_from_the_top_whenever_they_were_written() -> None:
    written = [letter(10, 150), letter(10, 50), letter(30, 152), letter(30, 48)]
    assert lines(written) == [[1, 3], [0, 2]]


def test_a_sloping_line_is_one_line() -> None:
    first = [letter(x, 50 + 0.1 * x) for x in range(10, 400, 20)]
    second = [letter(x, 140 + 0.1 * x) for x in range(10, 400, 20)]
    count = len(first)
    assert lines(first + second) == [list(range(count)), list(range(count, 2 * count))]


def test_dots_and_commas_join_the_nearest_line() -> None:
    comma, dot = stroke((42, 62), (41, 65)), stroke((30, 128), (30, 129))
    written = [letter(10, 50), letter(30, 50), letter(10, 150), letter(30, 150), comma, dot]
    assert lines(written) == [[0, 1, 4], [2, 3, 5]]


points = some.tuples(some.floats(0, 1000), some.floats(0, 500))
drawings = some.lists(some.lists(points, min_size=1, max_size=5), min_size=1, max_size=6)


@settings(deadline=None)
@given(drawings)
def test_any_drawing_has_lines_and_steps(drawn: list[list[tuple[float, float]]]) -> None:
    strokes = [stroke(*one) for one in drawn]
    found = lines(strokes)
    assert sorted(position for line in found for position in line) == list(range(len(strokes)))
    for line in found:
        seen = steps([strokes[position] for position in line])
        assert seen.values.shape == (len(seen.stroke), CHANNELS)
        assert np.isfinite(seen.values).all()
        assert all((seen.stroke == one).sum() >= FEWEST for one in range(len(line)))


def test_size_place_and_the_order_of_writing_make_no_difference() -> None:
    first = [letter(10, 50), stroke((20, 40), (26, 50), (20, 60)), letter(40, 52, 30)]
    moved = [one * 3.7 + np.array([90.0, 400.0]) for one in (first[2], first[0], first[1])]
    np.testing.assert_allclose(steps(first).values, steps(moved).values, atol=1e-4)


def logs_of(*rows: list[float]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    shares = np.array(rows)
    found: np.ndarray[tuple[int, int], np.dtype[np.float64]] = np.log(
        shares / shares.sum(axis=1, keepdims=True)
    )
    return found


def test_words_lie_between_gaps() -> None:
    gap, no = [0.1, 0.1, 0.8], [0.8, 0.1, 0.1]
    logs = logs_of(no, no, gap, gap, no, gap)
    assert segments(logs, 2) == [(0, 2), (4, 5)]
    assert segments(logs_of(gap, gap), 2) == []


@settings(deadline=None)
@given(some.integers(0, 10_000))
def test_the_beam_and_the_forward_pass_count_every_alignment(seed: int) -> None:
    """Both equal counting all paths by hand."""
    shares = np.random.default_rng(seed).uniform(0.05, 1, (4, 3))
    logs = logs_of(*shares.tolist())
    counted: dict[str, float] = {}
    for path in product(range(3), repeat=4):
        kept = [k for i, k in enumerate(path) if k and (i == 0 or path[i - 1] != k)]
        text = "".join(LETTERS[k - 1] for k in kept)
        counted[text] = counted.get(text, 0) + float(np.exp(logs[range(4), path].sum()))
    texts = [text for text in counted if text]
    np.testing.assert_allclose(
        likelihoods(logs, texts, LETTERS), [np.log(counted[text]) for text in texts]
    )
    best, value = beam(logs, LETTERS)[0]
    assert best == max(texts, key=lambda text: counted[text])
    assert value == pytest.approx(np.log(counted[best]), abs=0.2)  # the beam drops some paths


def test_a_word_too_long_for_its_frames_is_impossible() -> None:
    assert likelihoods(logs_of([1, 1, 1]), ["ab"], LETTERS)[0] == -np.inf


def test_near_words_are_dressed_as_what_was_read() -> None:
    lexicon = Lexicon(["dengue", "fever", "बुखार", ""], "abcdefghijklmnopqrstuvwxyzABCDEF(),.")
    assert lexicon.words == ["dengue", "fever"]
    assert lexicon.near("(dengve,")[0] == "(dengue,"
    assert "Dengue" in lexicon.near("Dengve")
    assert "DENGUE" in lexicon.near("DENCUE")
    assert "Fever." in lexicon
    assert lexicon.near("101") == []
    assert lexicon.near("...") == []
    assert Lexicon([], "abc").near("abc") == []
