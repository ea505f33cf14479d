"""Throttles: how often something may be tried in a window."""

from datetime import timedelta

from shunyue.kernel.database import Transaction
from shunyue.kernel.errors import TooManyRequests


async def count_try(tx: Transaction, key: str, *, limit: int, window: timedelta) -> None:
    """Count one try of `key`; raises `TooManyRequests` beyond `limit` per `window`.

    Counting takes the row's lock, so tries at the same moment are all counted. The caller commits
    the count also when the try itself then fails.
    """
    row = await tx.connection.fetchrow(
        "INSERT INTO throttle AS t (merchant_id, key, window_ends_at, tries)"
        " VALUES ($1, $2, $3::timestamptz + $4::interval, 1)"
        " ON CONFLICT (merchant_id, key) DO UPDATE SET"
        " tries = CASE WHEN t.window_ends_at <= $3 THEN 1 ELSE t.tries + 1 END,"
        " window_ends_at ="
        " CASE WHEN t.window_ends_at <= $3 THEN $3::timestamptz + $4::interval"
        " ELSE t.window_ends_at END"
        " RETURNING tries, window_ends_at",
        tx.merchant_id,
        key,
        tx.now,
        window,
    )
    assert row is not None
    if row["tries"] > limit:
        seconds = max(1, round((row["window_ends_at"] - tx.now).total_seconds()))
        raise TooManyRequests(retry_after_seconds=seconds)


async def forget_tries(tx: Transaction, key: str) -> None:
    """Start counting `key` anew, after it went well."""
    await tx.connection.execute(
        "DELETE FROM throttle WHERE merchant_id = $1 AND key = $2", tx.merchant_id, key
    )
