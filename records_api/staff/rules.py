"""Passwords, lock-out and one-time codes. No framework here."""

import hmac
from collections.abc import Callable
from datetime import datetime

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
CODE_SECONDS = 30  # RFC 6238


def password_fault(password: str, username: str) -> str | None:
    """Why a password cannot be used, or None. Length is what counts (NIST SP 800-63B-4)."""
    if len(password) < SHORTEST_PASSWORD:
        return "Use at least 10 characters; several words make a good password."
    if len(set(password)) < 4:
        return "Use more than three different characters."
    if username.casefold() in password.casefold():
        return "Leave your user name out of the password."
    return None


def is_locked(locked_until: datetime | None, now: datetime) -> bool:
    return locked_until is not None and now < locked_until


def matching_step(
    code: str, moment: datetime, code_at: Callable[[int], str], last_step: int | None
) -> int | None:
    """The 30 second step that a code is of, one step of clock error either way; None if of none.

    A step that was used, and any before it, does not count again.
    """
    now = int(moment.timestamp()) // CODE_SECONDS
    for step in (now, now - 1, now + 1):
        same = hmac.compare_digest(code_at(step).encode(), code.encode())
        if same and (last_step is None or step > last_step):
            return step
    return None
