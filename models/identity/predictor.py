"""Face verification, one to one: are these two pictures of the same person?"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.identity.calibration import Calibration
from models.identity.finding import cut, find_face
from models.identity.pack import SIDE, Pack, Templates
from models.identity.picture import UnreadableError, as_picture, read_picture
from models.identity.quality import NO_FACE, UNREADABLE, Quality, assess

if TYPE_CHECKING:
    from models.identity.network import FaceNetwork

DESCRIPTION, PACK = "predictor.json", "pack"

REASONS = {
    "no_face": "no face found",
    "several_faces": "several faces in the picture",
    "too_small": "face too small",
    "too_dark": "too dark",
    "too_bright": "too bright",
    "blurred": "blurred",
    "low_contrast": "too little contrast",
    "turned": "face turned away",
}

Source = bytes | Path | NDArray[np.generic]


@dataclass(frozen=True)
class Face:
    """What was seen in one picture. The template is never shown, stored or sent."""

    quality: Quality
    reason: str | None = None
    template: Templates | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Comparison:
    """`score` is −log10 of the false match rate at which the pair just matches; None: no face."""

    score: float | None
    decision: str
    reason: str | None = None


class IdentityPredictor:
    """A trained recogniser with its calibration, in a folder of plain files."""

    def __init__(
        self, folder: Path, pack: Pack, calibration: Calibration, description: Mapping[str, Any]
    ) -> None:
        self._folder, self._pack = folder, pack
        self.calibration = calibration
        self.settings: dict[str, Any] = dict(description["settings"])
        self.metrics: dict[str, float] = dict(description["metrics"])

    @classmethod
    def create(
        cls,
        folder: Path,
        network: "FaceNetwork",
        calibration: Calibration,
        settings: Mapping[str, Any],
        metrics: Mapping[str, float],
    ) -> "IdentityPredictor":
        """Write a network and what belongs to it to `folder`, and load it back from there."""
        from models.identity.export import write_pack  # torch, which answering does without

        digest = write_pack(folder / PACK, network)
        description = {
            "capability": "identity",
            "manifest_sha256": digest,
            "settings": dict(settings),
            "metrics": {name: float(value) for name, value in metrics.items()},
            "calibration": asdict(calibration),
        }
        (folder / DESCRIPTION).write_text(json.dumps(description, indent=2) + "\n")
        return cls.load(folder)

    @classmethod
    def load(cls, folder: Path) -> "IdentityPredictor":
        """Raises PackError when the pack is not the one that was written."""
        description = json.loads((folder / DESCRIPTION).read_text())
        curve = description["calibration"]
        calibration = Calibration(
            **{**curve, "similarity": tuple(curve["similarity"]), "score": tuple(curve["score"])}
        )
        pack = Pack(folder / PACK, description["manifest_sha256"])
        return cls(folder, pack, calibration, description)

    def save(self, folder: Path) -> None:
        if folder.resolve() != self._folder.resolve():
            shutil.copytree(self._folder, folder, dirs_exist_ok=True)

    def look(self, source: Source) -> Face:
        """Read a picture, find and judge its main face, and embed it. Never raises for a picture."""
        try:
            picture = as_picture(source) if isinstance(source, np.ndarray) else read_picture(source)
        except UnreadableError as error:
            return Face(UNREADABLE, str(error))
        found = find_face(picture)
        if found is None:
            return Face(NO_FACE, REASONS["no_face"])
        quality = assess(picture, found)
        rows = self._pack.embed([cut(picture, found.frames[0], SIDE)])
        reason = (
            None
            if quality.usable
            else REASONS[quality.problems[0]]
            if quality.problems
            else "poor picture"
        )
        return Face(quality, reason, rows[0])

    def compare(self, a: Face, b: Face) -> Comparison:
        """Symmetric. A face that is missing or of too poor a quality is for a person to look at."""
        return self.verify(a, [b])

    def verify(self, probe: Face, enrolled: Sequence[Face]) -> Comparison:
        """One face against the captures of one person, whose usable templates are averaged: taking
        the best of several would multiply the false match rate."""
        known = [f for f in enrolled if f.quality.usable] or list(enrolled)
        templates = [f.template for f in known if f.template is not None]
        reasons = [f.reason for f in (probe, *known) if f.reason]
        reason = reasons[0] if reasons else None
        if probe.template is None or not templates:
            return Comparison(None, "refer", reason or REASONS["no_face"])
        similarity = float(probe.template @ _mean(np.stack(templates)))
        score = float(self.calibration.scores(np.array([similarity]))[0])
        if reason:
            return Comparison(score, "refer", reason)
        decision = self.calibration.decide(score)
        return Comparison(score, decision, "not certain enough" if decision == "refer" else None)

    def predict(self, pairs: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        """Pairs of picture files, columns `a` and `b`; each file is read and embedded once."""
        seen: dict[str, Face] = {}
        rows = []
        for a, b in zip(pairs["a"], pairs["b"], strict=True):
            for path in (a, b):
                if path not in seen:
                    seen[path] = self.look(Path(path))
            rows.append(asdict(self.compare(seen[a], seen[b])))
        return rows


def _mean(templates: Templates) -> Templates:
    """(n, d) → (d,), of length one."""
    mean = templates.mean(axis=0)
    unit: Templates = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
    return unit
