"""The product's clock as Python sees it: the database's, moved by one offset in development."""

import time
from datetime import UTC, datetime, timedelta

import asyncpg
from asyncpg.pool import PoolConnectionProxy

CLOCK_CHANNEL = "clock"

# The body of app_now() wherever nobody moved it.
UNMOVED_CLOCK = " SELECT now() "

_offset_seconds = 0.0


def utc_now() -> datetime:
    """Return the present instant (UTC), moved like the database's `app_now()`."""
    return datetime.fromtimestamp(time.time() + _offset_seconds, UTC)


def unix_now() -> float:
    """Return `utc_now()` in seconds since 1970, for token expiry."""
    return time.time() + _offset_seconds


def offset_seconds() -> float:
    """Return by how much the clock is moved; 0 outside development."""
    return _offset_seconds


async def follow_database(connection: asyncpg.Connection | PoolConnectionProxy) -> float:
    """Take the offset over from the database, where every process finds the same one."""
    global _offset_seconds  # noqa: PLW0603  # One clock per process is the point.
    # Intervals decode to whole timedeltas; the offset is set in whole seconds.
    moved: timedelta = await connection.fetchval("SELECT app_now() - transaction_timestamp()")
    _offset_seconds = moved.total_seconds()
    return _offset_seconds


async def move_database(owner: asyncpg.Connection, seconds: int) -> None:
    """Replace `app_now()` so that all sessions live `seconds` later from their next statement.

    The caller must be the owner of the schema and has made sure that this is development.
    """
    moved = f"now() + interval '{int(seconds)} seconds'" if seconds else "now()"
    await owner.execute(
        "CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE"
        f" PARALLEL SAFE AS $$ SELECT {moved} $$"
    )
