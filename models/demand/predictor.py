"""What answers: a network and the cheap members beside it, blended; plain files in a folder."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from models.demand.blend import GROUPS, Weights, group_of, mix
from models.demand.empirical import empirical
from models.demand.fitting import forecast
from models.demand.frequency import Ints
from models.demand.network import NetworkConfig, QuantileNetwork
from models.demand.panel import Panel
from models.demand.quantiles import MEDIAN, QUANTILES
from models.demand.statistical import statistical

Array = NDArray[np.float64]
FORMAT = 1  # of the folder


@dataclass(frozen=True)
class Forecast:
    """Of N series, H periods ahead."""

    ordinal: Ints  # [N, H] which periods (models.demand.frequency)
    mean: Array  # [N, H]
    quantiles: Array  # [N, H, Q] at QUANTILES, never falling


@dataclass(frozen=True)
class Vocabulary:
    """The static columns a network knows; what it does not know is 0."""

    columns: dict[str, list[str]] = field(default_factory=dict)

    def encode(self, panel: Panel) -> NDArray[np.int64]:
        """[N, C]"""
        out = np.zeros((len(panel), len(self.columns)), dtype=np.int64)
        for c, (name, known) in enumerate(self.columns.items()):
            index = {value: i + 1 for i, value in enumerate(known)}
            if name in panel.static:
                out[:, c] = [index.get(value, 0) for value in panel.static[name]]
        return out

    def sizes(self) -> tuple[int, ...]:
        return tuple(len(known) for known in self.columns.values())


@dataclass(frozen=True)
class Fitted:
    """What was learned at one frequency."""

    network: QuantileNetwork
    vocabulary: Vocabulary
    weights: Weights  # group -> member -> share
    reach: int  # periods ahead the network was fitted for; beyond, it goes on from its own forecast

    def network_forecast(self, panel: Panel, horizon: int) -> tuple[Array, Array]:
        """The network alone: mean [N, H], quantiles [N, H, Q]."""
        static = self.vocabulary.encode(panel)
        mean, quantiles = forecast(self.network, panel, static, min(self.reach, horizon))
        while mean.shape[1] < horizon:
            longer = replace(
                panel,
                values=np.concatenate([panel.values, mean], axis=1),
                end=panel.end + mean.shape[1],
            )
            m, q = forecast(self.network, longer, static, min(self.reach, horizon - mean.shape[1]))
            # never surer than at the end of what was forecast from the past alone
            last = quantiles[:, -1:] - quantiles[:, -1:, MEDIAN, None]
            own = q - q[..., MEDIAN, None]
            wider = np.where(np.abs(own) > np.abs(last), own, last)
            q = np.maximum(q[..., MEDIAN, None] + wider, 0)
            mean = np.concatenate([mean, m], axis=1)
            quantiles = np.concatenate([quantiles, q], axis=1)
        return mean, quantiles


@dataclass(frozen=True)
class DemandPredictor:
    """Forecasts any panel any number of periods ahead.

    At a frequency it was not fitted for, the weighted past alone is the forecast.
    """

    fitted: dict[str, Fitted]  # by frequency
    about: dict[str, Any] = field(default_factory=dict)  # settings, metrics: for people and gates

    def predict(
        self, panel: Panel, horizon: int, progress: Callable[[float], None] | None = None
    ) -> Forecast:
        """Forecast `horizon` >= 1 periods after each series' last."""
        if horizon < 1:
            raise ValueError("horizon must be at least 1")
        own = self.fitted.get(panel.freq)
        weights = own.weights if own else UNFITTED
        means, quantiles = {}, {}
        for member in {*members_of(weights), "empirical"}:
            means[member], quantiles[member] = self.member(member, panel, horizon, progress)
        groups = group_of(panel)
        return Forecast(
            ordinal=panel.end[:, None] + np.arange(1, horizon + 1),
            mean=mix(_for_means(weights), means, groups),
            quantiles=np.maximum.accumulate(mix(weights, quantiles, groups), axis=-1),
        )

    def member(
        self,
        name: str,
        panel: Panel,
        horizon: int,
        progress: Callable[[float], None] | None = None,
    ) -> tuple[Array, Array]:
        """What one member says alone: mean [N, H], quantiles [N, H, Q]."""
        if name == "network":
            return self.fitted[panel.freq].network_forecast(panel, horizon)
        if name == "empirical":
            return empirical(panel, horizon)
        return statistical(name, panel, horizon, progress)

    def save(self, folder: Path) -> None:
        """Write predictor.json and a network-<freq>.pt for each frequency."""
        folder.mkdir(parents=True, exist_ok=True)
        fitted = {}
        for freq, own in self.fitted.items():
            torch.save(own.network.state_dict(), folder / f"network-{freq}.pt")
            fitted[freq] = {
                "network": own.network.config.to_json(),
                "vocabulary": own.vocabulary.columns,
                "weights": own.weights,
                "reach": own.reach,
            }
        text = {
            "capability": "demand",
            "format": FORMAT,
            "quantiles": QUANTILES,
            "fitted": fitted,
            **self.about,
        }
        (folder / "predictor.json").write_text(json.dumps(text, indent=1))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what save() wrote; raises ValueError where it is of another capability or format."""
        text = json.loads((folder / "predictor.json").read_text())
        if (text.pop("capability", None), text.pop("format", None)) != ("demand", FORMAT):
            raise ValueError(f"{folder} holds no demand predictor of format {FORMAT}: train again")
        if tuple(text.pop("quantiles")) != QUANTILES:
            raise ValueError(f"{folder} was trained for other quantiles: train again")
        fitted = {}
        for freq, own in text.pop("fitted").items():
            config = {**own["network"], "categories": tuple(own["network"]["categories"])}
            network = QuantileNetwork(NetworkConfig(**config))
            state = torch.load(folder / f"network-{freq}.pt", weights_only=True)
            network.load_state_dict(state)
            vocabulary = Vocabulary(own["vocabulary"])
            fitted[freq] = Fitted(network.eval(), vocabulary, own["weights"], own["reach"])
        return cls(fitted, text)


UNFITTED: Weights = {group: {"empirical": 1.0} for group in GROUPS}


def _for_means(weights: Weights) -> Weights:
    """Shares were chosen by quantiles, which for a rarely used item say little of its mean: there
    the mean is that of the weighted past, which keeps totals right."""
    return {**weights, "intermittent": {"empirical": 1.0}}


def members_of(weights: Weights) -> list[str]:
    """Everybody with a share in any group."""
    return sorted({m for group in weights.values() for m, share in group.items() if share > 0})
