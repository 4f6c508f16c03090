"""What may be tuned of a differential, and how its training tells how far it is."""

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[float, str], None]  # share of the work done, and what comes next


@dataclass(frozen=True)
class Settings:
    """What may be tuned. Shares are of patients; copies are partial copies of a training case."""

    seed: int = 0
    validation: float = 0.08
    calibration: float = 0.08
    test: float = 0.10
    copies: int = 8
    full_weight: int = 8  # of a full case, each partial copy of it weighing 1
    most_rows: int = 40_000  # more confirmed diagnoses than this are sampled, by patient
    strengths: tuple[float, ...] = (0.1, 1.0, 10.0)  # inverse of the L2 penalty, by validation
    iterations: int = 100
    rarest: int = 3  # a finding seen less often teaches nothing
    epochs: int = 60  # of the network, and the steps of 256 cases it may take at most
    most_steps: int = 4_000
    width: int = 512
    asked: int = 4_000  # training cases whose consultations the network learns from
    coverage: float = 0.95
    least_coverage: float = 0.92  # of each condition by itself, where there are cases enough
    urgent_coverage: float = 0.992  # of conditions that cannot wait
    sensitivity: float = 0.99  # of the urgent flag, among validation cases
    urgent_span: tuple[float, float] = (0.02, 0.20)  # where the flag's threshold may lie
    strange: float = 0.005  # share of cases seen whose findings may seem to go together nowhere
    widest_set: int = 10  # a longer list of candidates helps nobody: abstain
    smallest_bin: int = 500  # cases behind each threshold
