"""Training on drawn people with a tiny setting, and on real ones where they are at hand."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.identity.predictor import IdentityPredictor
from tests.behaviour.identity.drawn import TINY, captures, rgb, trained
from training.datasets.faces import Capture, digest, limit, read_people
from training.identity.train import Settings, TooFewError, embed, fit, learn, prepare, split


def test_it_beats_guessing_and_measures_the_baseline_beside() -> None:
    metrics = trained().metrics
    assert metrics["eer"] < 0.4
    assert 0 < metrics["eer_eigenfaces"] < 1
    assert metrics["people"] == 12
    assert metrics["captures"] + metrics["unusable"] == 48


def test_a_report_comes_with_it() -> None:
    result = trained()
    assert all(plot.startswith(b"\x89PNG") for plot in result.plots.values())
    assert f"{result.metrics['eer_eigenfaces']:.4f}" in result.card
    assert result.predictor.metrics == result.metrics


def test_people_held_out_are_in_no_other_fold() -> None:
    people = np.repeat(np.arange(9), [1, 2, 3, 4, 5, 2, 2, 2, 1])
    folds = split(people, 3, seed=1)
    seen = [set(people[fold].tolist()) for fold in folds]
    assert set.union(*seen) == set(range(9))
    assert sum(map(len, seen)) == 9
    assert sum(map(len, folds)) == len(people)


def test_every_fold_has_pairs_even_with_many_single_captures() -> None:
    people = np.array([0, 0, 1, 1, 2, 2, 3, 3, *range(4, 40)])
    for seed in range(5):
        for fold in split(people, 2, seed):
            assert (np.unique(people[fold], return_counts=True)[1] >= 2).sum() == 2


def test_too_few_people_are_refused_with_the_number_it_takes(tmp_path: Path) -> None:
    with pytest.raises(TooFewError, match="at least 4 people"):
        fit(captures(people=3, each=2), TINY, tmp_path)


def test_the_same_seed_gives_the_same_network() -> None:
    faces = prepare(captures(4, 3), lambda _share: None)
    everybody = np.arange(len(faces.people))
    settings = replace(TINY, steps=4)
    first, second, other = (
        embed(learn(faces, everybody, settings, seed), [rgb(100, 0)]) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, second)
    assert not np.allclose(first, other)


def test_unusable_captures_are_named_and_left_out() -> None:
    bad = [
        Capture("broken", "0", b"no picture"),
        Capture("wall", "1", np.full((200, 300), 90, np.uint8)),
        Capture("gone", "1", Path("nowhere.png")),
    ]
    faces = prepare([*captures(2, 2), *bad], lambda _share: None)
    assert faces.unusable == {
        "broken": "not a picture",
        "wall": "no face found",
        "gone": "file not found",
    }
    assert len(faces.people) == 4


def test_digest_names_the_data_whatever_their_order() -> None:
    some = captures(2, 2)
    assert digest(some) == digest(some[::-1])
    assert digest(some) != digest(some[:-1])
    swapped = [replace(some[0], person_id="somebody else"), *some[1:]]
    assert digest(some) != digest(swapped)


def test_limit_prefers_people_with_several_captures() -> None:
    def ids(chosen: Sequence[Capture]) -> set[str]:
        return {c.capture_id for c in chosen}

    many = [Capture(f"a/{i}", "a", b"") for i in range(9)]
    few = [Capture(f"{p}/0", p, b"") for p in "bcdef"]
    chosen = limit([*few, *many], people=2, each=3)
    assert {"a/0", "a/1", "a/2"} < ids(chosen)
    assert len(chosen) == 4


def test_a_folder_of_people_is_read_in_order(tmp_path: Path) -> None:
    for name in ("s2/1.png", "s1/2.pgm", "s1/1.PGM", "s1/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    assert [c.capture_id for c in read_people(tmp_path)] == ["s1/1", "s1/2", "s2/1"]
    with pytest.raises(FileNotFoundError, match="no pictures"):
        read_people(tmp_path / "s1")


@pytest.mark.shared_data
def test_real_people_never_trained_on(shared_data: Path, tmp_path: Path) -> None:
    """AT&T faces, trained on 20 people; the other ten are verified by the saved model."""
    people = read_people(shared_data / "faces" / "orl")
    names = sorted({c.person_id for c in people})
    kept = set(np.random.default_rng(5).permutation(names)[:10].tolist())
    fit([c for c in people if c.person_id not in kept], Settings(folds=2), tmp_path)
    predictor = IdentityPredictor.load(tmp_path)
    held_out = [c for c in people if c.person_id in kept]
    faces = [predictor.look(c.picture) for c in held_out]
    assert all(face.quality.faces == 1 for face in faces)
    genuine, impostor = [], []
    for i, a in enumerate(faces):
        for j in range(i):
            score = predictor.compare(a, faces[j]).score
            assert score is not None
            same = held_out[i].person_id == held_out[j].person_id
            (genuine if same else impostor).append(score)
    from training.identity.evaluate import Pairs, eer

    assert eer(Pairs(np.array(genuine), np.array(impostor))) <= 0.15
