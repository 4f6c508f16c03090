"""The masked network: what is known of a case, and what it says of each condition.

It reads pairs of (value, known) a finding, so that unknown is told from absent, and has two heads:
which condition it is, and which conditions belong into the differential. In training findings are
masked at random, so that it is at home at any number of answers.
"""

import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.diagnosis.design import Design
from models.diagnosis.storage import ModelFolderError

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Bools = NDArray[np.bool_]

BATCH = 4096  # cases in memory at once
_FILES = ("network.json", "network.npz")


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes. `differential` says whether training had differentials to learn from."""

    findings: int
    priors: int
    person: int
    conditions: int
    width: int = 512
    depth: int = 2
    dropout: float = 0.2
    differential: bool = False


class MaskedNetwork(nn.Module):
    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        size = 2 * config.findings + config.priors + config.person
        layers: list[nn.Module] = []
        for _ in range(config.depth):
            layers += [nn.Linear(size, config.width), nn.GELU(), nn.Dropout(config.dropout)]
            size = config.width
        self.body = nn.Sequential(*layers)
        self.pathology = nn.Linear(size, config.conditions)
        self.differential = nn.Linear(size, config.conditions)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs [B, 2 F + P + person] -> logits of the condition and of the differential [B, C]."""
        code = self.body(x)
        return self.pathology(code), self.differential(code)


def inputs(
    value: NDArray[Any], known: NDArray[Any], prior: NDArray[Any], person: NDArray[Any]
) -> Singles:
    """(N, 2 F + P + person). value: present among the known; each (N, …) of numbers or truths."""
    return np.concatenate([value, known, prior, person], axis=1).astype(np.float32)


@dataclass(frozen=True)
class Network:
    """A trained network behind numpy."""

    module: MaskedNetwork

    @property
    def config(self) -> NetworkConfig:
        return self.module.config

    def of_design(self, known: Design) -> tuple[Floats, Floats]:
        """`answer` for N cases of a design matrix."""
        value, absent = known.present.toarray(), known.absent.toarray()
        return self.of(value, np.maximum(value, absent), known.prior.toarray(), known.person)

    def of(
        self,
        value: NDArray[Any],
        known: NDArray[Any],
        prior: NDArray[Any],
        person: NDArray[Any],
    ) -> tuple[Floats, Floats]:
        """`answer` for `inputs`. Findings after those that it has learned say nothing to it."""
        learned = self.config.findings
        return self.answer(inputs(value[:, :learned], known[:, :learned], prior, person))

    def answer(self, x: Singles) -> tuple[Floats, Floats]:
        """(N, C) log-probability of each condition; (N, C) probability that it belongs into the
        differential, all zero where training had none."""
        self.module.eval()
        logs, belongs = [np.zeros((0, self.config.conditions))], []
        with torch.inference_mode():
            for start in range(0, len(x), BATCH):
                which, also = self.module(torch.from_numpy(x[start : start + BATCH]))
                logs.append(torch.log_softmax(which, dim=1).double().numpy())
                belongs.append(torch.sigmoid(also).double().numpy())
        log = np.vstack(logs)
        if not self.config.differential or not belongs:
            return log, np.zeros_like(log)
        return log, np.vstack(belongs)

    def save(self, folder: Path) -> None:
        text = json.dumps(asdict(self.config), indent=1)
        (folder / _FILES[0]).write_text(text, encoding="utf-8")
        state = {name: value.numpy() for name, value in self.module.state_dict().items()}
        np.savez_compressed(folder / _FILES[1], **state)

    @classmethod
    def load(cls, folder: Path) -> "Network | None":
        """None when the model was trained before there was a network. Raises ModelFolderError."""
        if not (folder / _FILES[0]).exists():
            return None
        try:
            text = (folder / _FILES[0]).read_text(encoding="utf-8")
            module = MaskedNetwork(NetworkConfig(**json.loads(text)))
            with (folder / _FILES[1]).open("rb") as file, np.load(file, allow_pickle=False) as kept:
                state = {name: torch.from_numpy(kept[name]) for name in kept.files}
            module.load_state_dict(state)
        except (
            OSError,
            KeyError,
            TypeError,
            ValueError,
            RuntimeError,
            zipfile.BadZipFile,
            EOFError,
        ) as error:
            raise ModelFolderError(
                f"{folder}: the network of the diagnosis model cannot be read ({error})."
            ) from error
        return cls(module)


def considered(belongs: Floats) -> Bools:
    """(N, C) the differential: as many of the likeliest conditions as make the expected F1 best.

    belongs: (N, C) probabilities. Expected F1 of the k likeliest is taken as 2 Σp / (k + Σ of all p).
    """
    order = np.argsort(-belongs, axis=1, kind="stable")
    ranked = np.take_along_axis(belongs, order, axis=1)
    count = np.arange(1, belongs.shape[1] + 1)
    expected = 2 * np.cumsum(ranked, axis=1) / (count + belongs.sum(axis=1, keepdims=True))
    best = expected.argmax(axis=1)
    chosen = np.zeros(belongs.shape, dtype=np.bool_)
    np.put_along_axis(chosen, order, np.arange(belongs.shape[1]) <= best[:, None], axis=1)
    return chosen
