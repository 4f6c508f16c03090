"""The population that a differential was learned from, in counts: the reference of its drift."""

from dataclasses import replace

import pandas as pd

from training.diagnosis import frame
from training.diagnosis.settings import Settings
from training.diagnosis.train import Trained, at_most
from training.drift import profile
from training.drift.profile import Profile


def learned_from(rows: pd.DataFrame, trained: Trained, settings: Settings) -> Profile:
    """Inputs of all cases that taught; answers to those that were held back, for a model is surer of
    what it has seen. What fewer than five cases have is not told apart."""
    rows, _ = frame.with_findings(frame.checked(rows))
    rows = at_most(rows, settings)  # the cases of `trained.part`, in its order
    taught = profile.inputs(rows)
    held_back = rows[(trained.part == "test").to_numpy()]
    answers = trained.predictor.predict(frame.cases_of(held_back), limit=1)
    told = profile.outputs(
        [answer.ranked[0].condition for answer in answers],
        [answer.ranked[0].probability for answer in answers],
        [answer.abstained for answer in answers],
    )
    return replace(taught, shares={**taught.shares, **told}).without_rare()
