"""Identifiers: time-ordered for what is made here, derived for what is imported."""

import os
import time
import uuid

_IMPORTS = uuid.UUID("6f1d0f3e-5a0b-4c55-9a53-2f7c6a1f4b11")


def new_id() -> str:
    """A UUID version 7 (RFC 9562): sorts by the moment it was made, which keeps indexes compact."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    return str(uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62))


def derived_id(source: str, *key: object) -> str:
    """The same identifier for the same row of the same source, so that an import can be repeated."""
    return str(uuid.uuid5(_IMPORTS, "\x1f".join((source, *map(str, key)))))
