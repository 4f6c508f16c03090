"""Procedurally drawn faces for the demonstration city: nobody's likeness, and not photographs.

A person is a seed and keeps their features; a capture is a second seed and moves pose, expression,
light and the camera's noise. Figures measured on these faces say nothing about real people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Colour = tuple[float, float, float]

CANVAS = 256  # faces are drawn at this size and then reduced: cheap smoothing of edges
SKINS: tuple[Colour, ...] = (  # BGR, from the light to the dark skins of a large Indian city
    (178, 205, 232), (150, 182, 216), (120, 156, 198), (96, 132, 178), (74, 108, 154), (56, 84, 124),
)  # fmt: skip
HAIRS: tuple[Colour, ...] = (
    (24, 22, 22),
    (34, 30, 34),
    (30, 40, 58),
    (120, 124, 128),
    (190, 194, 198),
)
CLOTHS: tuple[Colour, ...] = (
    (60, 60, 180),
    (150, 90, 40),
    (70, 140, 60),
    (60, 160, 220),
    (140, 70, 140),
    (220, 220, 220),
)


@dataclass(frozen=True)
class Person:
    """What stays the same over all captures. Lengths are shares of the face's half width."""

    skin: Colour
    hair: Colour
    cloth: Colour
    width: float
    height: float
    jaw: float
    eye_gap: float
    eye_size: float
    eye_height: float
    eye_slant: float
    iris: float
    brow_height: float
    brow_weight: float
    brow_arch: float
    nose_length: float
    nose_width: float
    mouth_height: float
    mouth_width: float
    lip: float
    hairline: float
    hair_side: float
    hair_length: float
    covering: str  # none, turban, scarf
    beard: float
    moustache: bool
    glasses: bool
    bindi: bool
    mole: tuple[float, float]


def person(seed: int) -> Person:
    r = np.random.default_rng([seed, 7919])

    def u(low: float, high: float) -> float:
        return float(r.uniform(low, high))

    skin = tuple(float(c) * u(0.94, 1.06) for c in SKINS[int(r.integers(len(SKINS)))])
    hair = HAIRS[int(r.choice(len(HAIRS), p=[0.4, 0.3, 0.12, 0.12, 0.06]))]
    woman = r.random() < 0.5
    covering = str(r.choice(["none", "scarf" if woman else "turban"], p=[0.82, 0.18]))
    return Person(
        skin=(skin[0], skin[1], skin[2]),
        hair=hair,
        cloth=CLOTHS[int(r.integers(len(CLOTHS)))],
        width=u(0.86, 1.1),
        height=u(1.22, 1.46),
        jaw=u(0.55, 0.95),
        eye_gap=u(0.38, 0.5),
        eye_size=u(0.15, 0.22),
        eye_height=u(-0.22, -0.08),
        eye_slant=u(-0.14, 0.14),
        iris=u(0.5, 0.68),
        brow_height=u(0.2, 0.34),
        brow_weight=u(0.035, 0.11),
        brow_arch=u(0.0, 0.12),
        nose_length=u(0.38, 0.6),
        nose_width=u(0.13, 0.26),
        mouth_height=u(0.66, 0.84),
        mouth_width=u(0.28, 0.46),
        lip=u(0.05, 0.12),
        hairline=u(0.5, 0.9),
        hair_side=u(0.98, 1.2),
        hair_length=u(0.6, 1.9) if woman else u(-0.4, 0.3),
        covering=covering,
        beard=0.0 if woman else float(r.choice([0.0, 0.35, 0.8], p=[0.5, 0.25, 0.25])),
        moustache=bool(not woman and r.random() < 0.45),
        glasses=bool(r.random() < 0.25),
        bindi=bool(woman and r.random() < 0.4),
        mole=(u(-0.6, 0.6), u(0.1, 0.7)),
    )


class _Sketch:
    """A canvas on which points are given in the face's own frame, turned by yaw, pitch and roll."""

    def __init__(
        self,
        half: float,
        centre: tuple[float, float],
        yaw: float,
        pitch: float,
        roll: float,
        back: Colour,
    ) -> None:
        self.image: Image = np.full((CANVAS, CANVAS, 3), back, np.uint8)
        self.half, self.centre, self.yaw, self.pitch = half, centre, yaw, pitch
        self.cos, self.sin = np.cos(roll), np.sin(roll)

    def at(self, x: NDArray[np.float64], y: NDArray[np.float64], depth: float) -> NDArray[np.int32]:
        """(n,) face coordinates → (n, 2) pixels ×16; a nearer point moves further with the turn."""
        u = x * np.cos(self.yaw) + depth * np.sin(self.yaw)
        v = y * np.cos(self.pitch) + depth * np.sin(self.pitch)
        px = self.centre[0] + self.half * (u * self.cos - v * self.sin)
        py = self.centre[1] + self.half * (u * self.sin + v * self.cos)
        points: NDArray[np.int32] = np.rint(np.stack([px, py], 1) * 16).astype(np.int32)
        return points

    def fill(
        self,
        x: Sequence[float] | NDArray[np.float64],
        y: Sequence[float] | NDArray[np.float64],
        colour: Colour,
        depth: float = 0.0,
    ) -> None:
        points = self.at(np.asarray(x, float), np.asarray(y, float), depth)
        cv2.fillPoly(self.image, [points], colour, cv2.LINE_AA, 4)

    def line(
        self,
        x: Sequence[float] | NDArray[np.float64],
        y: Sequence[float] | NDArray[np.float64],
        colour: Colour,
        weight: float,
        depth: float = 0.0,
    ) -> None:
        points = self.at(np.asarray(x, float), np.asarray(y, float), depth)
        cv2.polylines(
            self.image, [points], False, colour, max(1, round(weight * self.half)), cv2.LINE_AA, 4
        )

    def oval(
        self, x: float, y: float, rx: float, ry: float, colour: Colour, depth: float = 0.0
    ) -> None:
        t = np.linspace(0, 2 * np.pi, 25)
        self.fill(x + rx * np.cos(t), y + ry * np.sin(t), colour, depth)


def _shade(colour: Colour, factor: float) -> Colour:
    b, g, r = (min(255.0, c * factor) for c in colour)
    return b, g, r


def _outline(p: Person, grow: float = 1.0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The head's outline: an oval whose lower part narrows to the jaw."""
    t = np.linspace(0, 2 * np.pi, 49)
    x, y = np.cos(t), np.sin(t)
    narrow = 1 - (1 - p.jaw) * 0.45 * np.clip(y, 0, 1) ** 2
    return p.width * grow * x * narrow, p.height * grow * y


def draw_face(person_seed: int, capture_seed: int, size: tuple[int, int] = (112, 112)) -> Image:
    """One capture as (height, width, 3) uint8 BGR; the same seeds always give the same picture."""
    p = person(person_seed)
    r = np.random.default_rng([person_seed, capture_seed, 104729])
    yaw, pitch, roll = r.normal(0, 0.2), r.normal(0, 0.1), r.normal(0, 0.06)
    smile, opened, lids = r.uniform(-0.3, 1.0), max(0.0, r.normal(0, 0.5)), r.uniform(0.55, 1.0)
    gaze = r.normal(0, 0.25)
    back = _shade((150, 150, 150), r.uniform(0.35, 1.3))
    half = CANVAS * r.uniform(0.27, 0.32)
    centre = (CANVAS * (0.5 + r.normal(0, 0.025)), CANVAS * (0.5 + r.normal(0, 0.02)))
    s = _Sketch(
        half,
        centre,
        float(np.clip(yaw, -0.5, 0.5)),
        float(np.clip(pitch, -0.25, 0.25)),
        float(roll),
        back,
    )

    _behind(s, p)
    x, y = _outline(p)
    s.fill(x, y, p.skin)
    _hair(s, p)
    if p.beard:
        _beard(s, p)
    _eyes(s, p, float(lids), float(gaze))
    _nose(s, p)
    _mouth(s, p, float(smile), float(opened))
    _marks(s, p, glasses=p.glasses and r.random() < 0.85)
    return _camera(s.image, r, size)


def _behind(s: _Sketch, p: Person) -> None:
    if p.covering == "none":
        x, y = _outline(p, 1.12)
        s.fill(x[y < 0.1], y[y < 0.1], p.hair, -0.1)
    if p.hair_length > 0:
        s.fill(
            [-1.15, 1.15, 1.2, 0.9, -0.9, -1.2],
            [-0.6, -0.6, p.hair_length, 1.7, 1.7, p.hair_length],
            p.hair,
            -0.4,
        )
    s.fill([-0.5, 0.5, 0.55, -0.55], [0.6, 0.6, 2.0, 2.0], _shade(p.skin, 0.8), -0.2)
    s.fill([-2.2, -0.6, 0.6, 2.2, 2.6, -2.6], [1.9, 1.55, 1.55, 1.9, 3.2, 3.2], p.cloth, -0.3)
    for side in (-1, 1):
        s.oval(side * p.width, 0.05, 0.13, 0.26, _shade(p.skin, 0.85), -0.25)


def _hair(s: _Sketch, p: Person) -> None:
    x, y = _outline(p, 1.06)
    top = y < -p.hairline * p.height
    if p.covering == "turban":
        s.fill(
            [-1.2, -0.9, 0.0, 0.9, 1.2, 0.0],
            [-0.5, -1.75, -2.0, -1.75, -0.5, -1.15],
            p.cloth,
            -0.05,
        )
        s.line([-1.1, 0.0, 0.9], [-0.7, -1.35, -1.7], _shade(p.cloth, 0.7), 0.05, 0.05)
        return
    if p.covering == "scarf":
        ring_x, ring_y = _outline(p, 1.3)
        s.fill(np.r_[ring_x, x[::-1]], np.r_[ring_y, y[::-1] * 0.97], p.cloth, -0.05)
        return
    crown_x, crown_y = _outline(p, 1.12)
    line = np.linspace(1, -1, 9) * p.width * 0.92
    fringe = -p.height * (p.hairline + 0.06 * np.cos(line * 3 + p.hair_side * 9))
    if top.any():
        keep = crown_y < -0.1 * p.height
        order = np.argsort(crown_x[keep])
        s.fill(np.r_[crown_x[keep][order], line], np.r_[crown_y[keep][order], fringe], p.hair, 0.0)


def _beard(s: _Sketch, p: Person) -> None:
    x, y = _outline(p, 1.01)
    low = y > 0.42 * p.height
    mix = p.beard
    b, g, r = (mix * h * 1.3 + (1 - mix) * c for h, c in zip(p.hair, p.skin, strict=True))
    s.fill(x[low], y[low], (b, g, r))


def _eyes(s: _Sketch, p: Person, lids: float, gaze: float) -> None:
    t = np.linspace(0, 2 * np.pi, 25)
    for side in (-1, 1):
        cx, cy, e = side * p.eye_gap, p.eye_height, p.eye_size
        s.oval(cx, cy + 0.02, e * 1.5, e * 1.1, _shade(p.skin, 0.78), 0.25)
        x = e * np.cos(t)
        y = e * 0.52 * lids * np.sin(t) - side * p.eye_slant * x
        s.fill(cx + x, cy + y, (232, 236, 238), 0.3)
        s.oval(
            cx + gaze * e * 0.4,
            cy,
            e * p.iris * 0.62,
            e * min(0.52 * lids, p.iris * 0.62),
            (22, 26, 34),
            0.32,
        )
        upper = np.sin(t) < 0.1
        order = np.argsort(x[upper])
        s.line((cx + x[upper])[order], (cy + y[upper])[order], (18, 16, 20), 0.045, 0.32)
        bx = np.linspace(-1.35, 1.35, 7) * e
        by = cy - p.brow_height + side * p.brow_arch * bx - 0.06 * np.cos(bx / e)
        s.line(cx + bx, by, _shade(p.hair, 0.8), p.brow_weight, 0.3)


def _nose(s: _Sketch, p: Person) -> None:
    top, tip, w = p.eye_height + 0.05, p.eye_height + p.nose_length, p.nose_width
    s.fill([-0.05, 0.05, w * 0.8, -w * 0.8], [top, top, tip, tip], _shade(p.skin, 1.07), 0.45)
    s.line([0.06, w * 0.7, w], [top, tip - 0.12, tip], _shade(p.skin, 0.72), 0.035, 0.42)
    s.oval(0, tip, w, 0.08, _shade(p.skin, 0.92), 0.5)
    for side in (-1, 1):
        s.oval(side * w * 0.55, tip + 0.04, w * 0.28, 0.035, _shade(p.skin, 0.4), 0.48)


def _mouth(s: _Sketch, p: Person, smile: float, opened: float) -> None:
    x = np.linspace(-1, 1, 13)
    middle = p.mouth_height + 0.07 * smile * (1 - x**2) - 0.04 * smile
    shape = np.sqrt(np.clip(1 - x**2, 0, 1))
    lips = _shade((p.skin[0] * 0.72, p.skin[1] * 0.66, p.skin[2] * 0.88), 0.9)
    wide = p.mouth_width * (1 + 0.12 * smile) * x
    s.fill(
        np.r_[wide, wide[::-1]],
        np.r_[middle - p.lip * shape, (middle + (p.lip * 1.2 + 0.12 * opened) * shape)[::-1]],
        lips,
        0.35,
    )
    if opened > 0.25:
        s.fill(
            np.r_[wide * 0.8, wide[::-1] * 0.8],
            np.r_[middle, (middle + 0.12 * opened * shape)[::-1]],
            (40, 30, 60),
            0.35,
        )
    s.line(wide * 0.97, middle, _shade(lips, 0.45), 0.03, 0.36)
    if p.moustache:
        s.fill(
            np.r_[wide, wide[::-1] * 0.9],
            np.r_[middle - p.lip * 0.6, (middle - p.lip - 0.1 * shape - 0.02)[::-1]],
            p.hair,
            0.4,
        )


def _marks(s: _Sketch, p: Person, glasses: bool) -> None:
    s.oval(p.mole[0], p.mole[1], 0.03, 0.03, _shade(p.skin, 0.4), 0.2)
    if p.bindi:
        s.oval(0, p.eye_height - 0.3, 0.05, 0.05, (40, 30, 170), 0.35)
    if glasses:
        t = np.linspace(0, 2 * np.pi, 25)
        for side in (-1, 1):
            s.line(
                side * p.eye_gap + 0.3 * np.cos(t),
                p.eye_height + 0.22 * np.sin(t),
                (30, 30, 30),
                0.035,
                0.42,
            )
            s.line(
                [side * (p.eye_gap + 0.3), side * p.width],
                [p.eye_height, p.eye_height - 0.05],
                (30, 30, 30),
                0.03,
                0.2,
            )
        s.line([-p.eye_gap + 0.3, p.eye_gap - 0.3], [p.eye_height] * 2, (30, 30, 30), 0.03, 0.45)


def _camera(image: Image, r: np.random.Generator, size: tuple[int, int]) -> Image:
    """Light from one side, exposure, focus and sensor noise; then the size that is asked for."""
    width, height = size
    picture = cv2.resize(
        image, (width, height), interpolation=cv2.INTER_AREA if width < CANVAS else cv2.INTER_LINEAR
    )
    picture = cv2.GaussianBlur(picture, (0, 0), max(0.3, width / 112 * r.uniform(0.5, 1.1)))
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None] * np.float32(
        r.normal(0, 0.18)
    )
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None, None] * np.float32(
        r.normal(-0.06, 0.1)
    )
    lit = picture * ((1 + across + down) * np.float32(r.uniform(0.8, 1.15)))
    lit += r.standard_normal((height, width, 1), np.float32) * np.float32(r.uniform(1, 5))
    return np.clip(lit, 0, 255).astype(np.uint8)


def encode(image: Image, extension: str = ".jpg") -> bytes:
    """The picture as a file's bytes (JPEG, or PNG with `.png`)."""
    parameters = [cv2.IMWRITE_JPEG_QUALITY, 92] if extension == ".jpg" else []
    return bytes(cv2.imencode(extension, image, parameters)[1])


def write_webcam(
    path: Path, person_seed: int, seconds: float = 2.0, size: tuple[int, int] = (640, 480)
) -> Path:
    """A motion JPEG of one person before a grey wall, for a browser's fake camera (`.mjpeg`)."""
    width, height = size
    side = min(size)
    frames = []
    for number in range(max(1, round(seconds * 5))):
        frame = np.full((height, width, 3), 150, np.uint8)
        left = (width - side) // 2
        frame[:side, left : left + side] = draw_face(person_seed, number, (side, side))
        frames.append(encode(frame))
    path.write_bytes(b"".join(frames))
    return path
