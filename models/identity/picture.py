"""Bytes of any origin to pixels, or the reason why not. Nothing a client sends may crash it."""

import io
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

Pixels = NDArray[np.uint8]

MAX_PIXELS = 40_000_000  # a decoded picture of this size takes 120 MB
MAX_SIDE = 1600  # larger pictures are reduced before anything looks at them
FORMATS = ("JPEG", "PNG", "PPM", "WEBP", "BMP", "TIFF")


class UnreadableError(ValueError):
    """The picture cannot be used; the message says why and is fit to be shown."""


def read_picture(source: bytes | Path) -> Pixels:
    """A picture as (height, width, 3) uint8 RGB, upright, at most MAX_SIDE long.

    Raises UnreadableError for a file that is missing, no picture, truncated or too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            stream = io.BytesIO(source) if isinstance(source, bytes) else source
            with Image.open(stream, formats=FORMATS) as image:
                return _pixels(image)
    except UnreadableError:
        raise
    except FileNotFoundError as error:
        raise UnreadableError("file not found") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadableError(_too_large()) from error
    except UnidentifiedImageError as error:
        raise UnreadableError("not a picture") from error
    except Exception as error:  # decoders raise nearly anything on a broken file
        raise UnreadableError("damaged picture") from error


def _too_large() -> str:
    return f"picture larger than {MAX_PIXELS // 1_000_000} megapixels"


def _pixels(image: Image.Image) -> Pixels:
    if image.width * image.height > MAX_PIXELS:
        raise UnreadableError(_too_large())
    image.draft("RGB", (MAX_SIDE, MAX_SIDE))  # JPEG is reduced while it is decoded
    image.load()
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        return _from_deep(np.asarray(upright, dtype=np.float64))
    if max(upright.size) > MAX_SIDE:
        upright.thumbnail((MAX_SIDE, MAX_SIDE))
    return np.asarray(upright.convert("RGB"), dtype=np.uint8)


def _from_deep(values: NDArray[np.float64]) -> Pixels:
    """16 bits and more a pixel: stretched to 8."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    grey = np.nan_to_num((values - low) / max(high - low, 1e-9) * 255).astype(np.uint8)
    step = max(1, -(-max(grey.shape) // MAX_SIDE))
    return as_picture(grey[::step, ::step])


def as_picture(image: NDArray[np.generic]) -> Pixels:
    """An array that already holds pixels, grey or RGB, as `read_picture` would give it."""
    if image.ndim == 2:
        image = np.repeat(image[..., None], 3, axis=2)
    if image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise UnreadableError("not a picture")
    pixels: Pixels = np.clip(image, 0, 255).astype(np.uint8)
    return pixels
