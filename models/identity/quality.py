"""How usable a face picture is, measured on the picture alone.

Every bound is a physical one and the same for all models. They were set so that none but the worst
of sharp, evenly lit portraits is complained of, and the same portraits blurred or darkened are.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.identity.finding import Found, Square, cut
from models.identity.picture import Pixels

SIDE = 112
UNUSABLE = frozenset({"unreadable", "no_face", "several_faces"})
LEAST_SCORE = 0.2  # below it a person looks, whatever the comparison says


@dataclass(frozen=True)
class Quality:
    """`score` 0 (unusable) to 1 (ideal); `problems` are the names of serving.identity.schema."""

    score: float
    faces: int
    problems: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        return self.score >= LEAST_SCORE and not UNUSABLE & set(self.problems)


UNREADABLE = Quality(0.0, 0, ("unreadable",))
NO_FACE = Quality(0.0, 0, ("no_face",))


@dataclass(frozen=True)
class _Bound:
    """A measure is ideal from `good` on, complained of beyond `poor`, useless at `useless`."""

    problem: str
    useless: float
    poor: float
    good: float

    def share(self, value: float) -> float:
        """0..1, one half where complaints begin."""
        xs, ys = (self.useless, self.poor, self.good), (0.0, 0.5, 1.0)
        if self.useless > self.good:
            xs, ys = xs[::-1], ys[::-1]
        return float(np.interp(value, xs, ys))


BOUNDS = {
    "size": _Bound("too_small", 16, 40, 80),  # width of the face in pixels
    "brightness": _Bound("too_dark", 15, 50, 80),  # mean grey value
    "glare": _Bound("too_bright", 245, 210, 185),  # mean grey value
    "contrast": _Bound("low_contrast", 5, 15, 25),  # standard deviation of grey values
    "sharpness": _Bound("blurred", 0.12, 0.30, 0.45),  # steep edges over contrast
    "symmetry": _Bound("turned", 0.0, 0.45, 0.7),  # the face against its mirror image
}


def assess(picture: Pixels, found: Found) -> Quality:
    """Quality of the main face. A face taken on trust (`found.count` 0) is reported as no_face."""
    values = measures(picture, found.box)
    shares = {name: BOUNDS[name].share(value) for name, value in values.items()}
    problems = [BOUNDS[name].problem for name, share in shares.items() if share < 0.5]
    score = float(np.prod(list(shares.values()))) ** 0.5
    if found.count == 0:
        return Quality(min(score, 0.1), 0, ("no_face", *problems))
    if found.count > 1:
        problems.insert(0, "several_faces")
    return Quality(score, found.count, tuple(problems))


def measures(picture: Pixels, box: Square) -> dict[str, float]:
    """The values that BOUNDS judge, of the face inside `box`."""
    grey = cv2.cvtColor(cut(picture, box, SIDE), cv2.COLOR_RGB2GRAY).astype(np.float32)
    inner = grey[14:-14, 14:-14]
    spread = float(inner.std())
    across = cv2.Sobel(inner, cv2.CV_32F, 1, 0) / 8
    down = cv2.Sobel(inner, cv2.CV_32F, 0, 1) / 8
    steep = float(np.percentile(np.hypot(across, down), 95))
    return {
        "size": box.side,
        "brightness": float(inner.mean()),
        "glare": float(inner.mean()),
        "contrast": spread,
        "sharpness": steep / (spread + 1),
        "symmetry": _symmetry(grey),
    }


def _symmetry(grey: NDArray[np.float32]) -> float:
    """Correlation of the face, evened out in light, with its mirror image at the best shift."""
    level = grey - cv2.GaussianBlur(grey, (0, 0), 10)
    level = level / (np.sqrt(cv2.GaussianBlur(level * level, (0, 0), 10)) + 4)
    even = cv2.GaussianBlur(level, (0, 0), 2.5)
    middle = even[16:96, 16:96]
    best = -1.0
    for shift in range(-10, 11, 2):
        other = even[16:96, 16 + shift : 96 + shift][:, ::-1]
        norm = float(np.sqrt((middle**2).mean() * (other**2).mean())) + 1e-9
        best = max(best, float((middle * other).mean()) / norm)
    return best
