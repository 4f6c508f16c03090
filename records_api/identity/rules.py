"""What a picture may be, and what the clerk may decide. No framework here."""

LARGEST_FILE = 6_000_000  # bytes
LARGEST_PICTURE = 24_000_000  # pixels: a phone's camera; more is a mistake or an attack
SMALLEST_SIDE = 32  # pixels
MOST_COMPARED = 10  # enrolled pictures that one check compares
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "PPM": "image/x-portable-graymap"}


def size_problem(width: int, height: int) -> str | None:
    """What is wrong with a picture's size, as a sentence; None when it can be used."""
    if width * height > LARGEST_PICTURE:
        return "The picture has too many pixels. Send one of at most 24 megapixels."
    if min(width, height) < SMALLEST_SIDE:
        return "The picture is too small. Each side needs at least 32 pixels."
    return None
