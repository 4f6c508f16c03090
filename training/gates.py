"""What a model must show before it becomes champion. All of it is here; nothing else promotes.

A gate compares one measured figure with another of the same run (a baseline) or with a bound.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Gate:
    """`metric` must be at least (or at most) `bound`, or the figure of the baseline named."""

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    above: str | None = None
    below: str | None = None

    def failure(self, metrics: Mapping[str, float]) -> str | None:
        """Why the model does not pass, or None. A figure that is missing or NaN never passes."""
        value = metrics.get(self.metric)
        if value is None or value != value:
            return f"{self.metric} was not measured"
        if self.at_least is not None and value < self.at_least:
            return f"{self.metric} is {value:.4g}, must be at least {self.at_least:.4g}"
        if self.at_most is not None and value > self.at_most:
            return f"{self.metric} is {value:.4g}, must be at most {self.at_most:.4g}"
        baseline = self.above or self.below
        if baseline:
            other = metrics.get(baseline)
            if other is None or other != other:
                return f"{baseline} was not measured"
            if not (value > other if self.above else value < other):
                side = "above" if self.above else "below"
                return f"{self.metric} is {value:.4g}, must be {side} {baseline} ({other:.4g})"
        return None


@dataclass(frozen=True)
class Verdict:
    promoted: bool
    reasons: tuple[str, ...]


GATES: dict[str, tuple[Gate, ...]] = {
    "diagnosis": (
        Gate("top1", above="top1_prevalence"),
        Gate("log_loss", below="log_loss_prevalence"),
        Gate("ece", at_most=0.05),
        Gate("coverage", at_least=0.90),
    ),
    "demand": (
        Gate("wql", below="wql_seasonal_naive"),
        Gate("wql", below="wql_statistical"),
    ),
    "identity": (
        Gate("eer", below="eer_eigenfaces"),
        Gate("eer", at_most=0.20),
    ),
}

# The figure by which two champions are compared, and whether less of it is better.
LEADING = {"diagnosis": ("log_loss", True), "demand": ("wql", True), "identity": ("eer", True)}
TOLERANCE = 0.02  # relative: retraining on the same data moves a figure by about this much


def judge(
    capability: str,
    metrics: Mapping[str, float],
    champion: Mapping[str, float] | None = None,
    same_data: bool = False,
) -> Verdict:
    """Whether a model becomes champion. Against the reigning one it is compared only when both were
    measured on the same data: figures of different data say nothing about each other."""
    reasons = [r for gate in GATES[capability] if (r := gate.failure(metrics))]
    name, less_is_better = LEADING[capability]
    if not reasons and champion and same_data and name in champion:
        new, old = metrics[name], champion[name]
        worse = new - old if less_is_better else old - new
        if worse > TOLERANCE * abs(old):
            reasons.append(f"{name} is {new:.4g}, the champion has {old:.4g} on the same data")
    return Verdict(not reasons, tuple(reasons))
