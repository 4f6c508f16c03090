"""Many series side by side, each ending in the last column.

A period without a row is NaN: unknown, which is not the same as nothing used.
"""

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.demand.frequency import FREQS, MAX_HISTORY, Ints

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """N series of at most T periods."""

    ids: list[str]
    freq: str
    values: Values  # [N, T] demand >= 0, NaN where unknown or before the first report
    end: Ints  # [N] ordinal of the last column
    anchor: Ints  # [N] weeks only: days by which weeks start after a Thursday, 0..6
    static: dict[str, list[str]] = field(default_factory=dict)  # column -> [N] categories

    def __post_init__(self) -> None:
        if self.freq not in FREQS:
            raise ValueError(f"freq must be one of {', '.join(FREQS)}, not {self.freq!r}")

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(
        cls,
        freq: str,
        histories: list[tuple[str, int, Values]],
        anchor: Ints | None = None,
        static: dict[str, list[str]] | None = None,
    ) -> Self:
        """From (id, ordinal of the last period, values oldest first); keeps MAX_HISTORY of each."""
        longest = max((len(y) for _, _, y in histories), default=1)
        width = max(1, min(longest, MAX_HISTORY[freq]))
        values = np.full((len(histories), width), np.nan)
        for row, (_, _, y) in enumerate(histories):
            kept = np.asarray(y, dtype=float)[-width:]
            if len(kept):
                values[row, width - len(kept) :] = np.maximum(kept, 0)
        return cls(
            ids=[key for key, _, _ in histories],
            freq=freq,
            values=values,
            end=np.array([last for _, last, _ in histories], dtype=np.int64),
            anchor=np.zeros(len(histories), dtype=np.int64) if anchor is None else anchor,
            static=static or {},
        )

    def take(self, rows: Ints) -> Self:
        """The series at these row numbers."""
        return replace(
            self,
            ids=[self.ids[i] for i in rows],
            values=self.values[rows],
            end=self.end[rows],
            anchor=self.anchor[rows],
            static={name: [column[i] for i in rows] for name, column in self.static.items()},
        )

    def cut(self, periods: int) -> tuple[Self, Values]:
        """The panel as it was `periods` earlier, and what came after: [N, periods]."""
        keep = self.values.shape[1] - periods
        if keep < 1:
            raise ValueError(f"cannot hold {periods} of {self.values.shape[1]} periods back")
        past = replace(self, values=self.values[:, :keep], end=self.end - periods)
        return past, self.values[:, keep:]

    def aligned(self) -> Self:
        """All series end at the last period any of them reports; what is missing is unknown."""
        last = int(self.end.max())
        width = min(self.values.shape[1] + int((last - self.end).max()), MAX_HISTORY[self.freq])
        values = np.full((len(self), width), np.nan)
        for row, late in enumerate(last - self.end):
            if late < width:
                kept = self.values[row][late - width :]
                values[row, width - late - len(kept) : width - late] = kept
        return replace(self, values=values, end=np.full_like(self.end, last))

    def known(self) -> Ints:
        """[N] how many periods of each series are known."""
        return np.asarray(np.isfinite(self.values).sum(axis=1))
