"""How much the error rate moves with who is held out: `python -m training.identity.splits FOLDER`."""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from training.datasets.faces import read_people
from training.identity.evaluate import eer, fnmr_at
from training.identity.train import Settings, held_out_pairs, prepare


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder for each person, pictures inside")
    parser.add_argument("--seeds", type=int, default=3, help="ways to deal people into folds")
    parser.add_argument("--steps", type=int, default=Settings().steps)
    asked = parser.parse_args()
    torch.set_num_threads(Settings().threads)
    faces = prepare(read_people(asked.folder), lambda _share: None)
    print(f"{len(faces.people)} faces of {len(np.unique(faces.people))} people; ", end="")
    print(f"{len(faces.unusable)} unusable")
    print("seed fold  eer     eigenfaces  fnmr at fmr 1 %")
    rates = []
    for seed in range(asked.seeds):
        settings = replace(Settings(), seed=seed, steps=asked.steps)
        for fold, (ours, plain) in enumerate(zip(*held_out_pairs(faces, settings), strict=True)):
            rates.append((eer(ours), eer(plain), fnmr_at(ours, 0.01)))
            print(f"{seed:4} {fold:4}  " + "  ".join(f"{r:.4f}" for r in rates[-1]), flush=True)
    print("mean       " + "  ".join(f"{r:.4f}" for r in np.mean(rates, axis=0)))
    print(f"worst eer  {max(r[0] for r in rates):.4f}")


if __name__ == "__main__":
    main()
