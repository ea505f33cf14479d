"""Identifiers: UUIDv7, made here because PostgreSQL before 18 has none."""

import secrets
import time
from uuid import UUID

_LAST_62_BITS = (1 << 62) - 1


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562 §5.7): sorts by creation time, so indexes grow at one end."""
    milliseconds = time.time_ns() // 1_000_000
    # One draw: each is a system call.
    drawn = secrets.randbits(74)
    return UUID(
        int=(milliseconds << 80)
        | (0x7 << 76)
        | ((drawn >> 62) << 64)
        | (0x2 << 62)
        | (drawn & _LAST_62_BITS)
    )
