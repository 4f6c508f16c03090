"""When a report is too old to rest on."""

from datetime import datetime, timedelta

# One is made each night: after two there is something wrong with what makes them.
STALE = timedelta(hours=50)


def stale(made_at: datetime, now: datetime) -> bool:
    return now - made_at > STALE
