"""Face captures with the person they show: from a folder of people, or of drawn people."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SUFFIXES = frozenset({".pgm", ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".ppm"})


@dataclass(frozen=True)
class Capture:
    """One picture of one person: bytes of a file, its path, or pixels (grey or RGB)."""

    capture_id: str
    person_id: str
    picture: bytes | Path | NDArray[np.generic] = field(repr=False)


def read_people(folder: Path) -> list[Capture]:
    """A folder for each person, pictures inside (as the AT&T set has it), in the order of names.

    Raises FileNotFoundError where there is no picture.
    """
    files = sorted(
        path for path in folder.glob("*/*") if path.suffix.lower() in SUFFIXES and path.is_file()
    )
    if not files:
        raise FileNotFoundError(f"no pictures in folders of people under {folder}")
    return [Capture(f"{p.parent.name}/{p.stem}", p.parent.name, p) for p in files]


def digest(captures: Iterable[Capture]) -> str:
    """SHA-256 over ids and contents, whatever their order: names the data a model was trained on."""
    whole = hashlib.sha256()
    for capture in sorted(captures, key=lambda c: c.capture_id):
        whole.update(f"{capture.capture_id}\0{capture.person_id}\0".encode())
        whole.update(hashlib.sha256(_contents(capture)).digest())
    return whole.hexdigest()


def limit(captures: Sequence[Capture], people: int, each: int, seed: int = 0) -> list[Capture]:
    """At most `each` captures of at most `people` people, those with most captures first."""
    groups: dict[str, list[Capture]] = {}
    for capture in sorted(captures, key=lambda c: c.capture_id):
        groups.setdefault(capture.person_id, []).append(capture)
    order = np.random.default_rng(seed).permutation(len(groups))
    names = sorted(groups)
    chosen = sorted((names[i] for i in order), key=lambda name: -min(len(groups[name]), each))[
        :people
    ]
    return [capture for name in sorted(chosen) for capture in groups[name][:each]]


def _contents(capture: Capture) -> bytes:
    if isinstance(capture.picture, Path):
        return capture.picture.read_bytes() if capture.picture.is_file() else b""
    if isinstance(capture.picture, bytes):
        return capture.picture
    return np.ascontiguousarray(capture.picture).tobytes()
