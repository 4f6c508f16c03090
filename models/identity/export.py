"""Our model pack, written: a trained network in insightface's package format, version 2."""

import json
import warnings
from pathlib import Path

import torch

from models.identity.network import FaceNetwork, Recogniser
from models.identity.pack import MANIFEST, SIDE, TASK, digest

WEIGHTS, LICENCE = "recognition.onnx", "MODEL.LICENSE"


def write_pack(folder: Path, network: FaceNetwork) -> str:
    """Export the network with its manifest; returns the manifest's SHA-256, to be kept elsewhere."""
    folder.mkdir(parents=True, exist_ok=True)
    _export(network, folder / WEIGHTS)
    manifest = {
        "manifest_version": 2,
        "model_id": "sehat-identity",
        "display_name": "Sehat face recogniser",
        "license": LICENCE,
        "tasks": {
            TASK: {
                "file": WEIGHTS,
                "sha256": digest(folder / WEIGHTS),
                "preprocessing": {"mean": 127.5, "std": 127.5},
                "input_size": [SIDE, SIDE],
                "embedding_dimension": network.config.embedding,
            }
        },
    }
    (folder / LICENCE).write_text(
        "Apache-2.0. Trained on this installation's own captures, which the weights do not hold.\n"
    )
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    return digest(folder / MANIFEST)


def _export(network: FaceNetwork, path: Path) -> None:
    """The tracing exporter: the newer one needs onnxscript and takes ten times as long for a network
    without any control flow. It writes one file, and is deprecated but part of the pinned release.
    """
    recogniser = Recogniser(network).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            recogniser,
            (torch.zeros(2, 3, SIDE, SIDE),),
            str(path),
            input_names=["faces"],
            output_names=["embedding"],
            dynamic_axes={"faces": {0: "batch"}, "embedding": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
