"""The plots that go with a trained differential. Figures without pyplot keep no global state."""

from typing import Any

from matplotlib.figure import Figure

from training.diagnosis.evaluate import SHARES, Measured

_NAMES = {"differential": "differential", "naive_bayes": "naive Bayes", "prevalence": "prevalence"}


def draw(measured: Measured) -> dict[str, Figure]:
    """File name → figure."""
    return {"reliability.png": _reliability(measured), "evidence.png": _evidence(measured)}


def _reliability(measured: Measured) -> Figure:
    figure = Figure(figsize=(5.5, 5), layout="constrained")
    axes: Any = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, linestyle="--")
    for name, bins in measured.reliability.groupby("evidence", sort=False):
        # A bin of a few cases says nothing and would draw the eye.
        bins = bins[bins["cases"] >= 10]
        axes.plot(
            bins["confidence"], bins["accuracy"], marker="o", markersize=3, label=_share(name)
        )
    axes.set(
        xlabel="probability of the first condition", ylabel="share in which it is right",
        title="Reliability, patients held back", xlim=(0, 1), ylim=(0, 1.02),
    )  # fmt: skip
    axes.legend(title="evidence")
    return figure


def _evidence(measured: Measured) -> Figure:
    figure = Figure(figsize=(11, 4), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    for model, rows in measured.by_evidence.groupby("model", sort=False):
        left.plot(_ticks(rows), rows["top1"], marker="o", label=_NAMES.get(str(model), str(model)))
    left.set(title="First condition right", ylim=(0, 1.02))
    left.legend()
    own = measured.by_evidence[measured.by_evidence["model"] == "differential"]
    middle.plot(_ticks(own), own["coverage"], marker="o", label="truth in the set")
    middle.plot(_ticks(own), own["urgent_sensitivity"], marker="s", label="urgent found") if (
        "urgent_sensitivity" in own
    ) else None
    middle.set(title="Coverage", ylim=(0.5, 1.02))
    middle.legend()
    right.plot(_ticks(own), own["set_size"], marker="o", color="tab:green")
    right.set(title="Conditions in the set", ylim=(0, None))
    for axes in (left, middle, right):
        axes.set_xlabel("evidence known")
    return figure


def _ticks(rows: Any) -> list[str]:
    return [_share(name) for name in rows["evidence"]]


def _share(name: Any) -> str:
    return "1 finding" if name == "one_finding" else f"{SHARES[name]:.0%}"
