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
# # Differential diagnosis
#
# Where a data scientist would start: the training set, a first model beside its baselines, what it
# says of one patient and why, and where it is weak. Everything here is also what
# `sehat train diagnosis` does; only the registry is left out.
#
# With a feature store under `SEHAT_HOME` the confirmed encounters of the records are read, point in
# time. Without one a small made-up clinic stands in. Neither is proof of clinical accuracy.

# %%
# %matplotlib inline
from dataclasses import replace

import pandas as pd
from IPython.display import Markdown, display

from features import store
from models.diagnosis import Case
from training.diagnosis.generated import generate
from training.diagnosis.settings import Settings
from training.diagnosis.train import fit

try:
    frame, dictionary = store.training_set("diagnosis"), store.dictionary()
    source = "the feature store"
except FileNotFoundError:
    frame, dictionary = generate(2500, seed=1)
    source = "the made-up clinic"
print(f"{len(frame):,} confirmed diagnoses from {source}")
frame.head(3)

# %% [markdown]
# ## What is in it
#
# How often each condition was confirmed, and how many findings an encounter has. Few findings mean
# that most of the work is done by partial evidence.

# %%
conditions = dictionary[dictionary["kind"] == "condition"].set_index("code")
counts = frame["condition"].value_counts().rename("confirmed").to_frame()
counts.join(conditions[["icd10", "severity", "specialty"]]).head(15)

# %%
frame.assign(
    present=frame["present"].map(len), absent=frame["absent"].map(len)
)[["present", "absent"]].describe().loc[["mean", "25%", "50%", "75%", "max"]].round(1)

# %% [markdown]
# ## Learn
#
# `fit` splits by patient, learns from full cases and partial copies of them, calibrates, chooses the
# thresholds of prediction sets and urgency, and measures on patients held back. `Settings` is all
# there is to tune.

# %%
settings = Settings(most_rows=10_000, copies=4, strengths=(10.0,))
trained = fit(frame, dictionary, settings)
trained.by_evidence.set_index(["evidence", "model"])[
    ["top1", "top3", "log_loss", "ece", "coverage", "set_size"]
].round(3)

# %%
for figure in trained.figures.values():
    display(figure)

# %% [markdown]
# ## One patient
#
# A case that the model never saw: what it ranks first, the set that holds the truth 95 times of 100,
# and the findings for and against, as additive log-odds.

# %%
held_back = trained.part.index[trained.part == "test"]
patient = frame.set_index("encounter_id").loc[held_back[0]]
case = Case(
    present=list(patient["present"]),
    absent=list(patient["absent"]),
    age=patient["age"],
    sex=patient["sex"],
    local_conditions=list(patient["local_conditions"]),
    local_shares=list(patient["local_shares"]),
    prior_conditions=list(patient["prior_conditions"]),
)
[answer] = trained.predictor.predict([case], limit=3, evidence=4)
print("confirmed:", patient["condition"], "| set:", answer.prediction_set, "| urgent:", answer.urgent)
pd.DataFrame(
    {
        "condition": r.condition,
        "probability": round(r.probability, 4),
        "for": ", ".join(f"{w.finding} {w.weight:+.1f}" for w in r.evidence_for),
        "against": ", ".join(
            f"{'' if w.present else 'no '}{w.finding} {w.weight:+.1f}" for w in r.evidence_against
        ),
    }
    for r in answer.ranked
)

# %% [markdown]
# ## What does it still need to know?
#
# The same patient, finding by finding: the set narrows as more is known.

# %%
steps = [replace(case, present=case.present[:n], absent=[]) for n in range(len(case.present) + 1)]
pd.DataFrame(
    {
        "known": n,
        "first": step.ranked[0].condition,
        "probability": round(step.ranked[0].probability, 3),
        "set": len(step.prediction_set),
        "abstains": step.abstained,
    }
    for n, step in enumerate(trained.predictor.predict(steps))
)

# %% [markdown]
# ## Where is it weak?
#
# Coverage is promised over all cases, not for each condition. This is the table to read before a
# change is believed: the conditions that the set misses most often.

# %%
from training.diagnosis.frame import cases_of

test = frame[frame["encounter_id"].isin(held_back)]
test = test[test["present"].map(len) > 0]
found = trained.predictor.predict(cases_of(test))
weak = pd.DataFrame(
    {
        "condition": test["condition"].to_numpy(),
        "first_right": [
            a.ranked[0].condition == c for a, c in zip(found, test["condition"], strict=True)
        ],
        "in_set": [c in a.prediction_set for a, c in zip(found, test["condition"], strict=True)],
    }
)
weak.groupby("condition").agg(
    cases=("in_set", "size"), first_right=("first_right", "mean"), in_set=("in_set", "mean")
).sort_values("in_set").head(10).round(3)

# %% [markdown]
# ## Next
#
# - `sehat train diagnosis` logs the same to MLflow, registers the model and asks the gates.
# - The model card, as it would be logged:

# %%
Markdown(trained.card)
