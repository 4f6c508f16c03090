"""Synthetic deliveries: a store orders about once a month, deliveries are late, stock runs out."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np


@dataclass(frozen=True)
class Delivery:
    site: str
    item: str
    day: date
    quantity: int
    expires_on: date
    number: str


class Store:
    """One facility's stock of one item. It sees only what it was asked for until today, as a real
    storekeeper would, and orders up to so many days of it."""

    def __init__(self, site: str, item: str, first: date, draw: np.random.Generator) -> None:
        self.site, self.item, self._draw = site, item, draw
        self.on_hand = 0
        self._asked: list[int] = []
        self._next = first
        self._coming: list[tuple[date, int]] = []
        self._number = 0

    def morning(self, day: date) -> Delivery | None:
        """What arrives today, if anything; places the next order when it is due."""
        if day >= self._next:
            mean = float(np.mean(self._asked[-60:])) if self._asked else 3.0
            wanted = int(np.ceil(mean * float(self._draw.uniform(28, 46)))) + 5 - self.on_hand
            if wanted > 0:
                late = 0 if not self._asked else int(self._draw.gamma(1.6, 4.0))
                self._coming.append((day + timedelta(days=late), wanted))
            self._next = day + timedelta(days=int(self._draw.integers(26, 36)))
        arrived = sum(quantity for due, quantity in self._coming if due <= day)
        self._coming = [(due, quantity) for due, quantity in self._coming if due > day]
        if not arrived:
            return None
        self.on_hand += arrived
        self._number += 1
        return Delivery(
            site=self.site,
            item=self.item,
            day=day,
            quantity=arrived,
            expires_on=day + timedelta(days=int(self._draw.integers(540, 1000))),
            number=f"{self.item}-{day:%y%m}-{self._number}",
        )

    def ask(self, quantity: int) -> int:
        """What can be given of what is asked for."""
        given = min(quantity, self.on_hand)
        self.on_hand -= given
        return given

    def evening(self, asked: int) -> None:
        self._asked.append(asked)
