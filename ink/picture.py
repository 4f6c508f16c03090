"""Strokes as a picture: black on white, thicker where the pen was pressed."""

from io import BytesIO
from typing import TYPE_CHECKING

from ink.values import Ink, Stroke

if TYPE_CHECKING:
    from PIL import ImageDraw

WIDEST, NARROWEST = 1_600, 32  # pixels of a side
_FINER = 2  # drawn larger and shrunk, so that slanting lines are smooth


def png(ink: Ink, widest: int = WIDEST) -> bytes:
    """A PNG of the whole canvas, at most `widest` pixels on its longer side."""
    from PIL import Image, ImageDraw  # 9 MB in each process that answers, for the first drawing

    scale = min(2.0, widest / max(ink.width, ink.height)) * _FINER
    least = NARROWEST * _FINER
    size = max(least, round(ink.width * scale)), max(least, round(ink.height * scale))
    picture = Image.new("L", size, 255)
    draw = ImageDraw.Draw(picture)
    for stroke in ink.strokes:
        _stroke(draw, stroke, scale)
    small = picture.resize((size[0] // _FINER, size[1] // _FINER), Image.Resampling.BOX)
    kept = BytesIO()
    small.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _stroke(draw: "ImageDraw.ImageDraw", stroke: Stroke, scale: float) -> None:
    before = None
    for point in stroke:
        x, y, width = point.x * scale, point.y * scale, max(1.0, (1 + 2 * point.f) * scale)
        if before is not None:
            draw.line([before, (x, y)], fill=0, width=round(width))
        # A round nib: without it a dot is nothing, and corners have notches.
        draw.ellipse([x - width / 2, y - width / 2, x + width / 2, y + width / 2], fill=0)
        before = x, y
