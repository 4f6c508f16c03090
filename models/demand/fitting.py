"""Training the network on every origin of every series of a panel. Deterministic for a seed."""

import copy
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.demand.features import CONTEXT, look, targets
from models.demand.frequency import MAX_HORIZON, Ints
from models.demand.network import NetworkConfig, QuantileNetwork
from models.demand.panel import Panel
from models.demand.quantiles import QUANTILES

Progress = Callable[[float], None]


@dataclass(frozen=True)
class FitSettings:
    seed: int = 7
    steps: int = 600
    batch: int = 256
    horizons: int = 4  # periods ahead asked of each window
    lr: float = 5e-3
    size_weight: float = 0.0  # a window of scale s counts s ** size_weight: 1 is the pooled loss
    forget: float = (
        0.1  # share of windows whose older past is hidden, so that short series are known
    )
    clip: float = 50.0  # a target is at most this many scales


def fresh(config: NetworkConfig, seed: int) -> QuantileNetwork:
    """A network that has learned nothing, the same for the same seed."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return QuantileNetwork(config).eval()


def fit_network(
    start: QuantileNetwork,
    panel: Panel,
    static: NDArray[np.int64],
    horizon: int,
    settings: FitSettings,
    progress: Progress | None = None,
) -> QuantileNetwork:
    """A copy of `start` fitted on a panel up to `horizon` ahead. static: [N, C]."""
    with _one_thread(), torch.random.fork_rng():
        torch.manual_seed(settings.seed)
        return _fit(
            copy.deepcopy(start), _Sampler(panel, static, horizon, settings), settings, progress
        )


def _fit(
    network: QuantileNetwork, sampler: "_Sampler", settings: FitSettings, progress: Progress | None
) -> QuantileNetwork:
    if not sampler.size:
        return network.eval()
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.lr, weight_decay=1e-3)
    ema = torch.optim.swa_utils.get_ema_multi_avg_fn(0.99)  # type: ignore[no-untyped-call]
    average = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=ema)
    levels = torch.tensor(QUANTILES)
    network.train()
    for step in range(settings.steps):
        for group in optimiser.param_groups:
            done = step / settings.steps
            group["lr"] = (
                settings.lr * min(1.0, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * done))
            )
        series, ahead, categories, y, weight = sampler.batch()
        mean, quantiles = network(series, ahead, categories)
        miss = y[..., None] - quantiles
        loss = torch.maximum(levels * miss, (levels - 1) * miss).mean(-1)
        # the mean is learned apart, by squares; far targets are tempered so that it stays calm
        square = torch.nn.functional.huber_loss(mean, y, reduction="none", delta=5.0)
        total = (weight * (loss + 0.1 * square)).sum() / weight.sum().clamp(min=1e-6)
        optimiser.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        average.update_parameters(network)
        if progress and step % 25 == 0:
            progress(step / settings.steps)
    network.load_state_dict(average.module.state_dict())
    return network.eval()


class _Sampler:
    """Draws windows of one panel: any origin with a known past and a known target."""

    def __init__(
        self,
        panel: Panel,
        static: NDArray[np.int64],
        horizon: int,
        settings: FitSettings,
    ) -> None:
        self.panel, self.static, self.settings = panel, static, settings
        self.rng = np.random.default_rng(settings.seed)
        known = np.isfinite(panel.values)
        seen = np.cumsum(known, axis=1)
        # an origin needs one known period before it and a known one right after it
        self.rows, self.origins = np.nonzero((seen[:, :-1] > 0) & known[:, 1:])
        self.size = len(self.rows)
        self.reach = max(1, min(horizon, MAX_HORIZON[panel.freq], panel.values.shape[1] - 1))

    def batch(self) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        s = self.settings
        pick = self.rng.integers(self.size, size=s.batch)
        rows, origins = self.rows[pick], self.origins[pick]
        ahead = self._ahead(s.batch, s.horizons)
        panel, local = self._forget(rows, origins)
        windows = look(panel, local, origins, ahead)
        y = targets(self.panel, rows, origins, ahead)
        unit = np.where(windows.scale > 0, windows.scale, 1.0)[:, None]
        use = np.isfinite(y) & (windows.scale > 0)[:, None]
        weight = np.where(use, unit**s.size_weight, 0.0)
        scaled = np.where(use, np.clip(y / unit, 0, s.clip), 0.0)
        return (
            torch.from_numpy(windows.series),
            torch.from_numpy(windows.steps),
            torch.from_numpy(self._static(rows)),
            torch.from_numpy(scaled.astype(np.float32)),
            torch.from_numpy(weight.astype(np.float32)),
        )

    def _ahead(self, batch: int, count: int) -> Ints:
        """Half of the periods even over the reach, half even over its logarithm: near ones count."""
        u = self.rng.random((batch, count))
        even = np.floor(u * self.reach)
        near = np.floor((self.reach + 1) ** u) - 1
        ahead = np.where(np.arange(count) % 2 == 0, even, near)
        return np.asarray(np.clip(ahead.astype(np.int64), 0, self.reach - 1) + 1)

    def _static(self, rows: Ints) -> Ints:
        """[B, C] with some categories hidden, so that unknown ones are known to the network."""
        known = self.static[rows]
        return np.where(self.rng.random(known.shape) < self.settings.forget, 0, known)

    def _forget(self, rows: Ints, origins: Ints) -> tuple[Panel, Ints]:
        """The windows' own rows, some with everything before a random recent period hidden."""
        values = self.panel.values[rows]
        short = self.rng.random(len(rows)) < self.settings.forget
        keep = np.where(short, self.rng.integers(1, CONTEXT // 2, size=len(rows)), values.shape[1])
        column = np.arange(values.shape[1])
        values = np.where(column > (origins - keep)[:, None], values, np.nan)
        panel = replace(
            self.panel,
            ids=[""] * len(rows),
            values=values,
            end=self.panel.end[rows],
            anchor=self.panel.anchor[rows],
            static={},
        )
        return panel, np.arange(len(rows))


@contextmanager
def _one_thread() -> Iterator[None]:
    """The network is too small to gain from more, and threads that wait for each other cost much."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@_one_thread()
@torch.inference_mode()
def forecast(
    network: QuantileNetwork, panel: Panel, static: NDArray[np.int64], horizon: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean [N, horizon] and quantiles [N, horizon, Q], for at most MAX_HORIZON periods."""
    means, quantiles = [], []
    for rows in np.array_split(np.arange(len(panel)), max(1, len(panel) * horizon // 8192)):
        origins = np.full(len(rows), panel.values.shape[1] - 1)
        ahead = np.repeat(np.arange(1, horizon + 1)[None], len(rows), axis=0)
        windows = look(panel, rows, origins, ahead)
        mean, quantile = network(
            torch.from_numpy(windows.series),
            torch.from_numpy(windows.steps),
            torch.from_numpy(static[rows]),
        )
        scale = windows.scale[:, None]
        means.append(np.maximum(mean.numpy().astype(float), 0) * scale)
        quantiles.append(np.maximum(quantile.numpy().astype(float), 0) * scale[..., None])
    return np.concatenate(means), np.concatenate(quantiles)
