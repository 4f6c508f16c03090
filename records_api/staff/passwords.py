"""Password hashes: argon2id with the parameters of RFC 9106 for less memory (64 MiB)."""

from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY

STANDARD = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
CHEAP = PasswordHasher.from_parameters(
    CHEAPEST
)  # for passwords that are printed anyway: demonstration, tests

# Each check takes 64 MiB; a crowd that signs in at shift start waits instead of filling memory.
_room = BoundedSemaphore(2)


@lru_cache
def _nobodys() -> str:
    return STANDARD.hash("the password of nobody")


def make(password: str, hasher: PasswordHasher = STANDARD) -> str:
    with _room:
        return hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one. Without one it takes as long, and is False."""
    with _room:
        try:
            right = STANDARD.verify(stored or _nobodys(), password)
        except (VerifyMismatchError, InvalidHashError):
            return False
    return right and bool(stored)


def outdated(stored: str) -> bool:
    return STANDARD.check_needs_rehash(stored)
