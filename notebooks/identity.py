# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Face verification
#
# Where a data scientist would start: faces, a small network beside eigenfaces, what its score means,
# and what makes it fail. `sehat train identity` does the same on the captures of the records.
#
# The faces here are **drawn by a program**. No figure below says anything about real people; with
# `SEHAT_FACES` naming a folder of people (a folder each, pictures inside) real ones are taken.

# %%
import os
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Image, Markdown, display

from models.identity.picture import read_picture
from sehat.city.faces import draw_face, encode
from training.datasets.faces import Capture, read_people
from training.identity.train import Settings, fit

named = os.environ.get("SEHAT_FACES")
if named:
    captures, settings = read_people(Path(named)), Settings()
else:
    captures = [
        Capture(f"{person}/{number}", str(person), encode(draw_face(person, number)))
        for person in range(24)
        for number in range(4)
    ]
    settings = Settings(folds=2, steps=30)
print(f"{len(captures)} captures of {len({c.person_id for c in captures})} people")

# %% [markdown]
# Four captures each of four people: pose, expression, light and noise change, the person does not.

# %%
figure, rows = plt.subplots(4, 4, figsize=(5, 5), layout="constrained")
people = list(dict.fromkeys(c.person_id for c in captures))
for row, name in zip(rows, people):
    for axes, capture in zip(row, [c for c in captures if c.person_id == name]):
        axes.imshow(read_picture(capture.picture))
        axes.axis("off")

# %% [markdown]
# ## Train
#
# People are dealt into folds; each fold's people are compared by a network that never saw them. The
# network that is kept learned from everybody, and its score is calibrated on those comparisons.

# %%
folder = Path(tempfile.mkdtemp(prefix="sehat-identity-"))
trained = fit(captures, settings, folder)
display(Markdown(trained.card))

# %% [markdown]
# Error rates against each other (lower and further left is better), and how the scores lie.

# %%
for plot in trained.plots.values():
    display(Image(plot))

# %% [markdown]
# ## Ask it
#
# The score is −log10 of the false match rate: at 3, one pair of strangers in a thousand would match.
# Between the two thresholds a person has to look.

# %%
predictor = trained.predictor
same = [predictor.look(draw_face(1000, number)[..., ::-1]) for number in range(2)]
other = predictor.look(draw_face(1001, 0)[..., ::-1])
for what, pair in (("same person", same), ("two people", (same[0], other))):
    print(f"{what}: {predictor.compare(*pair)}")
print(f"match at {predictor.calibration.match_at:.2f}, no match below {predictor.calibration.refer_at:.2f}")

# %% [markdown]
# ## Where it fails
#
# How similar a picture stays to itself as it gets darker, blurred or noisy, beside the similarity of
# strangers. What helps here helps at the desk: try another `neighbourhood` in `NetworkConfig`, or
# stronger `Variation` in training.

# %%
import cv2

picture = draw_face(1000, 0)[..., ::-1].copy()
noise = np.random.default_rng(0).normal(0, 1, picture.shape)
changes = {
    "darker": [np.clip(picture * (1 - s), 0, 255) for s in np.linspace(0, 0.8, 6)],
    "blurred": [cv2.GaussianBlur(picture, (0, 0), 0.01 + 4 * s) for s in np.linspace(0, 1, 6)],
    "noisy": [np.clip(picture + 60 * s * noise, 0, 255) for s in np.linspace(0, 1, 6)],
}
reference = predictor.look(picture)
stranger = float(reference.template @ other.template)
figure, axes = plt.subplots(figsize=(5, 3), layout="constrained")
for name, pictures in changes.items():
    faces = [predictor.look(p.astype(np.uint8)) for p in pictures]
    axes.plot([float(reference.template @ f.template) if f.template is not None else np.nan for f in faces], label=name)
axes.axhline(stranger, color="0.6", linestyle="--", label="a stranger")
axes.set(xlabel="how strongly changed", ylabel="similarity")
axes.legend()

# %% [markdown]
# What the desk is told about the worst of each:

# %%
for name, pictures in changes.items():
    face = predictor.look(pictures[-1].astype(np.uint8))
    print(f"{name}: quality {face.quality.score:.2f}, {', '.join(face.quality.problems) or 'no complaint'}")
