"""Where the face is. Multi-block LBP cascade for frontal faces, as scikit-image ships it.

Liao et al., "Learning multi-scale block local binary patterns for face recognition", ICB 2007. It
was trained on photographs, needs no download, and finds upright faces turned by up to about 30°.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.identity.picture import Pixels

WORKING_SIDE = 320  # pixels; longer pictures are reduced for the search
LEAST_SIDE = 96  # smaller pictures are enlarged: the cascade's window is 24 pixels
MARGIN = 0.25  # repeated edge around the picture, so that a tight crop has room for the window
LEAST_FACE = 0.15  # of the picture's shorter side
TIGHT = 0.75  # a face this share of the picture's width means that the picture is a face crop
FRAME = 1.25  # side of the square that is embedded, in widths of the detected box
RISE = 0.07  # the cascade's boxes sit below the middle of the head by this share of their width


@dataclass(frozen=True)
class Square:
    """A square in the picture's pixels: centre and side."""

    x: float
    y: float
    side: float


@dataclass(frozen=True)
class Found:
    """`frames` are ways to frame the face: the first is embedded, all are learned from. `count` is 0
    when no face was found and the whole picture, shaped like a face crop, is taken for one."""

    count: int
    box: Square
    frames: tuple[Square, ...]


def find_face(picture: Pixels) -> Found | None:
    """The main face, or None where there is none.

    A picture that is already a face crop is framed by its own edges rather than by the cascade's
    box: the crop is steadier than the box. Where the cascade misses, even after evening out the light, a
    picture with the shape of a portrait is taken whole; the caller must refer such a face.
    """
    height, width = picture.shape[:2]
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    if min(height, width) < 16 or int(grey.max()) - int(grey.min()) < 8:
        return None
    whole = Square(width / 2, height / 2, max(height, width))
    boxes = _search(grey)
    if not boxes:
        boxes = _search(np.asarray(cv2.createCLAHE(3.0, (4, 4)).apply(grey), np.uint8))
    if not boxes:
        portrait = 0.65 <= width / height <= 1.1 and max(height, width) <= 400
        return Found(0, whole, (whole,)) if portrait else None
    main = max(boxes, key=lambda b: b.side - 0.5 * abs(b.x - width / 2))
    others = [b for b in boxes if b.side >= 0.5 * main.side and _apart(main, b)]
    frame = Square(main.x, main.y - RISE * main.side, FRAME * main.side)
    tight = main.side >= TIGHT * width and not others
    return Found(1 + len(others), main, (whole, frame) if tight else (frame,))


def cut(picture: Pixels, square: Square, side: int) -> Pixels:
    """(side, side, 3): the square's content; beyond the picture's edge the edge is repeated."""
    height, width = picture.shape[:2]
    x, y = square.x - square.side / 2, square.y - square.side / 2
    left, top = int(np.clip(x - 2, 0, width - 1)), int(np.clip(y - 2, 0, height - 1))
    right = int(np.clip(x + square.side + 3, left + 1, width))
    bottom = int(np.clip(y + square.side + 3, top + 1, height))
    part = picture[top:bottom, left:right]
    scale = side / square.side
    if scale < 1:  # smooth before reducing, or fine lines alias
        part = np.asarray(cv2.GaussianBlur(part, (0, 0), 0.4 / scale), np.uint8)
    move = np.array([[scale, 0, (left - x) * scale], [0, scale, (top - y) * scale]], np.float32)
    moved = cv2.warpAffine(
        part, move, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.uint8)


def _apart(a: Square, b: Square) -> bool:
    """Two faces rather than two boxes on one."""
    return max(abs(a.x - b.x), abs(a.y - b.y)) > 0.5 * max(a.side, b.side)


def _search(grey: NDArray[np.uint8]) -> list[Square]:
    height, width = grey.shape
    scale = min(WORKING_SIDE / max(height, width), 1.0)
    scale = max(scale, LEAST_SIDE / min(height, width) if max(height, width) < WORKING_SIDE else 0)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    margin = round(MARGIN * min(small.shape))
    padded = np.pad(small, margin, mode="edge")
    least = max(24, round(LEAST_FACE * min(small.shape)))
    found = _cascade().detect_multi_scale(
        img=padded,
        scale_factor=1.1,
        step_ratio=1,
        min_size=(least, least),
        max_size=(min(padded.shape), min(padded.shape)),
    )
    return [
        Square(
            (f["c"] + f["width"] / 2 - margin) / scale,
            (f["r"] + f["height"] / 2 - margin) / scale,
            f["width"] / scale,
        )
        for f in found
    ]


@lru_cache(maxsize=1)
def _cascade() -> Any:
    from skimage.data import lbp_frontal_face_cascade_filename
    from skimage.feature import Cascade

    return Cascade(str(lbp_frontal_face_cascade_filename()))  # type: ignore[no-untyped-call]
