"""Fits the stroke network on synthetic writers: `python -m training.handwriting.train --out FOLDER`.

What is shipped (`models/handwriting/synthetic_print`) was made by it with all letterforms.
"""

import argparse
import json
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.handwriting.features import CHANNELS, Floats, steps
from models.handwriting.network import STRIDE, NetworkConfig, StrokeNetwork
from training.handwriting import texts, writers
from training.handwriting.alphabet import digest, fitted, forms, letters

CLASSES = letters() + " "
BATCH = 64
BATCHES = 1_200
KNOWN = 6.0  # log-odds of a word of the lexicon, chosen on lines like those fitted
FORMS: dict[str, writers.Forms] = {"all": forms, "fitted": fitted}
_POOL = 8  # batches written at once, so that lines of like length come together
_STRONG = 0.1  # of the writers
_SHORT, _LONG = 4, 18  # letters of a line: short ones first, from which the rest is learned sooner
_GROWN = 0.5  # of the batches: then lines are as long as they get


def batches(count: int, use: writers.Forms, seed: int) -> Iterator[tuple[list[Floats], list[str]]]:
    """Lines freshly written, never twice the same."""
    rng = np.random.default_rng(seed)
    for number in range(0, count, _POOL):
        grown = min(1.0, number / count / _GROWN)
        longest = round(_SHORT + (_LONG - _SHORT) * grown)
        pool = []
        for _ in range(_POOL * BATCH):
            writer = (writers.strong if rng.random() < _STRONG else writers.usual)(rng, use)
            text = texts.phrase(rng, longest)
            pool.append((steps(writers.strokes(text, writer, rng)).values, text))
        pool.sort(key=lambda one: len(one[0]))
        for start in rng.permutation(min(_POOL, count - number)) * BATCH:
            part = pool[start : start + BATCH]
            yield [values for values, _ in part], [text for _, text in part]


def fit(
    use: writers.Forms = forms, count: int = BATCHES, seed: int = 1, *, tell: bool = False
) -> StrokeNetwork:
    torch.manual_seed(seed)
    network = StrokeNetwork(NetworkConfig(letters=len(CLASSES)))
    network.train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, 4e-3, total_steps=count, pct_start=0.1
    )
    began, mean = time.perf_counter(), 4.0
    for number, (lines, written) in enumerate(batches(count, use, seed), start=1):
        loss = _loss(network, lines, written)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        mean += 0.02 * (loss.item() - mean)
        if tell and number % 100 == 0:
            spent = time.perf_counter() - began
            print(f"batch {number} of {count}: loss {mean:.3f}, {spent:.0f} s", flush=True)
    return network.eval()


def _loss(network: StrokeNetwork, lines: list[Floats], written: list[str]) -> Tensor:
    number_of = {letter: index for index, letter in enumerate(CLASSES, start=1)}
    loss: Tensor = nn.functional.ctc_loss(
        network(padded(lines)).transpose(0, 1),  # (frames, batch, classes + 1)
        torch.tensor([number_of[letter] for text in written for letter in text]),
        torch.tensor([-(-len(line) // STRIDE) for line in lines]),
        torch.tensor([len(text) for text in written]),
        zero_infinity=True,
    )
    return loss


def padded(lines: list[Floats]) -> Tensor:
    """(batch, longest, CHANNELS)"""
    made = np.zeros((len(lines), max(map(len, lines)), CHANNELS), np.float32)
    for row, line in enumerate(lines):
        made[row, : len(line)] = line
    return torch.from_numpy(made)


def save(network: StrokeNetwork, folder: Path, name: str) -> None:
    """The engine's folder: network.onnx and engine.json."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        warnings.catch_warnings()
    ):  # the tracing exporter is deprecated, and the one that is installed
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(),
            (torch.zeros(1, 64, CHANNELS),),
            str(folder / "network.onnx"),
            input_names=["steps"],
            output_names=["logs"],
            dynamic_axes={"steps": {1: "n"}, "logs": {1: "frames"}},
            opset_version=17,
            dynamo=False,
        )
    told = {
        "kind": "strokes-ctc",
        "name": name,
        "version": digest(),
        "letters": letters(),
        "known": KNOWN,
    }
    (folder / "engine.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the stroke network on synthetic writers.")
    parser.add_argument("--out", type=Path, required=True, help="folder of the engine")
    parser.add_argument(
        "--forms", choices=FORMS, default="all", help="fitted leaves some to measure"
    )
    parser.add_argument("--batches", type=int, default=BATCHES)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    network = fit(FORMS[asked.forms], asked.batches, tell=True)
    save(network, asked.out, "synthetic-print")


if __name__ == "__main__":
    main()
