"""When a record is open to somebody. No framework here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_CONSENT = timedelta(days=365)
BREAK_GLASS = timedelta(hours=4)
SHORTEST_REASON = 10  # letters: a reason that can be read by whoever reviews it


@dataclass(frozen=True)
class Period:
    opens_at: datetime
    closes_at: datetime
    closed_at: datetime | None = None

    def open_at(self, moment: datetime) -> bool:
        """From the first moment until just before the last; closing takes effect at once."""
        end = min(self.closes_at, self.closed_at) if self.closed_at else self.closes_at
        return self.opens_at <= moment < end
