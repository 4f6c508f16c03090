"""Our model pack, read: a recogniser in insightface's package format, version 2, digest pinned.

Neither a connection nor torch is needed: ONNX Runtime runs it. insightface treats a digest as
optional; here a pack without one, or with a manifest other than the one that was written, is refused
before a byte of it is run.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.identity.picture import Pixels

Templates = NDArray[np.float32]

MANIFEST = "manifest.json"
TASK = "recognition"
SIDE = 112  # pixels of an aligned face, as insightface's recognisers take it
BATCH = 64


class PackError(ValueError):
    """The pack is damaged or was changed since it was written; train or roll back."""


class Pack:
    """A recogniser that insightface loaded. Its own Face class, which answers None to any misspelt
    name, is never made: faces arrive here already aligned."""

    def __init__(self, folder: Path, manifest_sha256: str) -> None:
        try:
            if digest(folder / MANIFEST) != manifest_sha256:
                raise PackError("the model pack's manifest was changed since it was written")
            self._model = _load(folder)
        except PackError:
            raise
        except Exception as error:
            raise PackError(f"the model pack cannot be used: {error}") from error
        if (self._model.input_mean, self._model.input_std) != (127.5, 127.5):
            raise PackError("the model pack expects another normalisation than its manifest says")

    def embed(self, faces: Sequence[Pixels]) -> Templates:
        """Aligned faces, each (112, 112, 3) RGB → (n, embedding), each row of length one."""
        parts = [
            # insightface takes BGR and turns it around
            self._model.get_feat(
                [np.ascontiguousarray(f[..., ::-1]) for f in faces[at : at + BATCH]]
            )
            for at in range(0, len(faces), BATCH)
        ]
        rows = np.concatenate(parts).astype(np.float32)
        unit: Templates = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return unit


def _load(folder: Path) -> Any:
    import onnxruntime
    from insightface.model_zoo import model_zoo, package_manifest

    package = package_manifest.load_model_package(folder)
    if TASK not in package.tasks or package.task(TASK).sha256 is None:
        raise PackError("the model pack's manifest pins no recogniser")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # faces come one or two at a time; threads would only wait
    return model_zoo.get_model(
        str(folder),
        model_task=TASK,
        model_descriptor=package.task(TASK),
        providers=["CPUExecutionProvider"],
        sess_options=options,
    )


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
