"""What a person reads about a trained recogniser: two plots and a card."""

import io
from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from models.identity.calibration import Calibration
from training.identity.evaluate import Pairs, det


def det_plot(methods: Mapping[str, Pairs]) -> bytes:
    """False non-matches against false matches, both logarithmic; PNG."""
    figure = Figure(figsize=(5, 4), layout="constrained")
    axes = figure.subplots()
    for name, found in methods.items():
        fmr, fnmr = det(found)
        axes.step(np.maximum(fmr, 1e-5), np.maximum(fnmr, 1e-4), where="post", label=name)
    axes.plot([1e-4, 1], [1e-4, 1], color="0.7", linewidth=0.8)
    axes.set(xscale="log", yscale="log", xlim=(1e-4, 1), ylim=(1e-3, 1))
    axes.set(xlabel="false match rate", ylabel="false non-match rate")
    axes.legend()
    return _png(figure)


def score_plot(scores: Pairs, curve: Calibration) -> bytes:
    """How scores of the same person and of two people lie about the thresholds; PNG."""
    figure = Figure(figsize=(5, 3), layout="constrained")
    axes = figure.subplots()
    top = float(max(scores.genuine.max(), scores.impostor.max(), curve.match_at)) + 0.1
    bins = list(np.linspace(0, top, 40))
    axes.hist(scores.impostor, bins=bins, density=True, alpha=0.6, label="two people")
    axes.hist(scores.genuine, bins=bins, density=True, alpha=0.6, label="same person")
    axes.axvspan(curve.refer_at, curve.match_at, color="0.85", zorder=0, label="refer")
    axes.set(xlabel="score: −log10 of the false match rate", ylabel="density")
    axes.legend()
    return _png(figure)


def card(metrics: Mapping[str, float], curve: Calibration, unusable: Mapping[str, str]) -> str:
    """The model card."""
    reasons: dict[str, int] = {}
    for reason in unusable.values():
        reasons[reason] = reasons.get(reason, 0) + 1
    left_out = ", ".join(f"{n} × {reason}" for reason, n in sorted(reasons.items())) or "none"
    return f"""# Face recogniser

Verifies one to one whether two pictures show the same person. It never identifies somebody among
many, and its answer is advice to a clerk.

- Learned from {metrics["captures"]:.0f} captures of {metrics["people"]:.0f} people who consented. Left out: {left_out}.
- A small network: fixed Gabor filters, one convolution, one projection; ArcFace loss.
- Every figure below is of people whom the network measured had not learned from.

| | network | eigenfaces |
|---|---|---|
| equal error rate (mean of folds) | {metrics["eer"]:.4f} | {metrics["eer_eigenfaces"]:.4f} |
| false non-match rate at a false match rate of 1 % | {metrics["fnmr_at_fmr_1e-2"]:.4f} | {metrics["fnmr_at_fmr_1e-2_eigenfaces"]:.4f} |
| false non-match rate at a false match rate of 0.1 % | {metrics["fnmr_at_fmr_1e-3"]:.4f} | |

Decisions, with thresholds set on other people: match at a score of {curve.match_at:.2f} (false match
rate {10**-curve.match_at:.1e}), no match below {curve.refer_at:.2f}, in between a person looks.
Of genuine pairs {metrics["matched"]:.1%} match and {metrics["false_no_match"]:.1%} are refused; of
impostor pairs {metrics["refused"]:.1%} are refused and {metrics["false_match"]:.2%} match.

## Limits
- The score rests on {curve.impostor_pairs} impostor pairs; rates far below one in that many are extrapolated.
- It was not measured by skin tone, age or sex: the captures do not say them. Do not rely on it where
  those differ from the people it learned from.
- No protection against a photograph held before the camera.
- Faces turned by more than about 30° are not found, and are referred to a person.
- Figures on drawn or otherwise synthetic faces say nothing about real ones.
"""


def _png(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=110)
    return stream.getvalue()
