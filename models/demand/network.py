"""The global quantile network: one set of weights for every series, frequency and distance."""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from models.demand.features import SERIES_SIZE, STEP_SIZE
from models.demand.quantiles import MEDIAN, QUANTILES


@dataclass(frozen=True)
class NetworkConfig:
    series_size: int = SERIES_SIZE
    step_size: int = STEP_SIZE
    categories: tuple[int, ...] = ()  # size of each static column's vocabulary; 0 is "unknown"
    embedding: int = 4  # per static column
    hidden: int = 128
    code: int = 64  # what is remembered of a series
    layers: int = 2
    dropout: float = 0.1

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Residual(nn.Module):
    """Dense block of TiDE: a hidden layer, dropout, a linear skip and layer normalisation."""

    def __init__(self, size_in: int, hidden: int, size_out: int, dropout: float) -> None:
        super().__init__()
        self.dense = nn.Sequential(
            nn.Linear(size_in, hidden), nn.ReLU(), nn.Linear(hidden, size_out), nn.Dropout(dropout)
        )
        self.skip = nn.Linear(size_in, size_out)
        self.norm = nn.LayerNorm(size_out)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.norm(self.dense(x) + self.skip(x))
        return out


class QuantileNetwork(nn.Module):
    """Dense encoder of the past, decoder per step ahead, quantiles as a median and increments.

    Encoder and decoder after TiDE (Das et al. 2023, arXiv:2304.08424); direct quantiles for every
    step and training from every origin after MQ-RNN (Wen et al. 2017, arXiv:1711.11053); scaling
    by the series' own mean after DeepAR (Salinas et al. 2020, arXiv:1704.04110).
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        c = config
        self.embed = nn.ModuleList(
            nn.Embedding(n + 1, c.embedding, padding_idx=0) for n in c.categories
        )
        size = c.series_size + c.embedding * len(c.categories)
        blocks: list[nn.Module] = []
        for layer in range(c.layers):
            last = layer == c.layers - 1
            blocks.append(
                Residual(
                    size if layer == 0 else c.hidden,
                    c.hidden,
                    c.code if last else c.hidden,
                    c.dropout,
                )
            )
        self.encode = nn.Sequential(*blocks)
        self.decode = Residual(c.code + c.step_size, c.hidden, c.hidden, c.dropout)
        self.head = nn.Linear(c.hidden + c.step_size, len(QUANTILES) + 1)

    def forward(self, series: Tensor, steps: Tensor, static: Tensor) -> tuple[Tensor, Tensor]:
        """Series [B, S], steps [B, K, F], static [B, C] (long) -> mean [B, K], quantiles [B, K, Q].

        In units of the window's scale; not below 0 only after clamping, which the caller does, so
        that a quantile below 0 still learns.
        """
        x = torch.cat([series, *(e(static[:, i]) for i, e in enumerate(self.embed))], dim=1)
        code = self.encode(x)  # [B, code]
        code = code[:, None].expand(-1, steps.shape[1], -1)  # [B, K, code]
        out = self.decode(torch.cat([code, steps], dim=-1))  # [B, K, hidden]
        raw = self.head(torch.cat([out, steps], dim=-1))  # [B, K, Q + 1]
        gap = nn.functional.softplus(raw[..., 1:])  # the median's own gap is not used
        above = torch.cumsum(gap[..., MEDIAN + 1 :], dim=-1)
        below = torch.cumsum(gap[..., :MEDIAN].flip(-1), dim=-1).flip(-1)
        median = raw[..., 1 + MEDIAN, None]
        quantiles = torch.cat([median - below, median, median + above], dim=-1)
        return raw[..., 0], quantiles
