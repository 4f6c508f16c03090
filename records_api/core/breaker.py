"""Circuit breaker: after some failures in a row, ask no more until a pause has passed.

closed ── `failures` in a row ──▶ open ── `pause` passed ──▶ half open: one trial
   ▲                               ▲                              │
   └────────── trial answers ──────┼──────────────────────────────┤
                                   └──────── trial fails ─────────┘
"""

import time
from collections.abc import Callable
from threading import Lock
from typing import Literal

State = Literal["closed", "open", "half_open"]


class Breaker:
    """Who calls asks `allow()` first, then tells `succeeded()` or `failed()`. Safe for threads."""

    def __init__(
        self,
        failures: int = 5,
        pause: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit, self._pause, self._clock = failures, pause, clock
        self._lock = Lock()
        self._failures = 0
        self._blocked_until: float | None = None

    @property
    def state(self) -> State:
        if self._blocked_until is None:
            return "closed"
        return "open" if self._clock() < self._blocked_until else "half_open"

    def allow(self) -> bool:
        with self._lock:
            if self.state == "open":
                return False
            if self.state == "half_open":
                # This caller is the trial. Others wait as long again, in case it never reports.
                self._blocked_until = self._clock() + self._pause
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failures, self._blocked_until = 0, None

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= self._limit:
                self._blocked_until = self._clock() + self._pause
