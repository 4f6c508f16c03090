"""Training of the face recogniser: reads captures with their people, writes a predictor's folder.

People are split into folds. Each fold's people are compared by a network that learned from the
others, so every figure is of people never trained on; their decisions use a calibration made on the
people of the other folds. The network that is kept learned from everybody, and is calibrated on all
those held-out comparisons.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F  # noqa: N812  the field's name for it

from models.identity.calibration import Calibration, calibrate
from models.identity.finding import cut, find_face
from models.identity.network import ArcFace, FaceNetwork, NetworkConfig, Recogniser
from models.identity.pack import SIDE
from models.identity.picture import Pixels, UnreadableError, as_picture, read_picture
from models.identity.predictor import IdentityPredictor
from training.datasets.faces import Capture, limit
from training.identity import evaluate, report
from training.identity.augment import Variation, vary

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Settings:
    """All that a training run can be told. Three folds: each network learns from two thirds."""

    network: NetworkConfig = field(default_factory=NetworkConfig)
    variation: Variation = field(default_factory=Variation)
    folds: int = 3
    steps: int = 100  # and one more for every person: more people take longer to tell apart
    steps_a_person: int = 1
    batch: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 5e-3
    margin: float = 0.5  # radians
    scale: float = 24.0
    people: int = 200
    captures_each: int = 10
    false_match: float = 1e-3
    false_non_match: float = 0.02
    threads: int = 1
    seed: int = 0


@dataclass(frozen=True)
class Trained:
    """`plots` are PNG files by name, `card` is Markdown, `scores` the held-out pairs' scores."""

    predictor: IdentityPredictor
    metrics: dict[str, float]
    plots: dict[str, bytes]
    card: str
    scores: evaluate.Pairs


class TooFewError(ValueError):
    """Not enough people or pictures to train on; the message says how many it takes."""


@dataclass(frozen=True)
class Faces:
    """Aligned faces. `framings[i]` are all ways that capture i is framed, the first is embedded."""

    framings: list[list[Pixels]]
    people: NDArray[np.int64]
    unusable: dict[str, str]

    def first(self, which: NDArray[np.intp]) -> list[Pixels]:
        return [self.framings[i][0] for i in which]


def fit(
    captures: Sequence[Capture],
    settings: Settings,
    folder: Path,
    progress: Progress = lambda _done, _what: None,
) -> Trained:
    """Train, measure, calibrate, and write the predictor to `folder`.

    Raises TooFewError with fewer than two people a fold who have two usable captures.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(settings.threads)
    try:
        return _fit(captures, settings, folder, progress)
    finally:
        torch.set_num_threads(threads)


def _fit(
    captures: Sequence[Capture], settings: Settings, folder: Path, progress: Progress
) -> Trained:
    chosen = limit(captures, settings.people, settings.captures_each, settings.seed)
    faces = prepare(chosen, lambda share: progress(0.3 * share, "finding faces"))
    share = 1 / (settings.folds + 1)

    def fold_begins(number: int) -> None:
        progress(0.3 + 0.7 * share * number, f"training, fold {number + 1} of {settings.folds}")

    ours, baseline = held_out_pairs(faces, settings, fold_begins)
    progress(1 - 0.7 * share, "training on everybody")
    network = learn(faces, np.arange(len(faces.people)), settings, settings.seed + settings.folds)
    pooled = evaluate.together(ours)
    curve = _calibrate(ours, settings)
    scores, decided = _held_out_decisions(ours, settings)
    metrics = {
        "eer": float(np.mean([evaluate.eer(p) for p in ours])),
        "eer_eigenfaces": float(np.mean([evaluate.eer(p) for p in baseline])),
        "eer_worst_fold": max(evaluate.eer(p) for p in ours),
        "eer_pooled": evaluate.eer(scores),
        "fnmr_at_fmr_1e-2": evaluate.fnmr_at(scores, 1e-2),
        "fnmr_at_fmr_1e-3": evaluate.fnmr_at(scores, 1e-3),
        "fnmr_at_fmr_1e-2_eigenfaces": evaluate.fnmr_at(evaluate.together(baseline), 1e-2),
        **decided,
        "people": float(len(np.unique(faces.people))),
        "captures": float(len(faces.people)),
        "unusable": float(len(faces.unusable)),
        "genuine_pairs": float(len(pooled.genuine)),
        "impostor_pairs": float(len(pooled.impostor)),
    }
    predictor = IdentityPredictor.create(folder, network, curve, asdict(settings), metrics)
    plots = {
        "det.png": report.det_plot({"network": scores, "eigenfaces": evaluate.together(baseline)}),
        "scores.png": report.score_plot(scores, curve),
    }
    progress(1.0, "trained")
    return Trained(predictor, metrics, plots, report.card(metrics, curve, faces.unusable), scores)


def held_out_pairs(
    faces: Faces, settings: Settings, begins: Callable[[int], None] = lambda _number: None
) -> tuple[list[evaluate.Pairs], list[evaluate.Pairs]]:
    """Pairs of every fold's people by a network that never saw them, and by eigenfaces likewise."""
    ours, baseline = [], []
    for number, held_out in enumerate(split(faces.people, settings.folds, settings.seed)):
        begins(number)
        rest = np.setdiff1d(np.arange(len(faces.people)), held_out)
        network = learn(faces, rest, settings, settings.seed + number)
        people = faces.people[held_out]
        ours.append(evaluate.pairs(embed(network, faces.first(held_out)), people))
        plain = evaluate.eigenfaces(_pixels(faces.first(rest)), _pixels(faces.first(held_out)))
        baseline.append(evaluate.pairs(plain, people))
    return ours, baseline


def prepare(captures: Sequence[Capture], progress: Callable[[float], None]) -> Faces:
    """Find and cut every face. A capture without one is left out and named."""
    framings, people, unusable = [], [], {}
    number = {name: at for at, name in enumerate(sorted({c.person_id for c in captures}))}
    for done, capture in enumerate(captures):
        progress(done / len(captures))
        try:
            source = capture.picture
            picture = as_picture(source) if isinstance(source, np.ndarray) else read_picture(source)
        except UnreadableError as error:
            unusable[capture.capture_id] = str(error)
            continue
        found = find_face(picture)
        if found is None or found.count != 1:
            several = found is not None and found.count > 1
            unusable[capture.capture_id] = "several faces" if several else "no face found"
            continue
        framings.append([cut(picture, frame, SIDE) for frame in found.frames])
        people.append(number[capture.person_id])
    return Faces(framings, np.array(people, np.int64), unusable)


def split(people: NDArray[np.int64], folds: int, seed: int) -> list[NDArray[np.intp]]:
    """Indices held out in each fold; a person is in one fold alone."""
    names, sizes = np.unique(people, return_counts=True)
    paired = int((sizes >= 2).sum())
    if paired < 2 * folds:
        raise TooFewError(
            f"face training needs at least {2 * folds} people with two usable captures each; "
            f"there are {paired}"
        )
    # people with pairs are dealt out first, so that every fold can be measured
    order = np.random.default_rng(seed).permutation(len(names))
    dealt = names[sorted(order, key=lambda i: sizes[i] < 2)]
    return [np.flatnonzero(np.isin(people, dealt[fold::folds])) for fold in range(folds)]


def learn(faces: Faces, which: NDArray[np.intp], settings: Settings, seed: int) -> FaceNetwork:
    """Train one network on the captures `which`. A mirrored person counts as another person: it
    doubles the people, and with so few of them that matters more than that faces are symmetric."""
    own, cuts = [], []
    for index in which:
        own += [faces.people[index]] * len(faces.framings[index])
        cuts += faces.framings[index]
    grey = _halved(cuts)
    person = torch.from_numpy(np.unique(np.array(own), return_inverse=True)[1])
    people = int(person.max()) + 1
    grey = torch.cat([grey, grey.flip(3)])
    person = torch.cat([person, person + people])

    steps = settings.steps + settings.steps_a_person * people
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = FaceNetwork(settings.network)
        loss = ArcFace(settings.network.embedding, 2 * people, settings.scale)
        weights = [*network.parameters(), *loss.parameters()]
        optimiser = torch.optim.AdamW(
            weights, settings.learning_rate, weight_decay=settings.weight_decay
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, settings.learning_rate, total_steps=steps
        )
        for step in range(steps):
            batch = torch.randint(0, len(grey), (settings.batch,), generator=generator)
            margin = settings.margin * min(1.0, step / (steps / 2))
            embedded = network(vary(grey[batch], settings.variation, generator))
            optimiser.zero_grad()
            loss(embedded, person[batch], margin).backward()
            optimiser.step()
            schedule.step()
    return network.eval()


@torch.no_grad()
def embed(network: FaceNetwork, faces: Sequence[Pixels]) -> NDArray[np.float32]:
    """What the exported recogniser will give: (n, 112, 112, 3) RGB → (n, embedding)."""
    recogniser = Recogniser(network).eval()
    rows = [
        recogniser(torch.from_numpy(np.stack(faces[at : at + 64])).permute(0, 3, 1, 2) / 127.5 - 1)
        for at in range(0, len(faces), 64)
    ]
    templates: NDArray[np.float32] = torch.cat(rows).numpy()
    return templates


def _halved(faces: Sequence[Pixels]) -> torch.Tensor:
    """(n, 112, 112, 3) RGB → (n, 1, 56, 56) grey in 0..1, as the recogniser does it."""
    grey = np.stack([cv2.cvtColor(face, cv2.COLOR_RGB2GRAY) for face in faces])
    return F.avg_pool2d(torch.from_numpy(grey)[:, None].float() / 255, 2)


def _pixels(faces: Sequence[Pixels]) -> NDArray[np.float64]:
    rows: NDArray[np.float64] = _halved(faces).flatten(1).numpy().astype(np.float64)
    return rows


def _calibrate(folds: Sequence[evaluate.Pairs], settings: Settings) -> Calibration:
    return calibrate(
        [fold.impostor for fold in folds],
        np.concatenate([fold.genuine for fold in folds]),
        settings.false_match,
        settings.false_non_match,
    )


def _held_out_decisions(
    folds: Sequence[evaluate.Pairs], settings: Settings
) -> tuple[evaluate.Pairs, dict[str, float]]:
    """Each fold's pairs, scored and decided by the calibration of the other folds' people."""
    scored, shares = [], []
    for number, fold in enumerate(folds):
        curve = _calibrate([p for at, p in enumerate(folds) if at != number], settings)
        pairs = evaluate.Pairs(curve.scores(fold.genuine), curve.scores(fold.impostor))
        scored.append(pairs)
        shares.append(
            [
                float(np.mean(pairs.impostor >= curve.match_at)),
                float(np.mean(pairs.genuine >= curve.match_at)),
                float(np.mean(pairs.genuine < curve.refer_at)),
                float(np.mean(pairs.impostor < curve.refer_at)),
            ]
        )
    names = ("false_match", "matched", "false_no_match", "refused")
    return evaluate.together(scored), dict(zip(names, np.mean(shares, 0).tolist(), strict=True))
