"""A line of a bench's table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What is measured, our figure, what stands beside it from the same run, and what it must reach."""

    what: str
    ours: str
    beside: str
    reach: str
