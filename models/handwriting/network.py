"""The network that reads a line: convolutions, then a recurrent layer in both directions.

Trained by connectionist temporal classification (Graves et al., ICML 2006), so that nobody needs to
say where in the line each letter is; of the shape that Carbune et al. (IJDAR 2020) found best for
strokes, much smaller.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.handwriting.features import CHANNELS

STRIDE = 2  # steps in a frame


@dataclass(frozen=True)
class NetworkConfig:
    letters: int
    narrow: int = 48
    wide: int = 96
    hidden: int = 96
    dropout: float = 0.1


class StrokeNetwork(nn.Module):
    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.local = nn.Sequential(
            nn.Conv1d(CHANNELS, config.narrow, 5, padding=2),
            nn.ReLU(),
            nn.Conv1d(config.narrow, config.wide, 5, stride=STRIDE, padding=2),
            nn.ReLU(),
        )
        self.along = nn.GRU(config.wide, config.hidden, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(config.dropout)
        self.out = nn.Linear(2 * config.hidden, config.letters + 1)  # 0: nothing new

    def forward(self, steps: Tensor) -> Tensor:
        """steps: (batch, n, CHANNELS), zeros past the end. Returns log-probabilities
        (batch, ceil(n / STRIDE), letters + 1)."""
        x = self.local(steps.transpose(1, 2)).transpose(1, 2)  # (batch, frames, wide)
        x, _ = self.along(x)  # (batch, frames, 2 * hidden)
        return torch.log_softmax(self.out(self.dropout(x)), dim=-1)
